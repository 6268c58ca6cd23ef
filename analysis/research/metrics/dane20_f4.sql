-- id: dane20_f4
-- title: TLSA at all or at some MX hosts
-- group: dane20
-- order: 4
-- cite: Lee et al. (USENIX Security 2020), Figure 4
-- sure: P
-- population: MX with TLSA
-- numerator: TLSA at some hosts only
-- denominator: MX with TLSA at one host or more
-- axes: tld
-- parameters: top
-- needs: checks:dane
-- chart: bar x=tld y=share share
-- note: Whether there is TLSA can only be told where the resolver was seen to validate; a lookup that fails validation is unknown here.
-- note: The paper: below 5 % of the generic TLDs, 15 % of .nl at the end.
SELECT tld, count(*) FILTER (dane = 'partial') AS n, count(*) AS total, 0::BIGINT AS unknown
FROM names
WHERE in_mx AND with_tlsa(dane)
GROUP BY tld
ORDER BY total DESC, tld
LIMIT getvariable('top')
