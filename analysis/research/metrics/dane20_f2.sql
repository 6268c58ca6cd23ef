-- id: dane20_f2
-- title: TLSA records over time, by TLD
-- group: dane20
-- order: 2
-- cite: Lee et al. (USENIX Security 2020), Figure 2
-- sure: P
-- population: MX, each snapshot
-- numerator: MX with TLSA at one host or more
-- denominator: MX
-- axes: snapshot, tld
-- needs: series, checks:dane, checks_each:dane
-- chart: line x=snapshot y=share color=tld share
-- note: Whether there is TLSA can only be told where the resolver was seen to validate; a lookup that fails validation is unknown here.
SELECT snapshot, tld, count(*) FILTER (with_tlsa(dane)) AS n, count(*) AS total, count(*) FILTER (dane_untold(dane)) AS unknown
FROM all_sets JOIN places USING (snapshot)
WHERE in_mx AND tld IN ('com', 'net', 'org', 'nl', 'se')
GROUP BY snapshot, place, tld
ORDER BY place, tld
