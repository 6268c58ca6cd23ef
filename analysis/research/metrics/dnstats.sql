-- id: dnstats
-- title: SPF and DMARC of all names
-- group: surveys
-- order: 4
-- cite: dnstats.io (18 May 2021)
-- sure: S
-- population: names that exist
-- numerator: names that publish the standard, in order
-- denominator: names that exist
-- axes: standard
-- parameters: strict_rfc
-- chart: bar x=standard y=share share
-- note: A million names, those without MX records in the denominator; CAA is not asked for here.
WITH asked AS (
  SELECT domain, unnest(adopts, max_depth := 2) FROM verdicts SEMI JOIN (FROM names WHERE name_exists) USING (domain)
)
SELECT standard, n, total, unknown
FROM (
  SELECT 'mta-sts' AS standard, count(*) FILTER (rec) AS n, count(*) AS total, count(*) FILTER (inconclusive_record) AS unknown FROM names WHERE name_exists
  UNION ALL
  SELECT "check", count(*) FILTER (state = 'yes'), (SELECT count(*) FROM names WHERE name_exists),
    count(*) FILTER (state = 'unknown') + CASE "check" WHEN 'dane' THEN (SELECT count(*) FROM names WHERE inconclusive_mx AND name_exists) ELSE 0 END -- of hosts that are not known
  FROM asked GROUP BY "check"
)
ORDER BY standard
