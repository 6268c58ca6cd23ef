-- id: coverage
-- title: What was asked, and what could be told
-- group: coverage
-- order: 1
-- cite: our own definition
-- sure: D
-- population: names and MX hosts, by layer
-- numerator: conclusive; inconclusive by reason
-- denominator: what was attempted at the layer
-- axes: layer, outcome
-- parameters: strict_rfc
-- chart: stacked x=layer y=share color=outcome share
-- note: MX hosts are those of names in REC, once a name. Told of a host: whether STARTTLS works, or that nobody can reach it. A name with several reasons counts under the first by name.
WITH reasons AS ( -- one a name, layer and subject: the first by name
  SELECT domain, asked AS layer, CASE asked WHEN 'mx hosts' THEN split_part("where", ' ', 1) END AS host, min(code) AS reason
  FROM (
    SELECT *, CASE WHEN starts_with("where", '_mta-sts.') THEN 'record' WHEN starts_with("where", 'mta-sts.' || domain) THEN 'policy'
      WHEN "where" = domain THEN 'mx records' ELSE 'mx hosts' END AS asked
    FROM findings WHERE class = 'inconclusive'
  ) GROUP BY ALL
), asked AS (
  SELECT domain, 'record' AS layer, NULL AS host, NOT inconclusive_record AS told FROM names
  UNION ALL SELECT domain, 'mx records', NULL, NOT inconclusive_mx FROM names
  UNION ALL SELECT domain, 'policy', NULL, NOT inconclusive_policy FROM names WHERE rec
  UNION ALL SELECT domain, 'mx hosts', host, starttls IS NOT NULL OR list_has_any(h.codes, ['mxdns_nxdomain', 'mxdns_nodata', 'mxdns_ip_literal', 'mxdns_special_address', 'mxdns_localhost', 'mxdns_dnssec_bogus', 'smtp_tcp_refused', 'smtp_not_smtp'])
    FROM mx_hosts AS h SEMI JOIN (FROM names WHERE rec) USING (domain)
)
SELECT layer, outcome, count(*) AS n, sum(count(*)) OVER (PARTITION BY layer)::BIGINT AS total, count(*) FILTER (outcome <> 'told') AS unknown
FROM (
  SELECT a.layer, CASE WHEN told THEN 'told' ELSE coalesce(reason, 'not asked or not needed') END AS outcome
  FROM asked AS a LEFT JOIN reasons AS r ON r.domain = a.domain AND r.layer = a.layer AND r.host IS NOT DISTINCT FROM a.host
)
GROUP BY layer, outcome
ORDER BY array_position(['record', 'mx records', 'policy', 'mx hosts'], layer), outcome <> 'told', n DESC, outcome
