-- id: codes
-- title: Every finding
-- group: failures
-- order: 3
-- cite: TAXONOMY, codes
-- sure: D
-- population: all names
-- numerator: names with the code in this class
-- denominator: all names
-- axes: code, class
-- note: A code is info where no policy is in force, lint where another address or host is good. Column contested: names in which only one ruleset makes the finding.
SELECT code, class, any_value(layer) AS layer, count(DISTINCT domain) AS n, (SELECT count(*) FROM names) AS total,
  CASE class WHEN 'inconclusive' THEN n ELSE 0 END AS unknown,
  count(*) AS findings, count(DISTINCT domain) FILTER (contested) AS contested
FROM findings
GROUP BY code, class
ORDER BY n DESC, code, class
