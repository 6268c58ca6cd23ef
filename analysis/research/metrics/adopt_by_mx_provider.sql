-- id: adopt_by_mx_provider
-- title: MTA-STS by provider of the mail
-- group: adoption
-- order: 11
-- cite: after domainsproject, state of TXT (2026)
-- sure: D
-- population: MX by operator of the MX hosts
-- numerator: REC and MX
-- denominator: MX of the operator
-- axes: provider
-- parameters: top, strict_rfc
-- chart: bar x=share y=provider share
WITH labelled AS (
  SELECT CASE WHEN mx_provider IS NULL THEN 'not known' WHEN own(domain, mx_provider) THEN 'own host' ELSE mx_provider END AS provider,
    rec, enf, mis, inconclusive_record
  FROM names WHERE in_mx
), largest AS (
  SELECT provider FROM labelled GROUP BY provider ORDER BY count(*) DESC, provider LIMIT getvariable('top')
)
SELECT CASE WHEN provider IN (FROM largest) THEN provider ELSE 'all others' END AS provider,
  count(*) FILTER (rec) AS n, count(*) AS total, count(*) FILTER (inconclusive_record) AS unknown,
  count(*) FILTER (enf) AS enforce, count(*) FILTER (mis) AS misconfigured
FROM labelled
GROUP BY ALL
ORDER BY total DESC, provider
