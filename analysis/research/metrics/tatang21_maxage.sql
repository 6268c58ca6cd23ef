-- id: tatang21_maxage
-- title: Distribution of max_age
-- group: tatang21
-- order: 4
-- cite: Tatang, Flume, Holz (DIMVA 2021 extended abstract)
-- sure: K
-- population: POL_OK
-- numerator: POL_OK with a max_age in the range
-- denominator: POL_OK
-- axes: max_age_range
-- parameters: strict_rfc
-- chart: bar x=max_age_range y=share share
-- note: Each range holds its lower end.
SELECT max_age_range, n, sum(n) OVER ()::BIGINT AS total,
  (SELECT count(*) FROM names WHERE rec_ok AND inconclusive_policy) AS unknown
FROM (
  SELECT CASE WHEN max_age = 0 THEN '0' WHEN max_age < 86400 THEN 'less than a day' WHEN max_age < 604800 THEN 'a day to a week'
      WHEN max_age < 2592000 THEN 'a week to 30 days' WHEN max_age < 31536000 THEN '30 days to a year' ELSE 'a year' END AS max_age_range,
    min(max_age) AS place, count(*) AS n
  FROM names WHERE pol_ok GROUP BY max_age_range
)
ORDER BY place
