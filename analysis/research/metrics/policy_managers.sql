-- id: policy_managers
-- title: Who manages the policy hosts, the mail and the name servers
-- group: hosts
-- order: 2
-- cite: after Ashiq, Fiebig, Chung (IMC 2025), section 3
-- sure: D
-- population: REC
-- numerator: REC of that class
-- denominator: REC
-- axes: part, manager
-- parameters: third_party_min, self_max, strict_rfc
-- chart: stacked x=part y=share color=manager share
-- published: part="policy host" manager=self n=25344 total=68030
-- published: part="policy host" manager=third n=28591 total=68030
-- published: part=mail manager=self n=23512 total=68030
-- published: part=mail manager=third n=40683 total=68030
WITH classes AS (
  SELECT unnest([{part: 'policy host', manager: coalesce(policy_manager, 'unknown')}, {part: 'mail', manager: coalesce(mx_manager, 'unknown')},
    {part: 'name servers', manager: coalesce(dns_manager, 'unknown')}], recursive := true)
  FROM names WHERE rec
)
SELECT part, manager, count(*) AS n, sum(count(*)) OVER (PARTITION BY part)::BIGINT AS total, count(*) FILTER (manager = 'unknown') AS unknown
FROM classes
GROUP BY part, manager
ORDER BY part, array_position(['self', 'third', 'unclassified', 'unknown'], manager)
