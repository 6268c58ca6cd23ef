-- id: txt_state
-- title: Posture by provider of the mailboxes
-- group: surveys
-- order: 5
-- cite: domainsproject, a state of TXT (May 2026)
-- sure: S
-- population: MX by operator of the mail
-- numerator: MX with the standard in order
-- denominator: MX at the operator
-- axes: provider, standard
-- parameters: top, strict_rfc
-- chart: heatmap x=standard y=provider color=share
WITH labelled AS (
  SELECT domain, CASE WHEN mx_provider IS NULL THEN 'not known' WHEN own(domain, mx_provider) THEN 'own host' ELSE mx_provider END AS provider, rec, inconclusive_record
  FROM names WHERE in_mx
), largest AS (
  SELECT provider, count(*) AS total, count(*) FILTER (rec) AS n, count(*) FILTER (inconclusive_record) AS unknown
  FROM labelled GROUP BY provider ORDER BY total DESC, provider LIMIT getvariable('top')
), asked AS (
  SELECT domain, unnest(list_filter(adopts, a -> a.check IN ('tlsrpt', 'dmarc', 'bimi')), max_depth := 2) FROM verdicts
)
SELECT provider, standard, n, total, unknown
FROM (
  SELECT provider, 'mta-sts' AS standard, n, total, unknown, total AS size FROM largest
  UNION ALL
  SELECT provider, "check", count(*) FILTER (state = 'yes'), count(*), count(*) FILTER (state = 'unknown'), any_value(g.total)
  FROM asked JOIN labelled USING (domain) JOIN largest AS g USING (provider) GROUP BY provider, "check"
)
ORDER BY size DESC, provider, standard
