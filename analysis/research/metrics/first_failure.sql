-- id: first_failure
-- title: The fault that a sender meets first
-- group: failures
-- order: 2
-- cite: our own definition
-- sure: D
-- population: MIS
-- numerator: names with this first failure
-- denominator: MIS
-- axes: code
-- parameters: strict_rfc
-- chart: bar x=n y=code
SELECT first_failure AS code, count(*) AS n, sum(count(*)) OVER ()::BIGINT AS total,
  (SELECT count(*) FROM names WHERE rec AND status = 'inconclusive') AS unknown
FROM names
WHERE mis
GROUP BY code
ORDER BY n DESC, code
