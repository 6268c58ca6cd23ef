-- id: sts_by_server
-- title: MX hosts by what they offer, each host once
-- group: hosts
-- order: 4
-- cite: after Lee et al. (USENIX Security 2020 and 2022): by server beside by domain
-- sure: D
-- population: MX hosts of REC, each host once
-- numerator: hosts with the property
-- denominator: hosts of which it could be told
-- axes: property
-- parameters: strict_rfc
-- chart: bar x=property y=share share
-- note: One operator can move a share of names; column names says how many names have their mail at the hosts of the row, once for each host.
WITH hosts AS (
  SELECT host, bool_or(starttls) AS starttls, bool_or(cert_valid) AS cert_valid, count(*) AS names
  FROM mx_hosts SEMI JOIN (FROM names WHERE rec) USING (domain) GROUP BY host
), judged AS ( -- is_so is null where it could not be told; a host without STARTTLS has no certificate to judge
  SELECT names, unnest([{place: 1, property: 'no STARTTLS that works', applies: true, is_so: NOT starttls},
    {place: 2, property: 'bad certificate', applies: coalesce(starttls, true) OR cert_valid IS NOT NULL, is_so: NOT cert_valid},
    {place: 3, property: 'good', applies: true, is_so: starttls AND cert_valid}], recursive := true)
  FROM hosts
)
SELECT property, count(*) FILTER (is_so) AS n, count(is_so) AS total, count(*) FILTER (applies AND is_so IS NULL) AS unknown,
  coalesce(sum(names) FILTER (is_so), 0)::BIGINT AS names
FROM judged
GROUP BY property, place
ORDER BY place
