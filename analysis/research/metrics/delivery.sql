-- id: delivery
-- title: What senders do
-- group: adoption
-- order: 5
-- cite: RFC 8461 section 5; TAXONOMY, deliveries
-- sure: D
-- population: REC
-- numerator: names of this delivery
-- denominator: REC
-- axes: delivery
-- parameters: strict_rfc
-- chart: bar x=n y=delivery
-- note: A sender that conforms to RFC 8461, with an empty cache: refused_all_mx and at_risk_some_mx are mail that is not delivered; policy_ignored is mail without the protection that was meant.
SELECT delivery, count(*) AS n, sum(count(*)) OVER ()::BIGINT AS total, count(*) FILTER (delivery = 'unknown') AS unknown
FROM names
WHERE rec
GROUP BY delivery
ORDER BY array_position(['protected', 'at_risk_some_mx', 'refused_all_mx', 'reports_only', 'policy_ignored', 'unprotected', 'no_mail', 'unknown'], delivery)
