-- id: adopt_by_rank
-- title: MTA-STS by popularity
-- group: adoption
-- order: 9
-- cite: our own definition
-- sure: D
-- population: MX with a rank
-- numerator: REC and MX in the bin
-- denominator: MX in the bin
-- axes: rank_from
-- parameters: bin, strict_rfc
-- needs: ranks
-- chart: point x=rank_from y=share share
SELECT (rank - 1) // getvariable('bin') * getvariable('bin') + 1 AS rank_from,
  count(*) FILTER (rec) AS n, count(*) AS total, count(*) FILTER (inconclusive_record) AS unknown, count(*) FILTER (enf) AS enforce
FROM names
WHERE in_mx AND rank IS NOT NULL
GROUP BY rank_from
ORDER BY rank_from
