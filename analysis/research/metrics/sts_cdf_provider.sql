-- id: sts_cdf_provider
-- title: How names spread over operators
-- group: hosts
-- order: 5
-- cite: after Lee et al. (USENIX Security 2022), Figure 2
-- sure: D
-- population: REC
-- numerator: REC at an operator with up to so many REC
-- denominator: REC with a known operator
-- axes: part, size
-- parameters: strict_rfc
-- note: Cumulative; a row that raises the share by less than 1/240 is left out.
-- chart: cdf x=size y=share color=part logx share
WITH sizes AS (
  SELECT 'policy hosts' AS part, policy_provider AS provider, count(*) AS size FROM names WHERE rec AND policy_provider IS NOT NULL GROUP BY provider
  UNION ALL
  SELECT 'mail', mx_provider, count(*) FROM names WHERE rec AND mx_provider IS NOT NULL GROUP BY mx_provider
), counted AS (
  SELECT part, size, sum(sum(size)) OVER (PARTITION BY part ORDER BY size)::BIGINT AS n, sum(sum(size)) OVER (PARTITION BY part)::BIGINT AS total, count(*) AS operators
  FROM sizes GROUP BY part, size
)
SELECT part, size, n, total, 0::BIGINT AS unknown, operators
FROM counted
QUALIFY n * 240 // total > coalesce(lag(n * 240 // total) OVER (PARTITION BY part ORDER BY size), -1)
ORDER BY part, size
