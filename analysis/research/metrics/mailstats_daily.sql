-- id: mailstats_daily
-- title: Providers of names with MX records
-- group: surveys
-- order: 6
-- cite: live-direct-marketing (1 May 2026)
-- sure: S
-- population: MX
-- numerator: MX at the operator
-- denominator: MX
-- axes: provider
-- parameters: top
-- chart: bar x=n y=provider
-- note: 664,902 names of the list of Tranco.
-- published: provider=self-hosted share=0.231
-- published: provider=google share=0.216
-- published: provider=microsoft share=0.167
SELECT CASE WHEN mx_provider IS NULL THEN 'not known' WHEN own(domain, mx_provider) THEN 'self-hosted' ELSE mx_provider END AS provider,
  count(*) AS n, (SELECT count(*) FROM names WHERE in_mx) AS total, count(*) FILTER (mx_provider IS NULL) AS unknown
FROM names
WHERE in_mx
GROUP BY provider
ORDER BY n DESC, provider
LIMIT getvariable('top')
