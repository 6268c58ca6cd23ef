-- id: imc25_optout
-- title: What cancelled customers leave behind
-- group: imc25
-- order: 17
-- cite: Ashiq, Fiebig, Chung (IMC 2025), section 5
-- sure: P
-- population: REC with a policy host at an operator
-- numerator: of these, with the residue
-- denominator: REC with a policy host at that operator
-- axes: provider, residue
-- parameters: top, strict_rfc
-- chart: heatmap x=residue y=provider color=share
-- note: The paper describes these residues operator by operator and prints no counts. A residue is no proof that a customer has cancelled.
WITH hosted AS (
  SELECT policy_provider AS provider, codes, mode_none, pol_ok
  FROM names WHERE rec AND policy_provider IS NOT NULL AND NOT own(domain, policy_provider)
), counted AS (
  SELECT provider, count(*) AS total,
    count(*) FILTER (list_has_any(codes, ['phost_cname_dangling', 'phost_nxdomain', 'phost_nodata'])) AS gone,
    count(*) FILTER (pol_ok AND list_contains(codes, 'match_none')) AS stale,
    count(*) FILTER (list_contains(codes, 'psyn_empty')) AS empty,
    count(*) FILTER (mode_none) AS none
  FROM hosted GROUP BY provider ORDER BY total DESC, provider LIMIT getvariable('top')
)
SELECT provider, residue, n, total, 0::BIGINT AS unknown
FROM (SELECT provider, total, unnest([
    {place: 1, residue: 'alias to nothing', n: gone}, {place: 2, residue: 'policy that lists no MX host', n: stale},
    {place: 3, residue: 'empty policy', n: empty}, {place: 4, residue: 'mode none', n: none}], recursive := true) FROM counted)
ORDER BY total DESC, provider, place
