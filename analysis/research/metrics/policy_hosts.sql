-- id: policy_hosts
-- title: Who hosts the policies
-- group: hosts
-- order: 1
-- cite: our own definition
-- sure: D
-- population: REC
-- numerator: REC with the policy host at the operator
-- denominator: REC
-- axes: provider
-- parameters: top, strict_rfc
-- chart: bar x=n y=provider
-- note: Own host: without an alias to someone else. An address says nothing here about whose machine it is; policy_managers counts those that share one.
WITH labelled AS (
  SELECT CASE WHEN policy_provider IS NULL THEN 'none or not known' WHEN own(domain, policy_provider) THEN 'own host' ELSE policy_provider END AS provider,
    mis, enf, inconclusive_policy
  FROM names WHERE rec
), largest AS (
  SELECT provider FROM labelled GROUP BY provider ORDER BY count(*) DESC, provider LIMIT getvariable('top')
)
SELECT CASE WHEN provider IN (FROM largest) THEN provider ELSE 'all others' END AS provider,
  count(*) AS n, sum(count(*)) OVER ()::BIGINT AS total, count(*) FILTER (inconclusive_policy) AS unknown,
  count(*) FILTER (enf) AS enforce, count(*) FILTER (mis) AS misconfigured
FROM labelled
GROUP BY ALL
ORDER BY n DESC, provider
