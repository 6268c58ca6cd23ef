-- id: imc25_f12
-- title: TLSRPT among names with MX records and with MTA-STS
-- group: imc25
-- order: 18
-- cite: Ashiq, Fiebig, Chung (IMC 2025), Figure 12
-- sure: P
-- population: MX, and REC and MX, by TLD
-- numerator: TLSRPT in order
-- denominator: MX; REC and MX
-- axes: among, tld
-- parameters: strict_rfc
-- needs: checks:tlsrpt
-- chart: bar x=tld y=share facet=among share
-- note: The share among names with MTA-STS was about 35 to 70 % over the time of the paper.
-- published: among=mx tld=com n=52641 total=73939004
-- published: among=mx tld=org n=7192 total=5781423
SELECT among, tld,
  count(*) FILTER (tlsrpt = 'yes') AS n,
  count(*) AS total,
  count(*) FILTER (tlsrpt = 'unknown' OR tlsrpt IS NULL) AS unknown,
  count(*) FILTER (tlsrpt = 'broken') AS broken
FROM (
  SELECT 'mx' AS among, tld, tlsrpt FROM names WHERE in_mx
  UNION ALL
  SELECT 'mta-sts', tld, tlsrpt FROM names WHERE in_mx AND rec
)
WHERE tld IN ('com', 'net', 'org', 'se')
GROUP BY ALL
ORDER BY among DESC, tld
