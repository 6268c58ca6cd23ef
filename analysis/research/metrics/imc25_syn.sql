-- id: imc25_syn
-- title: Faults of the policy text
-- group: imc25
-- order: 9
-- cite: Ashiq, Fiebig, Chung (IMC 2025), section 4.3.3
-- sure: P
-- population: REC whose policy first fails at layer syntax
-- numerator: of these with this cause; the first of bad mx, empty, other
-- denominator: REC with a fault of the policy text, by manager
-- axes: manager, cause
-- parameters: third_party_min, self_max, strict_rfc
-- chart: stacked x=manager y=n color=cause
-- note: Bad mx: an e-mail address, a final dot or nothing in an mx field, as in the paper; other faults of an mx field are in other.
-- note: Under ruleset deployed most of these pass.
-- published: manager="self or third" cause="bad mx" n=87 total=136
-- published: manager="self or third" cause="empty body" n=5 total=136
WITH failed AS (
  SELECT coalesce(policy_manager, 'unknown') AS manager,
    CASE WHEN list_has_any(codes, ['psyn_mx_email', 'psyn_mx_trailing_dot', 'psyn_mx_empty']) THEN 'bad mx'
         WHEN list_contains(codes, 'psyn_empty') THEN 'empty body'
         ELSE 'other' END AS cause
  FROM names WHERE rec AND policy_failure_layer = 'syntax'
)
SELECT manager, cause, count(*) AS n, sum(count(*)) OVER (PARTITION BY manager)::BIGINT AS total, 0::BIGINT AS unknown
FROM (FROM failed UNION ALL SELECT 'self or third', cause FROM failed WHERE manager IN ('self', 'third'))
GROUP BY manager, cause
ORDER BY array_position(['self', 'third', 'self or third', 'unclassified', 'unknown'], manager), n DESC, cause
