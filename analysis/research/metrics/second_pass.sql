-- id: second_pass
-- title: What the second pass settled
-- group: coverage
-- order: 3
-- cite: our own definition
-- sure: D
-- population: names deferred to the second pass
-- numerator: names of this status
-- denominator: names deferred to the second pass
-- axes: status
-- chart: bar x=n y=status
-- note: Without the second pass every one of them would have been inconclusive, or broken for a passing cause.
SELECT status, count(*) AS n, sum(count(*)) OVER ()::BIGINT AS total, count(*) FILTER (status = 'inconclusive') AS unknown
FROM names
WHERE attempt = 2
GROUP BY status
ORDER BY n DESC, status
