-- id: imc15_cert
-- title: From STARTTLS to a certificate for the mail domain
-- group: imc15
-- order: 2
-- cite: Durumeric et al. (IMC 2015)
-- sure: K
-- population: MX hosts of the names that were probed, each host of a name once
-- numerator: hosts that come as far as the step
-- denominator: hosts of which STARTTLS could be told
-- axes: step
-- chart: bar x=n y=step
-- note: Of the names that were probed: without --probe-mx all those that signal MTA-STS. A study of 2020 cites for 2015: 52 % of the servers trusted, 34.2 % with the name of the MX host.
WITH leaves AS (
  SELECT host, list_transform(flatten(list(dns_sans)), san -> lower(san)) AS sans FROM (SELECT DISTINCT host, chain[1] AS sha256 FROM mx WHERE len(chain) > 0) JOIN certs USING (sha256) GROUP BY host
), hosts AS (
  SELECT h.domain, h.starttls, h.cert_valid, h.codes, list_has_any(sans, [h.domain, regexp_replace(h.domain, '^[^.]*', '*')]) AS covers
  FROM mx_hosts AS h LEFT JOIN leaves USING (host) WHERE h.starttls IS NOT NULL
), steps AS (
  SELECT covers,
    NOT list_has_any(codes, ['smtp_starttls_absent', 'smtp_starttls_stripped', 'smtp_ehlo_unsupported']) OR starttls AS offers,
    cert_valid IS NOT NULL AS completes,
    cert_valid OR NOT list_has_any(codes, ['mxcert_untrusted', 'mxcert_self_signed', 'mxcert_chain_incomplete']) AS trusted,
    cert_valid OR NOT list_has_any(codes, ['mxcert_expired', 'mxcert_not_yet_valid']) AS in_time,
    cert_valid OR NOT list_has_any(codes, ['mxcert_name_mismatch', 'mxcert_cn_only']) AS named
  FROM hosts
), counted AS (
  SELECT count(*) AS total, count(*) FILTER (offers) AS a, count(*) FILTER (offers AND completes) AS b, count(*) FILTER (offers AND completes AND trusted) AS c,
    count(*) FILTER (offers AND completes AND trusted AND in_time) AS d, count(*) FILTER (offers AND completes AND trusted AND in_time AND named) AS e,
    count(*) FILTER (offers AND completes AND trusted AND in_time AND named AND covers) AS f
  FROM steps
)
SELECT step, n, total, unknown, n / nullif(previous, 0) AS of_previous
FROM (SELECT total, (SELECT count(*) FROM mx_hosts WHERE starttls IS NULL AND len(addrs) > 0) AS unknown, unnest([
    {place: 1, step: 'offers STARTTLS', n: a, previous: total}, {place: 2, step: 'completes TLS', n: b, previous: a}, {place: 3, step: 'chain is trusted', n: c, previous: b},
    {place: 4, step: 'certificate is in its time', n: d, previous: c}, {place: 5, step: 'names the MX host', n: e, previous: d},
    {place: 6, step: 'names the mail domain', n: f, previous: e}], recursive := true) FROM counted)
ORDER BY place
