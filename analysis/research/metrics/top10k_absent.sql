-- id: top10k_absent
-- title: What the top 10,000 do without
-- group: surveys
-- order: 2
-- cite: V. Ivanov, dev.to (June 2026)
-- sure: S
-- population: names of rank 1 to 10,000
-- numerator: names without the standard
-- denominator: names of rank 1 to 10,000
-- axes: standard
-- parameters: strict_rfc
-- needs: ranks, checks:tlsrpt, checks:dmarc
-- note: The denominator holds names without MX records.
-- published: standard=mta-sts share=0.978
-- published: standard=tlsrpt share=0.971
-- published: standard=dmarc share=0.33
WITH top_names AS (
  SELECT domain, rec, inconclusive_record, coalesce(tlsrpt, 'unknown') AS tlsrpt FROM names WHERE rank <= 10000
), dmarc AS (
  SELECT domain, list_filter(adopts, a -> a.check = 'dmarc')[1].state AS dmarc FROM verdicts SEMI JOIN top_names USING (domain)
)
SELECT standard, n, total, unknown
FROM (SELECT unnest([
    {place: 1, standard: 'mta-sts', n: count(*) FILTER (NOT rec AND NOT inconclusive_record), total: count(*), unknown: count(*) FILTER (inconclusive_record)},
    {place: 2, standard: 'tlsrpt', n: count(*) FILTER (tlsrpt = 'no'), total: count(*), unknown: count(*) FILTER (tlsrpt = 'unknown')},
    {place: 3, standard: 'dmarc', n: count(*) FILTER (dmarc = 'no'), total: count(*), unknown: count(*) FILTER (coalesce(dmarc, 'unknown') = 'unknown')}
  ], recursive := true) FROM top_names LEFT JOIN dmarc USING (domain))
ORDER BY place
