-- id: status
-- title: State of the deployments
-- group: adoption
-- order: 3
-- cite: TAXONOMY, statuses
-- sure: D
-- population: names that signal MTA-STS, and those that could not be told
-- numerator: names of this status
-- denominator: all of these
-- axes: status
-- chart: bar x=n y=status
-- note: Layers are taken in order, and the first that failed names the status; inconclusive is neither broken nor absent.
SELECT status, count(*) AS n, sum(count(*)) OVER ()::BIGINT AS total, count(*) FILTER (status = 'inconclusive') AS unknown
FROM names
WHERE status <> 'not_deployed'
GROUP BY status
ORDER BY n DESC, status
