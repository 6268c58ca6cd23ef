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
SELECT extent, n, total, unknown
FROM (SELECT unnest([
    {place: 1, extent: 'any host', n: count(*) FILTER (mx_starttls > 0), total: count(*) FILTER (mx_told > 0), unknown: count(*) FILTER (mx_told = 0)},
    {place: 2, extent: 'all hosts', n: count(*) FILTER (mx_told = mx_hosts AND mx_starttls = mx_hosts), total: count(*) FILTER (mx_told > 0), unknown: count(*) FILTER (mx_told < mx_hosts)}
  ], recursive := true) FROM names WHERE in_mx)
ORDER BY place
