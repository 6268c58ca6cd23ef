-- id: dane22_f8
-- title: Servers of an issuer, by date of issue
-- group: dane22
-- order: 5
-- cite: Lee et al. (USENIX Security 2022), Figure 8
-- sure: P
-- population: leaf certificates of MX hosts
-- numerator: MX hosts with a certificate of the issuer, by month of issue
-- denominator: MX hosts with a certificate that parses
-- axes: month, issuer
-- chart: line x=month y=n color=issuer
-- note: The paper follows a change of the intermediate certificate of one issuer (R3, October 2020), which needs a series; the count of its servers is of one snapshot. 86.7 % of leaf certificates are of two issuers.
WITH leaves AS (
  SELECT DISTINCT host, strftime(not_before, '%Y-%m') AS month, CASE WHEN self_issued THEN 'self-issued' ELSE issuer END AS issuer
  FROM mx JOIN certs ON sha256 = chain[1]
), issued AS (
  FROM leaves WHERE month IS NOT NULL
), largest AS (
  SELECT issuer FROM issued GROUP BY issuer ORDER BY count(DISTINCT host) DESC, issuer LIMIT 5
), shown AS (
  SELECT host, month, CASE WHEN issuer IN (FROM largest) THEN issuer ELSE 'all others' END AS issuer FROM issued
)
SELECT month, issuer, count(DISTINCT host) AS n, (SELECT count(DISTINCT host) FROM issued) AS total,
  (SELECT count(DISTINCT host) FROM leaves ANTI JOIN issued USING (host)) AS unknown
FROM shown
GROUP BY month, issuer
ORDER BY month, issuer
