-- id: mx_hosts_by_provider
-- title: Who receives the mail
-- group: hosts
-- order: 3
-- cite: our own definition
-- sure: D
-- population: MX
-- numerator: MX at the operator
-- denominator: MX
-- axes: provider
-- parameters: top, strict_rfc
-- chart: bar x=n y=provider
WITH labelled AS (
  SELECT CASE WHEN mx_provider IS NULL THEN 'not known' WHEN own(domain, mx_provider) THEN 'own host' ELSE mx_provider END AS provider, rec
  FROM names WHERE in_mx
), largest AS (
  SELECT provider FROM labelled GROUP BY provider ORDER BY count(*) DESC, provider LIMIT getvariable('top')
)
SELECT CASE WHEN provider IN (FROM largest) THEN provider ELSE 'all others' END AS provider,
  count(*) AS n, sum(count(*)) OVER ()::BIGINT AS total, count(*) FILTER (provider = 'not known') AS unknown, count(*) FILTER (rec) AS with_record
FROM labelled
GROUP BY ALL
ORDER BY n DESC, provider
