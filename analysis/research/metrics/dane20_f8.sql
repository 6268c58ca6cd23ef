-- id: dane20_f8
-- title: Names with an MX host whose DANE is broken, by TLD
-- group: dane20
-- order: 8
-- cite: Lee et al. (USENIX Security 2020), Figure 8
-- sure: P
-- population: MX with TLSA
-- numerator: DANE broken
-- denominator: MX with TLSA
-- axes: tld
-- parameters: top
-- needs: checks:dane
-- chart: bar x=tld y=share share
-- note: The paper: from 0.005 % of .se to 1.36 % of .org.
-- published: tld=se share=0.00005
-- published: tld=org share=0.0136
SELECT tld, count(*) FILTER (dane_broken(dane)) AS n, count(*) AS total, 0::BIGINT AS unknown
FROM names
WHERE in_mx AND with_tlsa(dane)
GROUP BY tld
ORDER BY total DESC, tld
LIMIT getvariable('top')
