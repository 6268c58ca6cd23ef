-- id: dane22_f4
-- title: Why DANE is broken, by who manages
-- group: dane22
-- order: 4
-- cite: Lee et al. (USENIX Security 2022), Figure 4
-- sure: P
-- population: MX with broken DANE, and those whose lookups fail validation
-- numerator: names with this cause
-- denominator: all of these in the class
-- axes: class, cause
-- parameters: third_party_min
-- needs: checks:dane
-- chart: stacked x=class y=share color=cause share
-- note: The paper: DNSSEC is 89 to 96 % of it.
WITH broken AS (
  SELECT CASE WHEN mx_manager = 'third' THEN 'SO' WHEN mx_manager = 'self' AND dns_manager = 'third' THEN 'SSDO'
      WHEN mx_manager = 'self' AND dns_manager = 'self' THEN 'SSDS' ELSE 'unclassified' END AS class,
    CASE WHEN dane IN ('tlsa_insecure', 'bogus') THEN 'dnssec' WHEN dane = 'mismatch' THEN 'mismatch' ELSE 'other' END AS cause
  FROM names WHERE in_mx AND dane IN ('tlsa_insecure', 'bogus', 'mismatch', 'no_starttls', 'unusable')
)
SELECT class, cause, count(*) AS n, sum(count(*)) OVER (PARTITION BY class)::BIGINT AS total, 0::BIGINT AS unknown
FROM broken
GROUP BY class, cause
ORDER BY class, cause
