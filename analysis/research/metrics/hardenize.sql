-- id: hardenize
-- title: Share of each control, by list
-- group: surveys
-- order: 12
-- cite: Hardenize dashboards
-- sure: K
-- population: names of each list
-- numerator: names with the control in order
-- denominator: names of the list
-- axes: list, control
-- needs: lists
-- chart: heatmap x=control y=list color=share
WITH asked AS (
  SELECT domain, unnest(adopts, max_depth := 2) FROM verdicts
), judged AS ( -- a name without mail is not asked for all of them
  SELECT domain, 'mta-sts' AS control, CASE WHEN ok THEN 'yes' WHEN status = 'inconclusive' THEN 'unknown' END AS state FROM names
  UNION ALL
  SELECT n.domain, control, coalesce(state, CASE WHEN inconclusive_mx THEN 'unknown' END)
  FROM names AS n CROSS JOIN (SELECT DISTINCT "check" AS control FROM asked) LEFT JOIN asked AS a ON a.domain = n.domain AND a."check" = control
)
SELECT list, control, count(*) FILTER (state = 'yes') AS n, count(*) AS total, count(*) FILTER (state = 'unknown') AS unknown
FROM judged JOIN listed USING (domain)
GROUP BY list, control
ORDER BY list, control
