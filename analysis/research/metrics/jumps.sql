-- id: jumps
-- title: Who contributes most to what changed between two snapshots
-- group: series
-- order: 3
-- cite: our own definition
-- sure: D
-- population: names that are REC, MIS or adopt TLSRPT in one of two snapshots that follow each other
-- numerator: of these with that TLD or operator
-- denominator: names that changed so, or that the lists gained or lost
-- axes: snapshot, figure, change, by, label
-- parameters: top, strict_rfc
-- needs: series
-- note: The largest contributions to each figure (--top), in whatever part of it. A name counts once for its TLD and once for each operator, as they were while it was in the figure.
-- note: came and left are names of both snapshots; new and gone are names that the lists gained and lost. Of the names in unknown one of the two snapshots could not tell.
-- note: The authors of the study of 2025 explain jumps of theirs by hand, among them 461 .org domains of one organisation, a policy host with self-signed certificates for 1,385 domains, and 7,237 registrations of one registrar.
WITH members AS (
  SELECT DISTINCT domain FROM all_sets WHERE rec OR tlsrpt = 'yes'
), states AS (
  SELECT place, domain, tld, [{"by": 'mail operator', operator: mx_provider}, {"by": 'policy operator', operator: policy_provider}, {"by": 'DNS operator', operator: dns_provider}] AS operators,
    unnest([{figure: 'MTA-STS record', is_so: rec, told: NOT inconclusive_record},
      {figure: 'fault', is_so: mis, told: mis OR NOT inconclusive_record AND status <> 'inconclusive'},
      {figure: 'TLS reports', is_so: coalesce(tlsrpt = 'yes', false), told: coalesce(tlsrpt, 'unknown') <> 'unknown'}], recursive := true)
  FROM all_sets JOIN places USING (snapshot) SEMI JOIN members USING (domain)
), pairs AS (
  SELECT coalesce(a.place + 1, b.place) AS place, coalesce(a.figure, b.figure) AS figure, a, b
  FROM states AS a FULL JOIN states AS b ON b.domain = a.domain AND b.figure = a.figure AND b.place = a.place + 1
), changes AS (
  SELECT snapshot, pairs.place, figure,
    CASE WHEN b.is_so AND a.domain IS NULL THEN 'new' WHEN a.is_so AND b.domain IS NULL THEN 'gone'
      WHEN b.is_so AND NOT a.is_so AND a.told THEN 'came' WHEN a.is_so AND NOT b.is_so AND b.told THEN 'left'
      WHEN b.is_so IS DISTINCT FROM a.is_so AND (a.is_so OR b.is_so) THEN 'unknown' END AS change,
    CASE WHEN b.is_so THEN b ELSE a END AS name
  FROM pairs JOIN places ON places.place = pairs.place WHERE pairs.place > 1 -- before the first and after the last there is none
), labels AS (
  SELECT snapshot, place, figure, change, 'TLD' AS "by", name.tld AS label FROM changes WHERE change <> 'unknown'
  UNION ALL
  SELECT snapshot, place, figure, change, "by", CASE WHEN own(domain, operator) THEN 'its own' ELSE coalesce(operator, 'not known') END
  FROM (SELECT snapshot, place, figure, change, name.domain AS domain, unnest(name.operators, max_depth := 2) FROM changes WHERE change <> 'unknown')
), counted AS (
  SELECT snapshot, place, figure, change, "by", label, count(*) AS n, sum(count(*)) OVER (PARTITION BY place, figure, change, "by")::BIGINT AS total
  FROM labels GROUP BY snapshot, place, figure, change, "by", label
), untold AS (
  SELECT place, figure, count(*) AS unknown FROM changes WHERE change = 'unknown' GROUP BY ALL
)
SELECT snapshot, figure, change, "by", label, n, total, coalesce(unknown, 0) AS unknown
FROM counted LEFT JOIN untold USING (place, figure)
QUALIFY row_number() OVER (PARTITION BY place, figure ORDER BY n DESC, change, "by", label) <= getvariable('top')
ORDER BY place, array_position(['MTA-STS record', 'fault', 'TLS reports'], figure), n DESC, change, "by", label
