-- id: dane20_f3
-- title: TLSA records by popularity
-- group: dane20
-- order: 3
-- cite: Lee et al. (USENIX Security 2020), Figure 3
-- sure: P
-- population: MX with a rank, below .com, .net, .org, .nl and .se
-- numerator: MX with TLSA in the bin
-- denominator: MX in the bin
-- axes: rank_from
-- parameters: bin
-- needs: ranks, checks:dane
-- chart: point x=rank_from y=share share
-- note: Whether there is TLSA can only be told where the resolver was seen to validate; a lookup that fails validation is unknown here.
-- note: The paper: 0.45 % of the first 100,000, 0.21 % of the last.
SELECT (rank - 1) // getvariable('bin') * getvariable('bin') + 1 AS rank_from, count(*) FILTER (with_tlsa(dane)) AS n, count(*) AS total, count(*) FILTER (dane_untold(dane)) AS unknown
FROM names
WHERE in_mx AND rank IS NOT NULL AND tld IN ('com', 'net', 'org', 'nl', 'se')
GROUP BY rank_from
ORDER BY rank_from
