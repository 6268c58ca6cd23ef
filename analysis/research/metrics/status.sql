-- id: status
-- title: State of the deployments
-- group: adoption
-- order: 2
-- cite: TAXONOMY, statuses
-- sure: D
-- population: REC, and names of status inconclusive or with a fault of the record
-- numerator: status
-- denominator: all names that signal MTA-STS or could not be told
-- axes: status
-- chart: bar x=n y=status
-- note: Layers are taken in order, and the first that failed names the status; inconclusive is neither broken nor absent.
SELECT status,
  count(*) AS n,
  sum(count(*)) OVER ()::BIGINT AS total,
  count(*) FILTER (status = 'inconclusive') AS unknown
FROM names
WHERE status <> 'not_deployed'
GROUP BY status
ORDER BY n DESC, status
