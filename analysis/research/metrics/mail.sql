-- id: mail
-- title: Where the mail of the names goes
-- group: adoption
-- order: 2
-- cite: our own definition
-- sure: D
-- population: all names
-- numerator: names of this mx_status
-- denominator: all names
-- axes: mx_status
-- parameters: strict_rfc
-- chart: bar x=n y=mx_status
-- note: explicit: MX records, the denominator of nearly every share of adoption. Names without mail can have an MTA-STS record all the same.
SELECT mx_status, count(*) AS n, sum(count(*)) OVER ()::BIGINT AS total, count(*) FILTER (inconclusive_mx) AS unknown,
  count(*) FILTER (rec) AS with_record
FROM names
GROUP BY mx_status
ORDER BY n DESC, mx_status
