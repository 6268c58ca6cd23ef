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
)
SELECT property, n, total, unknown, names
FROM (SELECT unnest([
    {place: 1, property: 'no STARTTLS that works', n: count(*) FILTER (NOT starttls), total: count(starttls), unknown: count(*) - count(starttls),
      names: coalesce(sum(names) FILTER (NOT starttls), 0)::BIGINT},
    {place: 2, property: 'bad certificate', n: count(*) FILTER (NOT cert_valid), total: count(cert_valid), unknown: count(*) - count(cert_valid),
      names: coalesce(sum(names) FILTER (NOT cert_valid), 0)::BIGINT},
    {place: 3, property: 'good', n: count(*) FILTER (starttls AND cert_valid), total: count(starttls), unknown: count(*) - count(starttls),
      names: coalesce(sum(names) FILTER (starttls AND cert_valid), 0)::BIGINT}], recursive := true) FROM hosts)
ORDER BY place
