-- id: max_age
-- title: How long policies are kept
-- group: adoption
-- order: 7
-- cite: our own definition
-- sure: D
-- population: POL_OK
-- numerator: POL_OK with max_age up to this
-- denominator: POL_OK of the mode
-- axes: mode, max_age
-- chart: cdf x=max_age y=share color=mode logx share
-- note: Names whose policy could not be told are in no mode: metric modes counts them.
-- note: Cumulative; a row that raises the share by less than 1/160 is left out. RFC 8461 section 3.2 recommends weeks or more (604,800 seconds is one).
WITH counted AS (
  SELECT mode, max_age, sum(count(*)) OVER (PARTITION BY mode ORDER BY max_age)::BIGINT AS n, sum(count(*)) OVER (PARTITION BY mode)::BIGINT AS total
  FROM names WHERE pol_ok GROUP BY mode, max_age
)
SELECT mode, max_age, n, total, 0::BIGINT AS unknown
FROM counted
QUALIFY n * 160 // total > coalesce(lag(n * 160 // total) OVER (PARTITION BY mode ORDER BY max_age), -1)
ORDER BY mode, max_age
