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
-- needs: series
-- note: A lower bound: only names of both ends count. The abstract says at least 45.4 % over five months.
-- published: figure=growth share=0.454
WITH ends AS (
  SELECT min(snapshot) AS oldest, max(snapshot) AS newest FROM series
), both_ends AS (
  SELECT s.domain, claims(s.record_present, s.codes) AS before, claims(e.record_present, e.codes) AS after,
    s.record_present IS NULL AND NOT before OR e.record_present IS NULL AND NOT after AS untold
  FROM series AS s, series AS e, ends WHERE s.domain = e.domain AND s.snapshot = oldest AND e.snapshot = newest
)
SELECT 'growth' AS figure, count(*) FILTER (after AND NOT untold) - count(*) FILTER (before AND NOT untold) AS n,
  count(*) FILTER (before AND NOT untold) AS total, count(*) FILTER (untold) AS unknown
FROM both_ends
ORDER BY figure
