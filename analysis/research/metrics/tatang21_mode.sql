-- id: tatang21_mode
-- title: Modes
-- group: tatang21
-- order: 3
-- cite: Tatang, Flume, Holz (DIMVA 2021 extended abstract)
-- sure: K
-- population: POL_OK
-- numerator: ENF, TEST, NONE
-- denominator: POL_OK
-- axes: mode
-- parameters: strict_rfc
-- chart: bar x=mode y=share share
SELECT mode, count(*) AS n, sum(count(*)) OVER ()::BIGINT AS total,
  (SELECT count(*) FROM names WHERE rec_ok AND inconclusive_policy) AS unknown
FROM names WHERE pol_ok GROUP BY mode ORDER BY mode
