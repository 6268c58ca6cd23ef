-- id: rpt_rua_concentration
-- title: Who receives the TLS reports
-- group: hosts
-- order: 6
-- cite: after Ashiq et al. (IMC 2023), Figure 3
-- sure: D
-- population: TLSRPT in order
-- numerator: names whose reports go to the domain
-- denominator: names with TLSRPT in order
-- axes: receiver
-- parameters: top
-- needs: checks:tlsrpt, column:tlsrpt_rua
-- chart: bar x=n y=receiver
-- note: A record can name several receivers. In the study of DMARC 7 domains take 43 % of the reports.
WITH receivers AS (
  SELECT domain, unnest(tlsrpt_rua) AS receiver FROM verdicts
), counted AS (
  SELECT CASE WHEN own(domain, receiver) OR ends_with(receiver, '.' || domain) THEN 'own domain' ELSE receiver END AS receiver, count(DISTINCT domain) AS n
  FROM receivers GROUP BY ALL
), asked AS (
  SELECT count(*) FILTER (tlsrpt = 'yes') AS total, count(*) FILTER (tlsrpt = 'unknown') AS unknown FROM names
)
SELECT row_number() OVER (ORDER BY n DESC, receiver) AS place, receiver, n, total, unknown
FROM counted, asked
ORDER BY place
LIMIT getvariable('top')
