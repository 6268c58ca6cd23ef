-- id: dane_survey
-- title: Names with DANE, by provider
-- group: surveys
-- order: 8
-- cite: V. Dukhovni, stats.dnssec-tools.org
-- sure: S
-- population: names whose MX answer was validated
-- numerator: TLSA correct at every MX host that answers
-- denominator: names whose MX answer was validated
-- axes: provider
-- parameters: top
-- needs: checks:dane, checks:dnssec
-- chart: bar x=n y=provider
-- note: The survey has all signed delegations it knows as its names.
-- published: provider=all n=4158589 total=23220430
WITH validated AS (
  SELECT domain, dane, coalesce(mx_provider, 'not known') AS provider
  FROM names SEMI JOIN (SELECT domain FROM verdicts WHERE list_filter(adopts, a -> a.check = 'dnssec')[1].state = 'yes') USING (domain) WHERE in_mx
), pools AS (
  SELECT 'all' AS provider, dane FROM validated UNION ALL SELECT provider, dane FROM validated
)
SELECT provider, count(*) FILTER (dane IN ('ok', 'published')) AS n, count(*) AS total, count(*) FILTER (coalesce(dane, 'unanswered') IN ('unanswered', 'not_validating')) AS unknown
FROM pools
GROUP BY provider
ORDER BY provider <> 'all', n DESC, provider
LIMIT getvariable('top') + 1
