-- id: delivery_if_enforced
-- title: What senders would do if every policy said enforce
-- group: adoption
-- order: 6
-- cite: RFC 8461 section 5; TAXONOMY, deliveries
-- sure: D
-- population: ENF and TEST
-- numerator: names of this delivery_if_enforced
-- denominator: ENF, TEST
-- axes: mode, delivery
-- chart: stacked x=mode y=share color=delivery share
-- note: Of mode testing: the names that could go over to enforce as they stand are protected; the others would lose mail.
SELECT mode, delivery_if_enforced AS delivery, count(*) AS n, sum(count(*)) OVER (PARTITION BY mode)::BIGINT AS total,
  count(*) FILTER (delivery_if_enforced = 'unknown') AS unknown
FROM names
WHERE (enf OR test) AND delivery_if_enforced IS NOT NULL
GROUP BY mode, delivery_if_enforced
ORDER BY mode, array_position(['protected', 'at_risk_some_mx', 'refused_all_mx', 'no_mail', 'unknown'], delivery_if_enforced)
