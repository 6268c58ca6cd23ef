-- id: imc25_f6
-- title: MX hosts with a bad certificate, by cause and manager
-- group: imc25
-- order: 10
-- cite: Ashiq, Fiebig, Chung (IMC 2025), Figure 6
-- sure: P
-- population: REC by manager of the mail
-- numerator: REC with an MX host whose certificate is bad for the cause; causes overlap
-- denominator: REC with mail at that manager
-- axes: manager, cause
-- parameters: third_party_min, strict_rfc
-- chart: bar x=cause y=share color=manager share
-- note: Trap 7: the denominator is the class of manager here, and all REC in Figures 7 and 8.
-- note: The paper has the causes name mismatch, self-signed and expired; a name in the CN alone is a mismatch. Self: the MX host is below the registrable domain of the name, unless --third-party-min organisations or more share the address.
-- note: One host with a bad address beside a good one is not bad: senders go on to the next address.
-- published: manager=self cause=any n=1046 total=23512
-- published: manager=third cause=any n=397 total=40683
WITH claimed AS MATERIALIZED ( -- read three times
  SELECT domain, coalesce(mx_manager, 'unknown') AS manager, mx_cert_bad, mx_told, mx_hosts FROM names WHERE rec
), classes AS (
  SELECT manager, count(*) AS total, count(*) FILTER (mx_cert_bad > 0) AS bad,
    count(*) FILTER (mx_cert_bad = 0 AND mx_told < mx_hosts) AS unknown
  FROM claimed GROUP BY manager
), coded AS (
  SELECT h.domain, unnest(h.codes) AS code
  FROM mx_hosts AS h SEMI JOIN (FROM claimed WHERE mx_cert_bad > 0) USING (domain) WHERE NOT h.cert_valid
), caused AS (
  SELECT manager,
    CASE code WHEN 'mxcert_name_mismatch' THEN 'name mismatch' WHEN 'mxcert_cn_only' THEN 'name mismatch'
      WHEN 'mxcert_self_signed' THEN 'self-signed' WHEN 'mxcert_expired' THEN 'expired' WHEN 'mxcert_not_yet_valid' THEN 'not yet valid'
      WHEN 'mxcert_untrusted' THEN 'untrusted' WHEN 'mxcert_chain_incomplete' THEN 'untrusted' END AS cause,
    count(DISTINCT domain) AS n
  FROM coded JOIN claimed USING (domain) WHERE cause IS NOT NULL GROUP BY ALL
)
SELECT manager, cause, CASE cause WHEN 'any' THEN bad ELSE coalesce(n, 0) END AS n, total, unknown
FROM classes
CROSS JOIN (SELECT unnest(['any', 'name mismatch', 'self-signed', 'expired', 'not yet valid', 'untrusted']) AS cause, generate_subscripts([1, 2, 3, 4, 5, 6], 1) AS place)
LEFT JOIN caused USING (manager, cause)
ORDER BY array_position(['self', 'third', 'unclassified', 'unknown'], manager), place
