-- id: failure_layers
-- title: What is broken, at which layer and for whom
-- group: failures
-- order: 1
-- cite: our own definition
-- sure: D
-- population: REC by manager
-- numerator: REC whose first fault is at the layer
-- denominator: REC of that manager
-- axes: layer, manager
-- parameters: third_party_min, self_max, strict_rfc
-- chart: bar x=layer y=share color=manager share
-- note: Up to layer policy syntax the manager is that of the policy host, from match on that of the mail. The counts of all rows add to the names with an error.
WITH placed AS (
  SELECT CASE regexp_extract(first_failure, '^[a-z]+') WHEN 'rec' THEN 'record' WHEN 'phost' THEN 'policy dns' WHEN 'ptcp' THEN 'policy tcp'
      WHEN 'ptls' THEN 'policy tls' WHEN 'phttp' THEN 'policy http' WHEN 'psyn' THEN 'policy syntax' WHEN 'match' THEN 'match'
      WHEN 'smtp' THEN 'mx smtp' WHEN 'mxtls' THEN 'mx tls' WHEN 'mxcert' THEN 'mx cert' END AS layer,
    policy_manager, mx_manager, status
  FROM names WHERE rec
), managed AS (
  SELECT layer, coalesce(CASE WHEN layer IN ('match', 'mx smtp', 'mx tls', 'mx cert') THEN mx_manager ELSE policy_manager END, 'unknown') AS manager
  FROM placed WHERE layer IS NOT NULL
), policies AS (
  SELECT coalesce(policy_manager, 'unknown') AS manager, count(*) AS total, count(*) FILTER (status = 'inconclusive') AS unknown FROM placed GROUP BY manager
), mails AS (
  SELECT coalesce(mx_manager, 'unknown') AS manager, count(*) AS total, count(*) FILTER (status = 'inconclusive') AS unknown FROM placed GROUP BY manager
)
SELECT layer, manager, count(*) AS n,
  any_value(CASE WHEN layer IN ('match', 'mx smtp', 'mx tls', 'mx cert') THEN m.total ELSE p.total END) AS total,
  any_value(CASE WHEN layer IN ('match', 'mx smtp', 'mx tls', 'mx cert') THEN m.unknown ELSE p.unknown END) AS unknown
FROM managed LEFT JOIN policies AS p USING (manager) LEFT JOIN mails AS m USING (manager)
GROUP BY layer, manager
ORDER BY array_position(['record', 'policy dns', 'policy tcp', 'policy tls', 'policy http', 'policy syntax', 'match', 'mx smtp', 'mx tls', 'mx cert'], layer),
  array_position(['self', 'third', 'unclassified', 'unknown'], manager)
