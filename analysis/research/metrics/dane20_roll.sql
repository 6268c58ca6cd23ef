-- id: dane20_roll
-- title: Certificates whose key changed
-- group: dane20
-- order: 9
-- cite: Lee et al. (USENIX Security 2020), section 6
-- sure: P
-- population: MX hosts with a certificate in the oldest and the newest snapshot
-- numerator: hosts whose key changed
-- denominator: MX hosts seen in both
-- axes: figure
-- needs: series
-- note: The paper: 25.6 % changed their key; 92.8 % of the rollovers with one usage failed at least once.
-- published: figure="key changed" share=0.256
WITH leaves AS (
  SELECT m.snapshot, host, any_value(spki_sha256 ORDER BY m.started_at) AS key
  FROM all_mx AS m JOIN all_certs AS c ON c.snapshot = m.snapshot AND c.sha256 = m.chain[1] GROUP BY ALL
), ends AS (
  SELECT min(snapshot) AS oldest, max(snapshot) AS newest FROM series
)
SELECT 'key changed' AS figure, count(*) FILTER (a.key <> b.key) AS n, count(*) AS total, count(*) FILTER (a.key IS NULL OR b.key IS NULL) AS unknown
FROM leaves AS a, leaves AS b, ends
WHERE a.host = b.host AND a.snapshot = oldest AND b.snapshot = newest
ORDER BY figure
