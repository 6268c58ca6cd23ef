-- id: imc25_f4
-- title: Misconfigured domains by category
-- group: imc25
-- order: 4
-- cite: Ashiq, Fiebig, Chung (IMC 2025), Figure 4
-- sure: P
-- population: REC
-- numerator: REC with a fault of the category; categories overlap
-- denominator: REC
-- axes: category
-- parameters: strict_rfc
-- chart: bar x=category y=share share
-- note: Retrieval holds the faults of the policy text, too. A bad MX certificate counts whatever the policy says, also behind a policy that cannot be had or of mode none; any is REC with a finding of class error.
-- note: mx without tls is not in the paper, which sets MX hosts without STARTTLS aside.
-- note: The paper: 20,144 of 68,030 (29.6 %), retrieval 85 % of them. Its 331 + 17,184 + 1,627 + 1,836 add to 20,978: 834 domains are in two categories.
-- published: category=any n=20144 total=68030
-- published: category=retrieval n=17184 total=68030
-- published: category=record n=331 total=68030
SELECT category, n, total, unknown
FROM (
  SELECT unnest([
    {place: 1, category: 'any', n: count(*) FILTER (mis), total: count(*), unknown: count(*) FILTER (status = 'inconclusive')},
    {place: 2, category: 'record', n: count(*) FILTER (starts_with(first_failure, 'rec_')), total: count(*), unknown: 0},
    {place: 3, category: 'retrieval', n: count(*) FILTER (policy_failure IS NOT NULL), total: count(*), unknown: count(*) FILTER (inconclusive_policy)},
    {place: 4, category: 'mx certificate', n: count(*) FILTER (mx_cert_bad > 0), total: count(*),
      unknown: count(*) FILTER (mx_cert_bad = 0 AND mx_told < mx_hosts)},
    {place: 5, category: 'inconsistency', n: count(*) FILTER (mx_match_bad > 0), total: count(*), unknown: count(*) FILTER (inconclusive_policy)},
    {place: 6, category: 'mx without tls', n: count(*) FILTER (mx_starttls < mx_told), total: count(*),
      unknown: count(*) FILTER (mx_starttls = mx_told AND mx_told < mx_hosts)}
  ], recursive := true)
  FROM names WHERE rec
)
ORDER BY place
