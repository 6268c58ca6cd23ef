-- id: dane22_t2
-- title: Broken DANE by who manages mail and DNS
-- group: dane22
-- order: 3
-- cite: Lee et al. (USENIX Security 2022), Table 2 and Figure 3
-- sure: P
-- population: MX with TLSA
-- numerator: DANE broken
-- denominator: MX with TLSA in the class
-- axes: class
-- parameters: third_party_min
-- needs: checks:dane
-- chart: bar x=class y=share share
-- note: SO: mail outsourced; SSDO: mail self, DNS outsourced; SSDS: both self. Shares of domains as printed.
-- published: class=SO share=0.0023
-- published: class=SSDO share=0.4018
-- published: class=SSDS share=0.3314
SELECT CASE WHEN mx_manager = 'third' THEN 'SO' WHEN mx_manager = 'self' AND dns_manager = 'third' THEN 'SSDO'
    WHEN mx_manager = 'self' AND dns_manager = 'self' THEN 'SSDS' ELSE 'unclassified' END AS class,
  count(*) FILTER (dane_broken(dane)) AS n, count(*) FILTER (with_tlsa(dane)) AS total, count(*) FILTER (dane_untold(dane)) AS unknown
FROM names
WHERE in_mx AND (with_tlsa(dane) OR dane_untold(dane))
GROUP BY class
ORDER BY class
