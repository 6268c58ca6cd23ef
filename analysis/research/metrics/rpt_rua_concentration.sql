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
-- needs: checks:tlsrpt
-- chart: bar x=n y=receiver
-- note: A record can name several receivers. In the study of DMARC 7 domains take 43 % of the reports.
WITH records AS (
  SELECT domain, unnest(list_filter(lookups, l -> l.type = 'TXT' AND starts_with(l.name, '_smtp._tls.'))[1].records) AS record
  FROM domains SEMI JOIN (FROM names WHERE tlsrpt = 'yes') USING (domain)
), fields AS (
  SELECT domain, trim(unnest(string_split(record, ';'))) AS field FROM records WHERE starts_with(record, 'v=TLSRPTv1;')
), uris AS (
  SELECT domain, trim(unnest(string_split(field[5:], ','))) AS uri FROM fields WHERE starts_with(field, 'rua=')
), receivers AS (
  SELECT DISTINCT domain, lower(nullif(regexp_extract(uri, '^(?:mailto:.*@|https://)([^/:?!]+)', 1, 'i'), '')) AS receiver FROM uris
), counted AS (
  SELECT CASE WHEN own(domain, receiver) OR ends_with(receiver, '.' || domain) THEN 'own domain' ELSE receiver END AS receiver, count(DISTINCT domain) AS n
  FROM receivers WHERE receiver IS NOT NULL GROUP BY ALL
)
SELECT row_number() OVER (ORDER BY n DESC, receiver) AS place, receiver, n, (SELECT count(*) FROM names WHERE tlsrpt = 'yes') AS total,
  (SELECT count(*) FROM names WHERE tlsrpt = 'unknown') AS unknown
FROM counted
ORDER BY place
LIMIT getvariable('top')
