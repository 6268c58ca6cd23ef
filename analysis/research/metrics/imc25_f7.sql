-- id: imc25_f7
-- title: Domains with all or some MX certificates bad
-- group: imc25
-- order: 11
-- cite: Ashiq, Fiebig, Chung (IMC 2025), Figure 7
-- sure: P
-- population: REC, and by manager of the mail
-- numerator: REC with all MX hosts bad; with some bad; in mode enforce with at least one bad
-- denominator: REC, or REC with mail at that manager
-- axes: manager, extent
-- parameters: third_party_min, strict_rfc
-- chart: bar x=extent y=share facet=manager share
-- note: Trap 7: the printed 1.9 % and the 269 are of all 68,030; 0.3 to 0.4 % and 4.2 % of the classes.
-- note: A name with one host that is bad and one of which nothing could be told stands under some hosts, and is unknown to all hosts.
-- published: manager=all extent="all hosts" n=1326 total=68030
-- published: manager=third extent="all hosts" n=149 total=40683
-- published: manager=self extent="all hosts" n=993 total=23512
-- published: manager=all extent="enforce, one or more" n=269 total=68030
WITH told AS (
  SELECT coalesce(mx_manager, 'unknown') AS manager, mx_hosts, mx_cert_bad, mx_told, enf FROM names WHERE rec
), pools AS (
  FROM told UNION ALL SELECT * REPLACE ('all' AS manager) FROM told
), counted AS (
  SELECT manager, count(*) AS total,
    count(*) FILTER (mx_cert_bad = mx_hosts AND mx_hosts > 0) AS all_bad,
    count(*) FILTER (mx_cert_bad > 0 AND mx_cert_bad < mx_hosts) AS some_bad,
    count(*) FILTER (enf AND mx_cert_bad > 0) AS enforced,
    count(*) FILTER (mx_cert_bad > 0 AND mx_told < mx_hosts) AS half_told,
    count(*) FILTER (mx_cert_bad = 0 AND mx_told < mx_hosts) AS untold
  FROM pools GROUP BY manager
)
SELECT manager, extent, n, total, unknown
FROM (SELECT manager, total, unnest([
    {place: 1, extent: 'all hosts', n: all_bad, unknown: untold + half_told},
    {place: 2, extent: 'some hosts', n: some_bad, unknown: untold + half_told},
    {place: 3, extent: 'enforce, one or more', n: enforced, unknown: untold}], recursive := true) FROM counted)
ORDER BY array_position(['all', 'self', 'third', 'unclassified', 'unknown'], manager), place
