-- id: ruleset_diff
-- title: What hangs on the reading: status by rfc and by deployed
-- group: reading
-- order: 1
-- cite: TAXONOMY, two rulesets
-- sure: D
-- population: names whose status differs
-- numerator: names with this pair of statuses
-- denominator: names that signal under one ruleset
-- axes: rfc, deployed
-- needs: deployed
-- chart: heatmap x=deployed y=rfc color=n
-- note: Deployed lets pass what widely deployed senders let pass (docs/RULESETS.md).
SELECT r.status AS rfc, d.status AS deployed, count(*) AS n,
  (SELECT count(*) FROM names WHERE status <> 'not_deployed') AS total, count(*) FILTER ('inconclusive' IN (r.status, d.status)) AS unknown,
  mode(r.first_failure) AS commonest
FROM names AS r JOIN (SELECT domain, status FROM verdicts_deployed) AS d USING (domain)
WHERE r.status <> d.status
GROUP BY ALL
ORDER BY n DESC, rfc, deployed
