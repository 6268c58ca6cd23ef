-- id: pillilz
-- title: MTA-STS, DANE or both
-- group: surveys
-- order: 11
-- cite: pillilz, smtpdane-mtasts-stats (source)
-- sure: P
-- population: MX
-- numerator: names that publish it
-- denominator: MX
-- axes: published
-- parameters: strict_rfc
-- needs: checks:dane
-- chart: bar x=published y=n
-- note: Presence only. Names whose TLSA could not be told stand under mta-sts only or neither, and are in unknown.
SELECT published, count(*) AS n, sum(count(*)) OVER ()::BIGINT AS total, count(*) FILTER (untold) AS unknown
FROM (
  SELECT CASE WHEN rec AND dane IN ('ok', 'published', 'partial', 'mx_insecure', 'tlsa_insecure', 'mismatch', 'no_starttls', 'unusable') THEN 'both' WHEN rec THEN 'mta-sts only' WHEN dane = 'partial' THEN 'dane only, partial' WHEN dane IN ('ok', 'published', 'partial', 'mx_insecure', 'tlsa_insecure', 'mismatch', 'no_starttls', 'unusable') THEN 'dane only' ELSE 'neither' END AS published,
    inconclusive_record OR coalesce(dane, 'unanswered') IN ('not_validating', 'unanswered', 'bogus') AS untold
  FROM names WHERE in_mx
)
GROUP BY published
ORDER BY array_position(['both', 'mta-sts only', 'dane only', 'dane only, partial', 'neither'], published)
