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
-- needs: checks:dane, column:tlsa
-- note: The paper: 85 % signed, 20 % of these without DS. A scan through a resolver that validates sees no difference between a zone that is not signed and one whose DS is missing.
WITH hosts AS (
  SELECT unnest(tlsa) AS host FROM verdicts WHERE mx_status = 'explicit'
), once AS (
  SELECT host.base, bool_or(host.validated) AS validated FROM hosts GROUP BY host.base
)
SELECT CASE WHEN validated THEN 'validated' ELSE 'not validated' END AS state, count(*) AS n, sum(count(*)) OVER ()::BIGINT AS total, 0::BIGINT AS unknown
FROM once
GROUP BY validated
ORDER BY state DESC
