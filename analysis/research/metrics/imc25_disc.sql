-- id: imc25_disc
-- title: Repaired after disclosure
-- group: imc25
-- order: 19
-- cite: Ashiq, Fiebig, Chung (IMC 2025), section 4.6
-- sure: P
-- population: MIS in the oldest snapshot
-- numerator: of these, conclusively not MIS in the newest
-- denominator: MIS in the oldest snapshot
-- axes: fault
-- parameters: strict_rfc
-- needs: series
-- chart: bar x=share y=fault share
-- note: The row without a fault is all of them. The paper: 2,064 of 20,144 (10 %) after mail to the postmasters.
WITH before AS (
  SELECT domain, first_failure AS fault FROM all_sets JOIN ends ON snapshot = oldest WHERE mis
), after AS (
  SELECT domain, status, mis FROM all_sets JOIN ends ON snapshot = newest
)
SELECT fault,
  count(*) FILTER (after.status <> 'inconclusive' AND NOT mis) AS n,
  count(*) AS total,
  count(*) FILTER (coalesce(after.status, 'inconclusive') = 'inconclusive') AS unknown
FROM before LEFT JOIN after USING (domain)
GROUP BY ROLLUP (fault)
ORDER BY fault NULLS FIRST
