-- id: imc25_t1
-- title: Domains with MX records and with an MTA-STS record, by TLD
-- group: imc25
-- order: 1
-- cite: Ashiq, Fiebig, Chung (IMC 2025), Table 1
-- sure: P
-- population: MX
-- numerator: REC and MX
-- denominator: MX
-- axes: tld
-- parameters: strict_rfc, top
-- chart: bar x=tld y=share share
-- note: Trap 6: the shares of the paper's table are cut off, not rounded (net 6,183 of 6,248,969 is 0.099 %, printed 0.09 %), and .org is 0.13 % there, 0.12 % in its text. Compare counts.
-- note: Trap 1: the paper's abstract says 31 months, its section 3 says 36 from 9 September 2021, its Table 1 starts on 20 September 2021.
-- published: tld=com n=53800 total=73939004
-- published: tld=net n=6183 total=6248969
-- published: tld=org n=7355 total=5781423
-- published: tld=se n=692 total=822449
-- published: tld=all n=68030 total=86791845
WITH named AS (
  FROM (SELECT tld FROM names WHERE in_mx GROUP BY tld ORDER BY count(*) DESC, tld LIMIT getvariable('top'))
  UNION VALUES ('com'), ('net'), ('org'), ('se')
)
SELECT coalesce(tld, 'all') AS tld,
  count(*) FILTER (rec) AS n,
  count(*) AS total,
  count(*) FILTER (inconclusive_record) AS unknown
FROM (SELECT * REPLACE (CASE WHEN tld IN (FROM named) THEN tld ELSE 'other' END AS tld) FROM names WHERE in_mx)
GROUP BY GROUPING SETS ((tld), ())
ORDER BY grouping(tld), total DESC, tld
