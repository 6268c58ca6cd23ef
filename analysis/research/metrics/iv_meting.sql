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
WITH judged AS (
  SELECT domain, at_all(mx_starttls, mx_told, mx_hosts) AS starttls, adopted(adopts, 'dane') AS dane, adopted(adopts, 'dnssec') AS dnssec,
    adopted(adopts, 'spf') AS spf, adopted(adopts, 'dmarc') AS dmarc
  FROM names JOIN (SELECT domain, adopts FROM verdicts) USING (domain) WHERE in_mx
), alike AS ( -- few rows: names of one list that meet the same
  SELECT list, starttls, dane, dnssec, spf, dmarc, count(*) AS names FROM judged JOIN listed USING (domain) GROUP BY ALL
), met AS (
  SELECT list, names, unnest([{place: 1, standard: 'starttls', met: starttls}, {place: 2, standard: 'dane', met: dane}, {place: 3, standard: 'dnssec', met: dnssec},
    {place: 4, standard: 'spf', met: spf}, {place: 5, standard: 'dmarc', met: dmarc},
    {place: 6, standard: 'all of these', met: starttls AND dane AND dnssec AND spf AND dmarc}], recursive := true)
  FROM alike
)
SELECT list, standard, coalesce(sum(names) FILTER (met), 0)::BIGINT AS n, sum(names)::BIGINT AS total, coalesce(sum(names) FILTER (met IS NULL), 0)::BIGINT AS unknown
FROM met
GROUP BY list, standard, place
ORDER BY list, place
