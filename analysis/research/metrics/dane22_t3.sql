-- id: dane22_t3
-- title: Rollovers that went wrong
-- group: dane22
-- order: 7
-- cite: Lee et al. (USENIX Security 2022), Table 3, Figures 6 and 7
-- sure: P
-- population: MX hosts with TLSA whose key changed between the oldest and the newest snapshot
-- numerator: hosts of a name with detail mismatch in the newest, whose TLSA match nothing that they present
-- denominator: MX hosts with TLSA whose key changed
-- axes: figure
-- needs: series, checks:dane, column:tlsa
-- note: TLSA of a host stand at its TLSA base domain, where its aliases end or under its own name (RFC 7672 section 2.2.2). SHA-256 can be compared, a host with other TLSA that is of such a name is unknown.
-- note: What is wrong between two snapshots is not seen; the paper looks every hour: more than 87 % of the servers were wrong at least once.
-- published: figure="wrong after a rollover" share=0.87
WITH hosts AS (
  SELECT incomparable, NOT matches AND host IN (SELECT host FROM mx_hosts SEMI JOIN (FROM names WHERE dane = 'mismatch') USING (domain)) AS wrong
  FROM tlsa_hosts SEMI JOIN (FROM host_keys WHERE changed) USING (host)
)
SELECT 'wrong after a rollover' AS figure, count(*) FILTER (wrong AND NOT incomparable) AS n, count(*) AS total, count(*) FILTER (wrong AND incomparable) AS unknown
FROM hosts
ORDER BY figure
