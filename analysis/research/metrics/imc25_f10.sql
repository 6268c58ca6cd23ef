-- id: imc25_f10
-- title: Mismatches where policy and mail are at third parties
-- group: imc25
-- order: 14
-- cite: Ashiq, Fiebig, Chung (IMC 2025), Figure 10
-- sure: P
-- population: REC with both policy host and mail at third parties
-- numerator: of these, POL_OK with an MX host that is not listed
-- denominator: the same, by whether one provider has both
-- axes: provider
-- parameters: third_party_min, self_max, strict_rfc
-- chart: bar x=provider y=share share
-- note: One provider: the labels of the policy host and of the MX hosts agree in their first part (docs/OPERATORS.md).
-- note: Trap 2: the 640 here and the 640 of the expected failures are different sets.
-- published: provider=same n=1 total=7492
-- published: provider=different n=640 total=18922
SELECT CASE WHEN mx_provider = policy_provider OR split_part(mx_provider, '.', 1) = split_part(policy_provider, '.', 1) THEN 'same' ELSE 'different' END AS provider,
  count(*) FILTER (pol_ok AND mx_match_bad > 0) AS n,
  count(*) AS total,
  count(*) FILTER (inconclusive_policy) AS unknown
FROM names
WHERE rec AND policy_manager = 'third' AND mx_manager = 'third'
GROUP BY provider
ORDER BY provider DESC
