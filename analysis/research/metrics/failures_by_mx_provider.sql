-- id: failures_by_mx_provider
-- title: Whose MX hosts fail policies
-- group: failures
-- order: 6
-- cite: our own definition
-- sure: D
-- population: ENF and TEST, by operator of the mail
-- numerator: of these with a judged MX host that fails
-- denominator: ENF and TEST at the operator
-- axes: provider
-- parameters: top
-- chart: bar x=n y=provider
SELECT CASE WHEN own(domain, mx_provider) THEN 'own host' ELSE coalesce(mx_provider, 'not known') END AS provider,
  count(*) FILTER (mx_failed > 0) AS n, count(*) AS total, count(*) FILTER (mx_failed = 0 AND mx_judged < mx_hosts) AS unknown,
  count(*) FILTER (mx_match_bad > 0) AS not_listed, count(*) FILTER (mx_cert_bad > 0) AS bad_certificate, count(*) FILTER (mx_starttls < mx_told) AS without_tls
FROM names
WHERE enf OR test
GROUP BY provider
HAVING n > 0
ORDER BY n DESC, provider
LIMIT getvariable('top')
