-- id: churn
-- title: Records that came and went
-- group: series
-- order: 1
-- cite: our own definition
-- sure: D
-- population: names conclusive in two snapshots that follow each other
-- numerator: added; removed; kept
-- denominator: kept and added; kept and removed; all with a record in either
-- axes: snapshot, change
-- parameters: strict_rfc
-- needs: series
-- chart: line x=snapshot y=n color=change
-- note: Names that a list gained or lost are in neither: only names of both snapshots count.
WITH states AS (
  SELECT domain, snapshot, place, rec, NOT inconclusive_record AS told FROM all_sets JOIN places USING (snapshot)
), pairs AS (
  SELECT b.snapshot, b.place AS day, a.rec AS before, b.rec AS after, a.told AND b.told AS told
  FROM states AS a JOIN states AS b ON b.domain = a.domain AND b.place = a.place + 1
), counted AS (
  SELECT snapshot, day, count(*) FILTER (told AND after AND NOT before) AS added, count(*) FILTER (told AND before AND NOT after) AS removed,
    count(*) FILTER (told AND before AND after) AS kept, count(*) FILTER (NOT told) AS unknown
  FROM pairs GROUP BY snapshot, day
)
SELECT snapshot, change, n, total, unknown
FROM (SELECT snapshot, day, unknown, unnest([{place: 1, change: 'added', n: added, total: kept + added}, {place: 2, change: 'removed', n: removed, total: kept + removed},
    {place: 3, change: 'kept', n: kept, total: kept + added + removed}], recursive := true) FROM counted)
ORDER BY day, place
