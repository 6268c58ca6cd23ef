-- id: ruleset_headlines
-- title: Headlines under both readings
-- group: reading
-- order: 2
-- cite: TAXONOMY, two rulesets
-- sure: D
-- population: names that signal under ruleset rfc
-- numerator: names of that kind under the ruleset
-- denominator: names that signal under ruleset rfc
-- axes: headline, ruleset
-- parameters: strict_rfc
-- needs: deployed
-- chart: bar x=headline y=share color=ruleset share
WITH both_tables AS (
  SELECT 'rfc' AS ruleset, status, delivery, first_failure FROM verdicts SEMI JOIN (FROM names WHERE rec) USING (domain)
  UNION ALL
  SELECT 'deployed', status, delivery, first_failure FROM verdicts_deployed SEMI JOIN (FROM names WHERE rec) USING (domain)
), counted AS (
  SELECT ruleset, count(*) AS total, count(*) FILTER (status = 'inconclusive') AS unknown,
    count(*) FILTER (status IN ('valid_testing', 'valid_enforce')) AS working, count(*) FILTER (delivery = 'protected') AS protected,
    count(*) FILTER (first_failure IS NOT NULL) AS faulty, count(*) FILTER (delivery = 'policy_ignored') AS ignored,
    count(*) FILTER (delivery IN ('refused_all_mx', 'at_risk_some_mx')) AS refused
  FROM both_tables GROUP BY ruleset
)
SELECT headline, ruleset, n, total, unknown
FROM (SELECT ruleset, total, unknown, unnest([
    {place: 1, headline: 'fully working', n: working}, {place: 2, headline: 'protected', n: protected}, {place: 3, headline: 'with an error', n: faulty},
    {place: 4, headline: 'policy ignored', n: ignored}, {place: 5, headline: 'mail refused at some or all hosts', n: refused}], recursive := true) FROM counted)
ORDER BY place, ruleset DESC
