-- id: imc25_tls
-- title: Why TLS with the policy host fails
-- group: imc25
-- order: 7
-- cite: Ashiq, Fiebig, Chung (IMC 2025), section 4.3.3
-- sure: P
-- population: REC whose policy first fails at layer tls
-- numerator: of these with this code; a host can have several
-- denominator: REC with a TLS fault of the policy host, by manager
-- axes: manager, code
-- parameters: third_party_min, self_max, strict_rfc
-- chart: bar x=n y=code facet=manager
-- note: Trap 5: 463 of 1,113 is 41.6 %, printed 43.6 %, which is 463 of 1,063.
-- note: The paper: 354 of the 463 hosts without a certificate are one provider; column largest names the one with most here.
-- published: manager=self code=ptls_cert_name_mismatch n=8385 total=8871
-- published: manager=third code=ptls_no_cert_for_name n=463 total=1113
WITH failed AS (
  SELECT domain, coalesce(policy_manager, 'unknown') AS manager, policy_provider FROM names WHERE rec AND policy_failure_layer = 'tls'
), coded AS (
  SELECT DISTINCT domain, manager, policy_provider, code
  FROM failed JOIN findings USING (domain) WHERE layer = 'policy tls' AND class = 'error'
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
