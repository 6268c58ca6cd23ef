-- id: iv_meting
-- title: Names that meet each standard, and all of them, by list
-- group: surveys
-- order: 7
-- cite: Forum Standaardisatie, measurements by internet.nl
-- sure: S
-- population: MX of each list
-- numerator: names that meet the standard; that meet all
-- denominator: MX of the list
-- axes: list, standard
-- needs: checks:dane, checks:dnssec, checks:spf, checks:dmarc
-- chart: bar x=standard y=share facet=list share
-- note: Government names; DKIM is not to be seen without mail. All mail standards: 44 % in May 2022, 50 % in June 2023, about 40 % in February 2025; in September 2019 STARTTLS 97 %, DANE 45 %.
-- note: STARTTLS is known of the hosts that were probed only.
WITH met AS (
  SELECT domain, unnest([{place: 1, standard: 'starttls', met: at_all(mx_starttls, mx_told, mx_hosts)}, {place: 2, standard: 'dane', met: adopted(adopts, 'dane')},
    {place: 3, standard: 'dnssec', met: adopted(adopts, 'dnssec')}, {place: 4, standard: 'spf', met: adopted(adopts, 'spf')},
    {place: 5, standard: 'dmarc', met: adopted(adopts, 'dmarc')}], recursive := true)
  FROM names JOIN (SELECT domain, adopts FROM verdicts) USING (domain) WHERE in_mx
), with_all AS (
  FROM met
  UNION ALL
  SELECT domain, 6, 'all of these', CASE WHEN bool_or(NOT met) THEN false WHEN count(met) = count(*) THEN true END FROM met GROUP BY domain
)
SELECT list, standard, count(*) FILTER (met) AS n, count(*) AS total, count(*) FILTER (met IS NULL) AS unknown
FROM with_all JOIN listed USING (domain)
GROUP BY list, standard, place
ORDER BY list, place
