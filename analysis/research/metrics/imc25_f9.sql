-- id: imc25_f9
-- title: Stale patterns: MX hosts of the past
-- group: imc25
-- order: 13
-- cite: Ashiq, Fiebig, Chung (IMC 2025), Figure 9
-- sure: P
-- population: POL_OK with no MX host listed, cause domain, in the newest snapshot
-- numerator: of these, with a pattern that matches an MX host seen since the snapshot
-- denominator: currently mismatched for cause domain
-- axes: snapshot
-- needs: series
-- chart: line x=snapshot y=share share
-- note: The paper looks back over its whole time: 644 of 1,023 (63 %).
WITH patterns AS (
  SELECT domain, unnest(policy_mx) AS pattern
  FROM series, ends
  WHERE snapshot = newest AND list_contains(codes, 'match_none') AND list_contains(codes, 'cause_domain')
), hosts AS (
  SELECT place, domain, unnest(mx).host AS host FROM series SEMI JOIN patterns USING (domain) JOIN places USING (snapshot)
), last_seen AS (
  SELECT p.domain, max(h.place) AS place
  FROM patterns AS p JOIN hosts AS h ON h.domain = p.domain AND (h.host = p.pattern OR
    starts_with(p.pattern, '*.') AND regexp_replace(h.host, '^[^.]*\.', '') = p.pattern[3:])
  GROUP BY ALL
)
SELECT snapshot, (SELECT count(*) FROM last_seen AS l WHERE l.place >= s.place) AS n, (SELECT count(DISTINCT domain) FROM patterns) AS total, 0::BIGINT AS unknown
FROM places AS s, ends
WHERE snapshot <> newest
ORDER BY s.place
