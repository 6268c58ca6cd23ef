-- id: adopts
-- title: Sibling standards, with and without MTA-STS
-- group: adoption
-- order: 8
-- cite: our own definition
-- sure: D
-- population: MX; REC and MX
-- numerator: names in this state of the standard
-- denominator: MX; REC and MX
-- axes: standard, among, state
-- parameters: strict_rfc
-- chart: stacked x=standard y=share color=state facet=among share
-- note: DANE and DNSSEC are unknown where the resolver was not seen to validate.
WITH asked AS (
  SELECT domain, unnest(adopts, max_depth := 2) FROM verdicts
), pools AS (
  SELECT "check", state, 'mx' AS among FROM asked SEMI JOIN (FROM names WHERE in_mx) USING (domain)
  UNION ALL
  SELECT "check", state, 'mta-sts' FROM asked SEMI JOIN (FROM names WHERE in_mx AND rec) USING (domain)
)
SELECT "check" AS standard, among, state, count(*) AS n, sum(count(*)) OVER (PARTITION BY "check", among)::BIGINT AS total,
  count(*) FILTER (state = 'unknown') AS unknown
FROM pools
GROUP BY "check", among, state
ORDER BY standard, among DESC, array_position(['yes', 'broken', 'no', 'unknown'], state)
