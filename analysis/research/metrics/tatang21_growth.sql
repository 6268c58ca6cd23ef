-- id: tatang21_growth
-- title: Growth over the time of the series
-- group: tatang21
-- order: 2
-- cite: Tatang, Flume, Holz (DIMVA 2021 extended abstract)
-- sure: S
-- population: names in the oldest and in the newest snapshot
-- numerator: REC at the end less REC at the start
-- denominator: REC at the start
-- axes: figure
-- parameters: strict_rfc
-- needs: series
-- note: A lower bound: only names of both ends count. The abstract says at least 45.4 % over five months.
-- published: figure=growth share=0.454
WITH both_ends AS (
  SELECT s.rec AS before, e.rec AS after, s.inconclusive_record OR e.inconclusive_record AS untold
  FROM ends JOIN all_sets AS s ON s.snapshot = oldest JOIN all_sets AS e ON e.snapshot = newest AND e.domain = s.domain
)
SELECT 'growth' AS figure, count(*) FILTER (after AND NOT untold) - count(*) FILTER (before AND NOT untold) AS n,
  count(*) FILTER (before AND NOT untold) AS total, count(*) FILTER (untold) AS unknown
FROM both_ends
ORDER BY figure
