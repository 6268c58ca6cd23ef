-- id: adopt_by_list
-- title: MTA-STS by list
-- group: adoption
-- order: 10
-- cite: our own definition
-- sure: D
-- population: MX of each list
-- numerator: REC and MX of the list
-- denominator: MX of the list
-- axes: list
-- parameters: strict_rfc
-- needs: lists
-- chart: bar x=share y=list share
-- note: A name of several lists counts in each.
SELECT list_name AS list, count(*) FILTER (rec) AS n, count(*) AS total, count(*) FILTER (inconclusive_record) AS unknown, count(*) FILTER (enf) AS enforce
FROM (SELECT domain, unnest(list_distinct(list_transform(lists, l -> l.list))) AS list_name FROM domains) JOIN names USING (domain)
WHERE in_mx
GROUP BY list_name
ORDER BY list_name
