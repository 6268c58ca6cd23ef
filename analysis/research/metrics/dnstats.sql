-- id: dnstats
-- title: SPF and DMARC of all names
-- group: surveys
-- order: 4
-- cite: dnstats.io (18 May 2021)
-- sure: S
-- population: all names
-- numerator: names that publish the standard, in order
-- denominator: all names
-- axes: standard
-- parameters: strict_rfc
-- chart: bar x=standard y=share share
-- note: A million names, those without MX records in the denominator; CAA is not asked for here. Names that do not exist are left out.
WITH asked AS (
  SELECT domain, unnest(adopts, max_depth := 2) FROM verdicts SEMI JOIN (FROM names WHERE name_exists) USING (domain)
)
SELECT standard, n, total, unknown
FROM (
  SELECT 'mta-sts' AS standard, count(*) FILTER (rec) AS n, count(*) AS total, count(*) FILTER (inconclusive_record) AS unknown FROM names WHERE name_exists
  UNION ALL
  SELECT "check", count(*) FILTER (state = 'yes'), count(*), count(*) FILTER (state = 'unknown') FROM asked GROUP BY "check"
)
ORDER BY standard
