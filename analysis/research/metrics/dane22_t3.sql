-- id: dane22_t3
-- title: Rollovers that went wrong
-- group: dane22
-- order: 7
-- cite: Lee et al. (USENIX Security 2022), Table 3, Figures 6 and 7
-- sure: P
-- population: MX hosts with TLSA whose key changed between the oldest and the newest snapshot
-- numerator: hosts of a name with detail mismatch in the newest
-- denominator: MX hosts with TLSA whose key changed
-- axes: figure
-- needs: series, checks:dane
-- note: What is wrong between two snapshots is not seen; the paper looks every hour: more than 87 % of the servers were wrong at least once.
-- published: figure="wrong after a rollover" share=0.87
WITH ends AS (
  SELECT min(snapshot) AS oldest, max(snapshot) AS newest FROM series
), leaves AS (
  SELECT m.snapshot, host, any_value(spki_sha256 ORDER BY m.started_at) AS key
  FROM all_mx AS m JOIN all_certs AS c ON c.snapshot = m.snapshot AND c.sha256 = m.chain[1] GROUP BY ALL
), rolled AS (
  SELECT a.host FROM leaves AS a, leaves AS b, ends WHERE a.host = b.host AND a.snapshot = oldest AND b.snapshot = newest AND a.key <> b.key
), used AS (
  SELECT unnest(mx).host AS host, list_filter(adopts, a -> a.check = 'dane')[1].detail AS dane FROM series, ends WHERE snapshot = newest
), judged AS (
  SELECT host, bool_or(dane = 'mismatch') AS wrong FROM used SEMI JOIN rolled USING (host)
  WHERE dane IN ('ok', 'partial', 'mx_insecure', 'tlsa_insecure', 'mismatch') GROUP BY host
)
SELECT 'wrong after a rollover' AS figure, count(*) FILTER (wrong) AS n, count(*) AS total, 0::BIGINT AS unknown
FROM judged
ORDER BY figure
