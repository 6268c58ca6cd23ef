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
WITH leaves AS (
  SELECT DISTINCT 'mx host' AS part, chain[1] AS sha256, started_at::DATE AS seen FROM mx WHERE len(chain) > 0
  UNION
  SELECT DISTINCT 'policy host', f.chain[1], f.started_at::DATE FROM (SELECT unnest(policy_fetches) AS f FROM domains WHERE len(policy_fetches) > 0) WHERE len(f.chain) > 0
), days AS (
  SELECT part, date_diff('day', not_after::DATE, min(seen)) AS days_over FROM leaves JOIN certs USING (sha256) GROUP BY part, sha256, not_after HAVING days_over > 0
), counted AS (
  SELECT part, days_over, sum(count(*)) OVER (PARTITION BY part ORDER BY days_over)::BIGINT AS n, sum(count(*)) OVER (PARTITION BY part)::BIGINT AS total
  FROM days GROUP BY part, days_over
)
SELECT part, days_over, n, total, 0::BIGINT AS unknown
FROM counted
QUALIFY n * 240 // total > coalesce(lag(n * 240 // total) OVER (PARTITION BY part ORDER BY days_over), -1)
ORDER BY part, days_over
