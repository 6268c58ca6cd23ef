-- id: imc25_f3
-- title: MTA-STS records by popularity
-- group: imc25
-- order: 3
-- cite: Ashiq, Fiebig, Chung (IMC 2025), Figure 3
-- sure: P
-- population: MX with a rank, below .com, .net, .org and .se
-- numerator: REC and MX in the bin
-- denominator: MX in the bin
-- axes: rank_from
-- parameters: bin, strict_rfc
-- needs: ranks
-- chart: point x=rank_from y=share share
-- note: The paper ranks by the list of Tranco of 1 November 2024; only names in the four TLDs are counted.
-- note: The printed shares are averages over the first and the last bin.
-- published: rank_from=1 share=0.012
-- published: rank_from=990001 share=0.004
SELECT (rank - 1) // getvariable('bin') * getvariable('bin') + 1 AS rank_from,
  count(*) FILTER (rec) AS n,
  count(*) AS total,
  count(*) FILTER (inconclusive_record) AS unknown
FROM names
WHERE in_mx AND rank IS NOT NULL AND tld IN ('com', 'net', 'org', 'se')
GROUP BY rank_from
ORDER BY rank_from
