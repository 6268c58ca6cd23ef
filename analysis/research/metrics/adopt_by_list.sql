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
SELECT listed.list, count(*) FILTER (rec) AS n, count(*) AS total, count(*) FILTER (inconclusive_record) AS unknown, count(*) FILTER (enf) AS enforce
FROM names JOIN listed USING (domain)
WHERE in_mx
GROUP BY listed.list
ORDER BY listed.list
