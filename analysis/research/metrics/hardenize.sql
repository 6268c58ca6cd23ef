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
WITH listed AS (
  SELECT DISTINCT domain, unnest(lists).list AS in_list FROM domains
), asked AS (
  SELECT domain, unnest(adopts, max_depth := 2) FROM verdicts
)
SELECT list, control, n, total, unknown
FROM (
  SELECT in_list AS list, 'mta-sts' AS control, count(*) FILTER (ok) AS n, count(*) AS total, count(*) FILTER (status = 'inconclusive') AS unknown
  FROM names JOIN listed USING (domain) GROUP BY in_list
  UNION ALL
  SELECT in_list, "check", count(*) FILTER (state = 'yes'), count(*), count(*) FILTER (state = 'unknown') FROM asked JOIN listed USING (domain) GROUP BY in_list, "check"
)
ORDER BY list, control
