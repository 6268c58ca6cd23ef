-- id: imc25_f5
-- title: Faults of the policy server, by layer and manager
-- group: imc25
-- order: 6
-- cite: Ashiq, Fiebig, Chung (IMC 2025), Figure 5
-- sure: P
-- population: REC by manager of the policy host
-- numerator: REC whose policy first fails at the layer
-- denominator: REC with a policy host of that manager
-- axes: manager, layer
-- parameters: third_party_min, self_max, strict_rfc
-- chart: bar x=layer y=share facet=manager share
-- note: Trap 3: the layers add to 9,538 self and 1,443 third, the paper states 9,588 and 1,393; the sum of both is 10,981 either way.
-- note: Trap 4: 17,184 - 10,981 = 6,203 faults fall on the 14,095 hosts that are neither (44 %), which the paper leaves out. The unclassified bucket is always printed here.
-- note: Self: at most --self-max organisations are served from the host or an address of it; third: --third-party-min or more; addresses are counted over the names that claim a record. That the apex of two names has one address, which the paper counts as one administrator, is not asked for.
-- published: manager=self layer=any n=9588 total=25344
-- published: manager=self layer=dns n=42 total=25344
-- published: manager=self layer=tcp n=193 total=25344
-- published: manager=self layer=tls n=8871 total=25344
-- published: manager=self layer=http n=377 total=25344
-- published: manager=self layer=syntax n=55 total=25344
-- published: manager=third layer=any n=1393 total=28591
-- published: manager=third layer=dns n=0 total=28591
-- published: manager=third layer=tcp n=34 total=28591
-- published: manager=third layer=tls n=1113 total=28591
-- published: manager=third layer=http n=215 total=28591
-- published: manager=third layer=syntax n=81 total=28591
WITH classes AS (
  SELECT coalesce(policy_manager, 'unknown') AS manager, count(*) AS total, count(*) FILTER (inconclusive_policy) AS unknown
  FROM names WHERE rec GROUP BY manager
), failed AS (
  SELECT coalesce(policy_manager, 'unknown') AS manager, coalesce(policy_failure_layer, 'any') AS layer, count(*) AS n
  FROM names WHERE rec AND policy_failure IS NOT NULL
  GROUP BY GROUPING SETS ((policy_manager), (policy_manager, policy_failure_layer))
)
SELECT manager, layer, coalesce(n, 0) AS n, total, unknown
FROM classes
CROSS JOIN (SELECT unnest(['any', 'dns', 'tcp', 'tls', 'http', 'syntax']) AS layer, generate_subscripts([1, 2, 3, 4, 5, 6], 1) AS place)
LEFT JOIN failed USING (manager, layer)
ORDER BY array_position(['self', 'third', 'unclassified', 'unknown'], manager), place
