-- id: dane22_t1
-- title: Broken DANE, by TLD
-- group: dane22
-- order: 1
-- cite: Lee et al. (USENIX Security 2022), Table 1
-- sure: P
-- population: MX with TLSA
-- numerator: DANE broken
-- denominator: MX with TLSA
-- axes: tld, unit
-- parameters: top
-- needs: checks:dane
-- note: An MX host counts as broken if it is of a name that is: the check judges the set of hosts of a name. The paper judges each MX record.
-- published: tld=com unit=names share=0.0051
-- published: tld=com unit="MX hosts of these names" share=0.2220
WITH judged AS (
  SELECT domain, tld, dane FROM names WHERE in_mx AND (with_tlsa(dane) OR dane_untold(dane))
), largest AS (
  SELECT tld FROM judged WHERE with_tlsa(dane) GROUP BY tld ORDER BY count(*) DESC, tld LIMIT getvariable('top')
), hosts AS (
  SELECT h.host, tld, bool_or(dane_broken(dane)) AS broken FROM mx_hosts AS h JOIN judged USING (domain) WHERE with_tlsa(dane) GROUP BY ALL
), counted AS (
  SELECT 1 AS place, tld, 'names' AS unit, count(*) FILTER (dane_broken(dane)) AS n, count(*) FILTER (with_tlsa(dane)) AS total, count(*) FILTER (dane_untold(dane)) AS unknown FROM judged GROUP BY tld
  UNION ALL
  SELECT 2, tld, 'MX hosts of these names', count(*) FILTER (broken), count(*), 0 FROM hosts GROUP BY tld
)
SELECT tld, unit, n, total, unknown
FROM counted SEMI JOIN largest USING (tld)
ORDER BY place, total DESC, tld
