-- id: cert_issuers
-- title: Who issued the certificates
-- group: hosts
-- order: 7
-- cite: after Lee et al. (USENIX Security 2022), Figure 8
-- sure: D
-- population: leaf certificates of policy hosts and of MX hosts, each once
-- numerator: certificates of the issuer
-- denominator: leaf certificates
-- axes: part, issuer
-- parameters: top
-- chart: bar x=n y=issuer facet=part
WITH issued AS (
  SELECT part, coalesce(CASE WHEN self_issued THEN 'self-issued' ELSE issuer END, 'does not parse') AS issuer, self_issued IS NULL AS illegible FROM leaf_certs
), largest AS (
  SELECT issuer FROM issued GROUP BY issuer ORDER BY count(*) DESC, issuer LIMIT getvariable('top')
), shown AS (
  SELECT part, CASE WHEN issuer IN (FROM largest) THEN issuer ELSE 'all others' END AS issuer, illegible FROM issued
)
SELECT part, issuer, count(*) AS n, sum(count(*)) OVER (PARTITION BY part)::BIGINT AS total, count(*) FILTER (illegible) AS unknown
FROM shown
GROUP BY part, issuer
ORDER BY part, n DESC, issuer
