-- id: failures_by_policy_host
-- title: Where the policies are that cannot be had
-- group: failures
-- order: 5
-- cite: our own definition
-- sure: D
-- population: REC with a policy fault
-- numerator: of these at the operator
-- denominator: REC at the operator
-- axes: provider
-- parameters: top, strict_rfc
-- chart: bar x=n y=provider
SELECT CASE WHEN own(domain, policy_provider) THEN 'own host' ELSE coalesce(policy_provider, 'none or not known') END AS provider,
  count(*) FILTER (policy_failure IS NOT NULL) AS n, count(*) AS total, count(*) FILTER (inconclusive_policy) AS unknown,
  mode(policy_failure ORDER BY policy_failure) AS commonest
FROM names
WHERE rec
GROUP BY provider
HAVING n > 0
ORDER BY n DESC, provider
LIMIT getvariable('top')
