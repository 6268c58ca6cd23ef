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
  SELECT domain, list_filter(adopts, a -> a.check = 'dane')[1].state AS dane, list_filter(adopts, a -> a.check = 'dnssec')[1].state AS dnssec,
    list_filter(adopts, a -> a.check = 'spf')[1].state AS spf, list_filter(adopts, a -> a.check = 'dmarc')[1].state AS dmarc,
    CASE WHEN mx_told < mx_hosts THEN 'unknown' WHEN mx_starttls = mx_hosts THEN 'yes' ELSE 'no' END AS starttls
  FROM names JOIN (SELECT domain, adopts FROM verdicts) USING (domain) WHERE in_mx
), listed AS (
  SELECT DISTINCT domain, unnest(lists).list AS list FROM domains
), counted AS (
  SELECT list, count(*) AS total, unnest([
    {place: 1, standard: 'starttls', n: count(*) FILTER (starttls = 'yes'), unknown: count(*) FILTER (starttls = 'unknown')},
    {place: 2, standard: 'dane', n: count(*) FILTER (dane = 'yes'), unknown: count(*) FILTER (coalesce(dane, 'unknown') = 'unknown')},
    {place: 3, standard: 'dnssec', n: count(*) FILTER (dnssec = 'yes'), unknown: count(*) FILTER (coalesce(dnssec, 'unknown') = 'unknown')},
    {place: 4, standard: 'spf', n: count(*) FILTER (spf = 'yes'), unknown: count(*) FILTER (coalesce(spf, 'unknown') = 'unknown')},
    {place: 5, standard: 'dmarc', n: count(*) FILTER (dmarc = 'yes'), unknown: count(*) FILTER (coalesce(dmarc, 'unknown') = 'unknown')},
    {place: 6, standard: 'all of these', n: count(*) FILTER (starttls = 'yes' AND dane = 'yes' AND dnssec = 'yes' AND spf = 'yes' AND dmarc = 'yes'),
      unknown: count(*) FILTER ('unknown' IN (starttls, coalesce(dane, 'unknown'), coalesce(dnssec, 'unknown')))}], recursive := true)
  FROM judged JOIN listed USING (domain) GROUP BY list
)
SELECT list, standard, n, total, unknown
FROM counted
ORDER BY list, place
