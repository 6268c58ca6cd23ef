-- id: dane20_f7
-- title: TLSA that does not validate, by cause
-- group: dane20
-- order: 7
-- cite: Lee et al. (USENIX Security 2020), Figure 7
-- sure: P
-- population: MX with TLSA
-- numerator: names with this detail of check dane
-- denominator: MX with TLSA
-- axes: cause, detail
-- needs: checks:dane
-- chart: bar x=n y=detail color=cause
-- note: By name; the paper counts TLSA records: 0.55 % DNSSEC, 3.68 % certificate, of which 11.81 % would be right under another selector or usage.
SELECT CASE WHEN dane IN ('bogus', 'tlsa_insecure', 'mx_insecure') THEN 'dnssec' WHEN dane = 'mismatch' THEN 'certificate'
    WHEN dane IN ('no_starttls', 'unusable') THEN 'other' ELSE 'good' END AS cause,
  dane AS detail, count(*) AS n, sum(count(*)) OVER ()::BIGINT AS total, count(*) FILTER (dane = 'bogus') AS unknown
FROM names
WHERE in_mx AND (with_tlsa(dane) OR dane = 'bogus')
GROUP BY dane
ORDER BY n DESC, dane
