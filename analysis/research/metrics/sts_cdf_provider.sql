-- id: sts_cdf_provider
-- title: How names spread over operators
-- group: hosts
-- order: 5
-- cite: after Lee et al. (USENIX Security 2022), Figure 2
-- sure: D
-- population: REC
-- numerator: REC at an operator with up to so many REC
-- denominator: REC at one known operator
-- axes: part, size
-- parameters: strict_rfc
-- note: Names with their mail at several operators are at none of them here.
-- note: Cumulative; a row that raises the share by less than 1/240 is left out.
-- chart: cdf x=size y=share color=part logx share
WITH sizes AS (
  SELECT 'policy hosts' AS part, policy_provider AS provider, count(*) AS size FROM names WHERE rec AND policy_provider IS NOT NULL GROUP BY provider
  UNION ALL
  SELECT 'mail', mx_provider, count(*) FROM names WHERE rec AND mx_provider <> 'mixed' GROUP BY mx_provider
), untold AS (
  SELECT 'policy hosts' AS part, count(*) AS unknown FROM names WHERE rec AND policy_provider IS NULL AND inconclusive_policy
  UNION ALL
  SELECT 'mail', count(*) FROM names WHERE rec AND mx_provider IS NULL AND mx_status NOT IN ('none', 'null_mx')
), counted AS (
  SELECT part, size, sum(sum(size)) OVER (PARTITION BY part ORDER BY size)::BIGINT AS n, sum(sum(size)) OVER (PARTITION BY part)::BIGINT AS total, count(*) AS operators
  FROM sizes GROUP BY part, size
)
SELECT part, size, n, total, unknown, operators
FROM counted JOIN untold USING (part)
QUALIFY n * 240 // total > coalesce(lag(n * 240 // total) OVER (PARTITION BY part ORDER BY size), -1)
ORDER BY part, size
