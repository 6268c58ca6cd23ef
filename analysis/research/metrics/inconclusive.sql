-- id: inconclusive
-- title: Why names could not be told
-- group: coverage
-- order: 2
-- cite: our own definition
-- sure: D
-- population: names of status inconclusive
-- numerator: names with this code
-- denominator: names of status inconclusive
-- axes: code
-- chart: bar x=n y=code
-- note: A name can have several.
SELECT code, n, total, total AS unknown
FROM (
  SELECT code, count(DISTINCT domain) AS n FROM findings SEMI JOIN (FROM names WHERE status = 'inconclusive') USING (domain)
  WHERE class = 'inconclusive'
  GROUP BY code
), (SELECT count(*) AS total FROM names WHERE status = 'inconclusive')
ORDER BY n DESC, code
