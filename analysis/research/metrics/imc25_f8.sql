-- id: imc25_f8
-- title: Policies that list no MX host, by cause
-- group: imc25
-- order: 12
-- cite: Ashiq, Fiebig, Chung (IMC 2025), Figure 8
-- sure: P
-- population: REC
-- numerator: POL_OK with no MX host listed, for the cause; causes overlap
-- denominator: REC
-- axes: cause
-- parameters: typo_max, strict_rfc
-- chart: bar x=n y=cause
-- note: A typo is at most --typo-max edits away, under the same top-level domain; the limit of the classifier is 3. A name counts under the cause of each of its MX hosts.
-- note: The paper: 597 of the 730 (81.8 %) hold an mta-sts label; the count of cause tld is not printed.
-- published: cause=typo n=63 total=68030
-- published: cause="3ld+" n=730 total=68030
-- published: cause="3ld+, mta-sts label" n=597 total=68030
-- published: cause=domain n=1023 total=68030
-- published: cause="any, mode enforce" n=406 total=68030
WITH missed AS (
  SELECT domain, enf FROM names WHERE rec AND pol_ok AND list_contains(codes, 'match_none')
), hosts AS (
  SELECT domain, host, codes FROM mx_hosts SEMI JOIN missed USING (domain)
), patterns AS (
  SELECT domain, unnest(policy_mx) AS pattern FROM verdicts SEMI JOIN missed USING (domain)
), pairs AS ( -- a wildcard stands for the first label; one for several labels is no typo
  SELECT domain, host, CASE WHEN starts_with(pattern, '*.') THEN pattern[3:] ELSE pattern END AS listed,
    CASE WHEN starts_with(pattern, '*.') THEN regexp_replace(host, '^[^.]*\.', '') ELSE host END AS found
  FROM patterns JOIN hosts USING (domain) WHERE NOT list_contains(codes, 'cause_multi_label_wildcard')
), typos AS (
  SELECT domain, host, any_value(found) AS found FROM pairs
  WHERE split_part(listed, '.', -1) = split_part(found, '.', -1) AND levenshtein(listed, found) <= getvariable('typo_max') GROUP BY domain, host
), caused AS ( -- a typo is no other cause of its host
  SELECT domain, found IS NOT NULL AS typo, CASE WHEN found IS NULL THEN codes END AS codes FROM hosts LEFT JOIN typos USING (domain, host)
), counted AS (
  SELECT count(DISTINCT domain) FILTER (typo) AS typo, (SELECT count(*) FROM missed) AS missed, (SELECT count(*) FROM missed WHERE enf) AS enforced,
    count(DISTINCT domain) FILTER (list_contains(codes, 'cause_typo')) AS beyond,
    count(DISTINCT domain) FILTER (list_contains(codes, 'cause_tld')) AS tld,
    count(DISTINCT domain) FILTER (list_contains(codes, 'cause_3ld_plus')) AS below,
    count(DISTINCT domain) FILTER (list_has_all(codes, ['cause_3ld_plus', 'cause_mta_sts_label'])) AS label,
    count(DISTINCT domain) FILTER (list_contains(codes, 'cause_domain')) AS other,
    count(DISTINCT domain) FILTER (list_contains(codes, 'cause_multi_label_wildcard')) AS wildcard
  FROM caused
)
SELECT cause, n, total, unknown
FROM (SELECT unnest([
    {place: 1, cause: 'any', n: missed}, {place: 2, cause: 'typo', n: typo}, {place: 3, cause: 'tld', n: tld},
    {place: 4, cause: '3ld+', n: below}, {place: 5, cause: '3ld+, mta-sts label', n: label}, {place: 6, cause: 'domain', n: other},
    {place: 7, cause: 'wildcard over several labels', n: wildcard}, {place: 8, cause: 'typo beyond the limit', n: beyond},
    {place: 9, cause: 'any, mode enforce', n: enforced}], recursive := true) FROM counted)
CROSS JOIN (SELECT count(*) AS total, count(*) FILTER (inconclusive_policy OR inconclusive_mx) AS unknown FROM names WHERE rec)
ORDER BY place
