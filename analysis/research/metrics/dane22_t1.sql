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
WITH hosts AS (
  SELECT h.host, n.tld, bool_or(dane IN ('tlsa_insecure', 'mismatch', 'no_starttls', 'unusable')) AS broken
  FROM mx_hosts AS h JOIN (SELECT domain, tld, dane FROM names WHERE in_mx AND dane IN ('ok', 'published', 'partial', 'mx_insecure', 'tlsa_insecure', 'mismatch', 'no_starttls', 'unusable')) AS n USING (domain) GROUP BY ALL
)
SELECT tld, unit, n, total, 0::BIGINT AS unknown
FROM (
  SELECT tld, 'names' AS unit, count(*) FILTER (dane IN ('tlsa_insecure', 'mismatch', 'no_starttls', 'unusable')) AS n, count(*) AS total FROM names WHERE in_mx AND dane IN ('ok', 'published', 'partial', 'mx_insecure', 'tlsa_insecure', 'mismatch', 'no_starttls', 'unusable') GROUP BY tld
  UNION ALL
  SELECT tld, 'MX hosts of these names', count(*) FILTER (broken), count(*) FROM hosts GROUP BY tld
)
ORDER BY unit DESC, total DESC, tld
LIMIT 2 * getvariable('top')
