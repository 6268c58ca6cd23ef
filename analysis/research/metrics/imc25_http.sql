-- id: imc25_http
-- title: HTTP faults of the policy host
-- group: imc25
-- order: 8
-- cite: Ashiq, Fiebig, Chung (IMC 2025), section 4.3.3
-- sure: P
-- population: REC whose policy first fails at layer http
-- numerator: of these with this code; a host can have several
-- denominator: REC with an HTTP fault of the policy host, by manager
-- axes: manager, code
-- parameters: third_party_min, self_max, strict_rfc
-- chart: bar x=n y=code facet=manager
-- note: Trap 5: the paper counts 1,336 HTTP errors, of which 377 + 215 = 592 are of self and third; the share of 404 is of these 592. Ours stands under each manager and for self or third together.
-- published: manager="self or third" code=phttp_404 n=387 total=592
WITH failed AS (
  SELECT domain, coalesce(policy_manager, 'unknown') AS manager, policy_provider FROM names WHERE rec AND policy_failure_layer = 'http'
), coded AS (
  SELECT DISTINCT domain, manager, policy_provider, code
  FROM failed JOIN findings USING (domain) WHERE layer = 'policy http' AND class = 'error'
), pools AS (
  FROM coded UNION ALL SELECT domain, 'self or third', policy_provider, code FROM coded WHERE manager IN ('self', 'third')
), totals AS (
  SELECT manager, count(*) AS total FROM (
    SELECT manager FROM failed UNION ALL SELECT 'self or third' FROM failed WHERE manager IN ('self', 'third')
  ) GROUP BY manager
), by_host AS (
  SELECT manager, code, policy_provider, count(*) AS n FROM pools GROUP BY ALL
)
SELECT manager, code, sum(n)::BIGINT AS n, any_value(total) AS total, 0::BIGINT AS unknown,
  arg_max(policy_provider, (n, policy_provider)) AS largest, max(n) FILTER (policy_provider IS NOT NULL) AS largest_n
FROM by_host JOIN totals USING (manager)
GROUP BY manager, code
ORDER BY array_position(['self', 'third', 'self or third', 'unclassified', 'unknown'], manager), n DESC, code
