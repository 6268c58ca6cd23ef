-- id: contested
-- title: Findings that one ruleset alone makes
-- group: reading
-- order: 3
-- cite: TAXONOMY, two rulesets
-- sure: D
-- population: REC
-- numerator: REC with the contested code
-- denominator: REC
-- axes: code
-- parameters: strict_rfc
-- chart: bar x=n y=code
-- note: Decisive: it is the first fault of the name. This needs no second table of verdicts.
SELECT code, count(DISTINCT domain) AS n, (SELECT count(*) FROM names WHERE rec) AS total, 0::BIGINT AS unknown,
  count(DISTINCT domain) FILTER (code = first_failure) AS decisive
FROM (FROM findings WHERE contested) JOIN (SELECT domain, first_failure FROM names WHERE rec) USING (domain)
GROUP BY code
ORDER BY n DESC, code
