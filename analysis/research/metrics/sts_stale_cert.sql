-- id: sts_stale_cert
-- title: How long expired certificates have been expired
-- group: hosts
-- order: 9
-- cite: after Lee et al. (USENIX Security 2022), Figure 5
-- sure: D
-- population: expired leaf certificates, as presented
-- numerator: certificates expired for at most so many days
-- denominator: expired leaf certificates
-- axes: part, days_over
-- chart: cdf x=days_over y=share color=part logx share
-- note: A renewal that was made and not put in place shows as a certificate that expired weeks ago.
WITH counted AS (
  SELECT part, -days_left AS days_over, sum(count(*)) OVER (PARTITION BY part ORDER BY -days_left)::BIGINT AS n, sum(count(*)) OVER (PARTITION BY part)::BIGINT AS total
  FROM leaf_certs WHERE days_left < 0 GROUP BY part, days_left
)
SELECT part, days_over, n, total, (SELECT count(*) FROM leaf_certs AS l WHERE l.part = counted.part AND l.days_left IS NULL) AS unknown
FROM counted
QUALIFY n * 240 // total > coalesce(lag(n * 240 // total) OVER (PARTITION BY part ORDER BY days_over), -1)
ORDER BY part, days_over
