-- id: dane22_f5
-- title: TLSA that match an earlier certificate
-- group: dane22
-- order: 6
-- cite: Lee et al. (USENIX Security 2022), Figure 5
-- sure: P
-- population: MX hosts of names with detail mismatch in the newest snapshot
-- numerator: hosts whose TLSA match a certificate that they presented in an older snapshot
-- denominator: MX hosts of names with detail mismatch
-- axes: figure
-- needs: series, checks:dane
-- note: SHA-256 of a key or a certificate; the paper finds up to 70 to 73 %.
-- published: figure="matches an earlier certificate" share=0.73
WITH ends AS (
  SELECT max(snapshot) AS newest FROM series
), hosts AS (
  SELECT DISTINCT host FROM (
    SELECT unnest(mx).host AS host FROM series, ends WHERE snapshot = newest AND list_filter(adopts, a -> a.check = 'dane')[1].detail = 'mismatch')
), records AS (
  SELECT l.name[10:] AS host, lower(replace(unnest(l.records), ' ', '')) AS record
  FROM (SELECT unnest(list_filter(lookups, l -> l.type = 'TLSA' AND l.total > 0)) AS l FROM all_domains, ends WHERE snapshot = newest)
), presented AS (
  SELECT m.host, c.sha256, c.spki_sha256 FROM all_mx AS m JOIN all_certs AS c ON c.snapshot = m.snapshot AND c.sha256 = m.chain[1], ends WHERE m.snapshot < newest
), stale AS (
  SELECT DISTINCT host FROM records JOIN presented USING (host)
  WHERE ends_with(record, '11' || spki_sha256) OR ends_with(record, '01' || sha256)
)
SELECT 'matches an earlier certificate' AS figure, count(*) FILTER (host IN (FROM stale)) AS n, count(*) AS total, 0::BIGINT AS unknown
FROM hosts
ORDER BY figure
