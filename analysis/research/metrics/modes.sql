-- id: modes
-- title: Modes of the policies in force
-- group: adoption
-- order: 4
-- cite: our own definition
-- sure: D
-- population: POL_OK
-- numerator: names of this mode
-- denominator: POL_OK
-- axes: mode
-- parameters: strict_rfc
-- chart: bar x=n y=mode
SELECT mode, count(*) AS n, sum(count(*)) OVER ()::BIGINT AS total,
  (SELECT count(*) FROM names WHERE rec_ok AND inconclusive_policy) AS unknown
FROM names
WHERE pol_ok
GROUP BY mode
ORDER BY array_position(['enforce', 'testing', 'none'], mode)
