-- id: cert_days_left
-- title: How long certificates have still to run
-- group: hosts
-- order: 8
-- cite: our own definition
-- sure: D
-- population: leaf certificates of policy hosts and of MX hosts, as presented
-- numerator: certificates with at most so many days left
-- denominator: leaf certificates that parse
-- axes: part, days_left
-- chart: cdf x=days_left y=share color=part share
-- note: Whole days, from the first sight of a certificate to its end. Negative: expired. What does not parse is unknown.
WITH counted AS (
  SELECT part, days_left, sum(count(*)) OVER (PARTITION BY part ORDER BY days_left)::BIGINT AS n, sum(count(*)) OVER (PARTITION BY part)::BIGINT AS total
  FROM leaf_certs WHERE days_left IS NOT NULL GROUP BY part, days_left
)
SELECT part, days_left, n, total, (SELECT count(*) FROM leaf_certs AS l WHERE l.part = counted.part AND l.days_left IS NULL) AS unknown
FROM counted
QUALIFY n * 240 // total > coalesce(lag(n * 240 // total) OVER (PARTITION BY part ORDER BY days_left), -1)
ORDER BY part, days_left
