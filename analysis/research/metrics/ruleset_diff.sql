-- id: ruleset_diff
-- title: What hangs on the reading: status by rfc and by deployed
-- group: reading
-- order: 1
-- cite: TAXONOMY, two rulesets
-- sure: D
-- population: names whose status differs
-- numerator: names with this pair of statuses
-- denominator: names that signal under one ruleset or both, or could not be told
-- axes: rfc, deployed
-- needs: deployed
-- chart: heatmap x=deployed y=rfc color=n
-- note: Deployed lets pass what widely deployed senders let pass (docs/RULESETS.md).
WITH both_tables AS (
  SELECT r.status AS rfc, d.status AS deployed, first_failure
  FROM names AS r JOIN (SELECT domain, status FROM verdicts_deployed) AS d USING (domain)
  WHERE r.status <> 'not_deployed' OR d.status <> 'not_deployed'
)
SELECT rfc, deployed, count(*) AS n, (SELECT count(*) FROM both_tables) AS total, count(*) FILTER ('inconclusive' IN (rfc, deployed)) AS unknown,
  mode(first_failure ORDER BY first_failure) AS commonest
FROM both_tables
WHERE rfc <> deployed
GROUP BY ALL
ORDER BY n DESC, rfc, deployed
