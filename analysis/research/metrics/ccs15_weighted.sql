-- id: ccs15_weighted
-- title: Adoption weighted by mailboxes
-- group: ccs15
-- order: 1
-- cite: Foster et al. (CCS 2015)
-- sure: K
-- population: MX of the operators in --weights
-- numerator: weight of the operators, times the share of their names with the property
-- denominator: weight of the operators with names in the list
-- axes: property
-- parameters: strict_rfc
-- needs: weights
-- note: --weights FILE: lines "label,weight", where a label is an operator of docs/OPERATORS.md or a registrable domain. The study weighs by users in a leaked list.
WITH rated AS (
  SELECT mx_provider AS label, count(*) AS names, count(*) FILTER (rec) / count(*) AS with_record, count(*) FILTER (enf) / count(*) AS enforce, count(*) FILTER (tlsrpt = 'yes') / count(*) AS tlsrpt
  FROM names WHERE in_mx GROUP BY label
)
SELECT property, round(value)::BIGINT AS n, round(weight)::BIGINT AS total, 0::BIGINT AS unknown
FROM (SELECT sum(weight) AS weight, unnest([{property: 'mta-sts record', value: sum(weight * with_record)}, {property: 'enforce', value: sum(weight * enforce)},
    {property: 'tlsrpt', value: sum(weight * tlsrpt)}], recursive := true) FROM rated JOIN weights USING (label))
ORDER BY property
