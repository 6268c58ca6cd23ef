-- id: imc15_starttls
-- title: Names whose MX hosts offer STARTTLS
-- group: imc15
-- order: 1
-- cite: Durumeric et al. (IMC 2015)
-- sure: K
-- population: MX reached
-- numerator: MX with STARTTLS at any host; at all hosts
-- denominator: MX with a host of which STARTTLS could be told
-- axes: extent
-- needs: all_mx
-- chart: bar x=extent y=share share
-- note: The abstract: 35 % of the SMTP servers behind the list have a set-up that works. STARTTLS counts with TLS 1.2 or later.
WITH judged AS (
  SELECT mx_told > 0 AS reached, unnest([{place: 1, extent: 'any host', offers: at_any(mx_starttls, mx_told, mx_hosts)},
    {place: 2, extent: 'all hosts', offers: at_all(mx_starttls, mx_told, mx_hosts)}], recursive := true)
  FROM names WHERE in_mx
)
SELECT extent, count(*) FILTER (offers) AS n, count(*) FILTER (reached) AS total, count(*) FILTER (offers IS NULL) AS unknown
FROM judged
GROUP BY extent, place
ORDER BY place
