-- id: dane22_f5
-- title: TLSA that match an earlier certificate
-- group: dane22
-- order: 6
-- cite: Lee et al. (USENIX Security 2022), Figure 5
-- sure: P
-- population: MX hosts of names with detail mismatch in the newest snapshot, whose TLSA match nothing that they present
-- numerator: hosts whose TLSA match a certificate that they presented in an older snapshot
-- denominator: MX hosts whose TLSA match nothing that they present
-- axes: figure
-- needs: series, checks:dane, column:tlsa
-- note: TLSA of a host stand at its TLSA base domain, where its aliases end or under its own name (RFC 7672 section 2.2.2). SHA-256 of a key or a certificate; a host with other TLSA is unknown. The paper finds up to 70 to 73 %.
-- published: figure="matches an earlier certificate" share=0.73
WITH hosts AS (
  SELECT host, records, incomparable FROM tlsa_hosts SEMI JOIN (SELECT host FROM mx_hosts SEMI JOIN (FROM names WHERE dane = 'mismatch') USING (domain)) USING (host) WHERE NOT matches
), presented AS (
  SELECT snapshot, host, unnest(chain) AS sha256, generate_subscripts(chain, 1) AS place FROM all_mx SEMI JOIN hosts USING (host), ends WHERE snapshot <> newest
), stale AS (
  SELECT DISTINCT host FROM hosts JOIN presented USING (host) JOIN all_certs USING (snapshot, sha256) WHERE tlsa_matches(records, place, sha256, spki_sha256)
)
SELECT 'matches an earlier certificate' AS figure, count(*) FILTER (host IN (FROM stale)) AS n, count(*) AS total,
  count(*) FILTER (incomparable AND host NOT IN (FROM stale)) AS unknown
FROM hosts
ORDER BY figure
