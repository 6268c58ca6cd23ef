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
-- needs: series, checks:dane
-- chart: line x=snapshot y=share color=tld share
-- note: Whether there is TLSA can only be told where the resolver was seen to validate; a lookup that fails validation is unknown here.
SELECT snapshot, tld, count(*) FILTER (dane IN ('ok', 'published', 'partial', 'mx_insecure', 'tlsa_insecure', 'mismatch', 'no_starttls', 'unusable')) AS n, count(*) AS total, count(*) FILTER (coalesce(dane, 'unanswered') IN ('not_validating', 'unanswered', 'bogus')) AS unknown
FROM (SELECT snapshot, tld, list_filter(adopts, a -> a.check = 'dane')[1].detail AS dane FROM series WHERE mx_status = 'explicit')
WHERE tld IN ('com', 'net', 'org', 'nl', 'se')
GROUP BY snapshot, tld
ORDER BY snapshot, tld
