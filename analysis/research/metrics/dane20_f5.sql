-- id: dane20_f5
-- title: TLSA in signed zones
-- group: dane20
-- order: 5
-- cite: Lee et al. (USENIX Security 2020), Figure 5
-- sure: P
-- population: names of TLSA records that exist, each once
-- numerator: answers that the resolver validated
-- denominator: names of TLSA records
-- axes: state
-- needs: checks:dane
-- note: The paper: 85 % signed, 20 % of these without DS. A scan through a resolver that validates sees no difference between a zone that is not signed and one whose DS is missing.
WITH answers AS (
  SELECT unnest(list_filter(lookups, l -> l.type = 'TLSA' AND l.total > 0)) AS l FROM domains SEMI JOIN (FROM names WHERE in_mx) USING (domain)
), once AS (
  SELECT l.name, bool_or(l.ad) AS validated FROM answers GROUP BY l.name
)
SELECT CASE WHEN validated THEN 'validated' ELSE 'not validated' END AS state, count(*) AS n, sum(count(*)) OVER ()::BIGINT AS total, 0::BIGINT AS unknown
FROM once
GROUP BY validated
ORDER BY state DESC
