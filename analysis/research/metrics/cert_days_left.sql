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
-- note: Negative: expired. The first sight of a certificate counts.
WITH leaves AS (
  SELECT DISTINCT 'mx host' AS part, chain[1] AS sha256, started_at::DATE AS seen FROM mx WHERE len(chain) > 0
  UNION
  SELECT DISTINCT 'policy host', f.chain[1], f.started_at::DATE FROM (SELECT unnest(policy_fetches) AS f FROM domains WHERE len(policy_fetches) > 0) WHERE len(f.chain) > 0
), days AS (
  SELECT part, date_diff('day', min(seen), not_after::DATE) AS days_left FROM leaves JOIN certs USING (sha256) WHERE not_after IS NOT NULL GROUP BY part, sha256, not_after
), counted AS (
  SELECT part, days_left, sum(count(*)) OVER (PARTITION BY part ORDER BY days_left)::BIGINT AS n, sum(count(*)) OVER (PARTITION BY part)::BIGINT AS total
  FROM days GROUP BY part, days_left
)
SELECT part, days_left, n, total, 0::BIGINT AS unknown
FROM counted
QUALIFY n * 240 // total > coalesce(lag(n * 240 // total) OVER (PARTITION BY part ORDER BY days_left), -1)
ORDER BY part, days_left
