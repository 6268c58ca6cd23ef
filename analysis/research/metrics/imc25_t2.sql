-- id: imc25_t2
-- title: Third parties that host policies
-- group: imc25
-- order: 16
-- cite: Ashiq, Fiebig, Chung (IMC 2025), Table 2
-- sure: P
-- population: REC
-- numerator: REC whose _mta-sts or mta-sts alias leads to the operator
-- denominator: REC
-- axes: provider
-- parameters: top, strict_rfc
-- chart: bar x=n y=provider
-- note: The patterns stand in docs/OPERATORS.md, each with its date. Column mail_names says how many names have their mail at the operator, too.
-- published: provider=tutanota n=7614 total=68030
-- published: provider=dmarcreport n=7293 total=68030
-- published: provider=powerdmarc n=3753 total=68030
-- published: provider=easydmarc n=2222 total=68030
-- published: provider=mailhardener n=1558 total=68030
-- published: provider=uriports n=1100 total=68030
-- published: provider=sendmarc n=805 total=68030
-- published: provider=ondmarc n=451 total=68030
WITH mail AS (
  SELECT mx_provider AS provider, count(*) AS mail_names FROM names WHERE in_mx GROUP BY provider
), hosts AS (
  SELECT policy_provider AS provider, count(*) AS n, count(*) FILTER (inconclusive_policy) AS unknown
  FROM names WHERE rec AND policy_provider IS NOT NULL AND NOT own(domain, policy_provider) GROUP BY provider
)
SELECT provider, n, (SELECT count(*) FROM names WHERE rec) AS total, unknown, coalesce(mail_names, 0) AS mail_names
FROM hosts LEFT JOIN mail USING (provider)
ORDER BY n DESC, provider
LIMIT getvariable('top')
