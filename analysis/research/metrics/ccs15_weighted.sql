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
  SELECT mx_provider AS label, count(*) AS names, unnest([
    {property: 'mta-sts record', held: count(*) FILTER (rec), untold: count(*) FILTER (inconclusive_record)},
    {property: 'enforce', held: count(*) FILTER (enf), untold: count(*) FILTER (inconclusive_record OR rec_ok AND policy_fetched IS NULL)},
    {property: 'tlsrpt', held: count(*) FILTER (tlsrpt = 'yes'), untold: count(*) FILTER (coalesce(tlsrpt, 'unknown') = 'unknown')}], recursive := true)
  FROM names WHERE in_mx GROUP BY label
)
SELECT property, round(sum(weight * held / names))::BIGINT AS n, round(sum(weight))::BIGINT AS total, round(sum(weight * untold / names))::BIGINT AS unknown
FROM rated JOIN weights USING (label)
GROUP BY property
ORDER BY property
