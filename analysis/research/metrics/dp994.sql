-- id: dp994
-- title: Mail security of the names listed
-- group: surveys
-- order: 3
-- cite: domainposture (24 June 2026)
-- sure: S
-- population: all names
-- numerator: names that publish the standard, in order
-- denominator: all names
-- axes: standard
-- parameters: strict_rfc
-- chart: bar x=standard y=share share
-- note: 994 top names, 892 of them with MX records; all are in the denominator. MTA-STS is below 5 % there.
-- published: standard=spf share=0.898
-- published: standard=dmarc share=0.834
WITH asked AS (
  SELECT domain, unnest(adopts, max_depth := 2) FROM verdicts
)
SELECT standard, n, total, unknown
FROM (
  SELECT 'mta-sts' AS standard, count(*) FILTER (rec) AS n, count(*) AS total, count(*) FILTER (inconclusive_record) AS unknown FROM names
  UNION ALL
  SELECT "check", count(*) FILTER (state = 'yes'), (SELECT count(*) FROM names),
    count(*) FILTER (state = 'unknown') + CASE "check" WHEN 'dane' THEN (SELECT count(*) FROM names WHERE inconclusive_mx) ELSE 0 END -- of hosts that are not known
  FROM asked GROUP BY "check"
)
ORDER BY standard
