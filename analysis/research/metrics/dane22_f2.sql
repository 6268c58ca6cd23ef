-- id: dane22_f2
-- title: Names served by a server, good and broken
-- group: dane22
-- order: 2
-- cite: Lee et al. (USENIX Security 2022), Figure 2
-- sure: P
-- population: MX with TLSA
-- numerator: names at servers with up to so many names
-- denominator: MX with TLSA in the class
-- axes: class, size
-- needs: checks:dane
-- chart: cdf x=size y=share color=class logx share
-- note: The paper: 45 % of the broken names are on servers of one name, 90 % of the good ones on servers of more than 10,000.
WITH used AS (
  SELECT domain, host FROM mx_hosts SEMI JOIN (FROM names WHERE in_mx AND with_tlsa(dane)) USING (domain)
), sizes AS (
  SELECT host, count(DISTINCT domain) AS size FROM used GROUP BY host
), of_names AS (
  SELECT domain, max(size) AS size FROM used JOIN sizes USING (host) GROUP BY domain
), counted AS (
  SELECT CASE WHEN dane_broken(dane) THEN 'broken' ELSE 'good' END AS class, size, count(*) AS names FROM of_names JOIN names USING (domain) GROUP BY ALL
), summed AS (
  SELECT class, size, sum(names) OVER (PARTITION BY class ORDER BY size)::BIGINT AS n, sum(names) OVER (PARTITION BY class)::BIGINT AS total FROM counted
)
SELECT class, size, n, total, 0::BIGINT AS unknown
FROM summed
QUALIFY n * 240 // total > coalesce(lag(n * 240 // total) OVER (PARTITION BY class ORDER BY size), -1)
ORDER BY class, size
