-- id: dane20_t1
-- title: TLSA records, by TLD
-- group: dane20
-- order: 1
-- cite: Lee et al. (USENIX Security 2020), Table 1
-- sure: P
-- population: MX
-- numerator: MX with TLSA at one host or more
-- denominator: MX
-- axes: tld
-- parameters: top
-- needs: checks:dane
-- chart: bar x=tld y=share share
-- note: Whether there is TLSA can only be told where the resolver was seen to validate; a lookup that fails validation is unknown here.
-- note: The table prints 7.3 % for .net and 7.0 % for .org; its text and Figure 2 have the generic TLDs at 0.60 to 0.73 %: a misprint by a factor of ten.
-- published: tld=com share=0.007
-- published: tld=net share=0.073
-- published: tld=org share=0.070
-- published: tld=nl share=0.098
-- published: tld=se share=0.382
WITH named AS (
  FROM (SELECT tld FROM names WHERE in_mx GROUP BY tld ORDER BY count(*) DESC, tld LIMIT getvariable('top'))
  UNION VALUES ('com'), ('net'), ('org'), ('nl'), ('se')
)
SELECT coalesce(tld, 'all') AS tld, count(*) FILTER (with_tlsa(dane)) AS n, count(*) AS total, count(*) FILTER (dane_untold(dane)) AS unknown
FROM (SELECT * REPLACE (CASE WHEN tld IN (FROM named) THEN tld ELSE 'other' END AS tld) FROM names WHERE in_mx)
GROUP BY GROUPING SETS ((tld), ())
ORDER BY grouping(tld), total DESC, tld
