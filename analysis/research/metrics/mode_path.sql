-- id: mode_path
-- title: How deployments move
-- group: series
-- order: 2
-- cite: our own definition
-- sure: D
-- population: names conclusive in two snapshots that follow each other
-- numerator: names that went from one state to the other
-- denominator: names in the first state
-- axes: before, after
-- needs: series
-- chart: heatmap x=after y=before color=share
WITH states AS (
  SELECT domain, CASE WHEN status = 'inconclusive' THEN 'unknown' WHEN status = 'not_deployed' THEN 'absent'
      WHEN mode IS NULL OR NOT coalesce(record_valid, false) THEN 'broken' ELSE mode END AS state, place
  FROM series JOIN places USING (snapshot)
), moves AS (
  SELECT a.state AS before, b.state AS after FROM states AS a JOIN states AS b ON b.domain = a.domain AND b.place = a.place + 1
)
SELECT before, after, count(*) AS n, sum(count(*)) OVER (PARTITION BY before)::BIGINT AS total, count(*) FILTER ('unknown' IN (before, after)) AS unknown
FROM moves
GROUP BY before, after
ORDER BY before, after
