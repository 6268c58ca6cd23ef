-- id: pol_fetch_reasons
-- title: Records without a policy, by reason
-- group: failures
-- order: 4
-- cite: after Blechschmidt, Stock (USENIX Security 2023): 6.9K records, 569 policies
-- sure: D
-- population: REC
-- numerator: POL_FETCH, and REC by why not
-- denominator: REC
-- axes: reason
-- parameters: strict_rfc
-- chart: bar x=n y=reason
-- note: A wide gap between records and policies is a warning about the method of fetching. Fetched: 200 over a valid connection, whatever the text says.
WITH untold AS ( -- one a name: the first by name
  SELECT domain, min(code) AS reason FROM findings
  WHERE class = 'inconclusive' AND starts_with("where", 'mta-sts.' || domain) GROUP BY domain
), reasons AS (
  SELECT CASE WHEN pol_fetch THEN 'fetched'
      WHEN policy_failure IS NOT NULL THEN policy_failure
      WHEN inconclusive_policy THEN coalesce(reason, 'not tried')
      ELSE 'not told' END AS reason,
    inconclusive_policy
  FROM names LEFT JOIN untold USING (domain) WHERE rec
)
SELECT reason, count(*) AS n, sum(count(*)) OVER ()::BIGINT AS total, count(*) FILTER (inconclusive_policy) AS unknown
FROM reasons
GROUP BY reason
ORDER BY reason <> 'fetched', n DESC, reason
