-- id: imc25_fail
-- title: Expected delivery failure
-- group: imc25
-- order: 15
-- cite: Ashiq, Fiebig, Chung (IMC 2025), abstract and section 4
-- sure: P
-- population: MIS, and REC
-- numerator: RISK_ANY: mode enforce, and an MX host that is not listed or has a bad certificate
-- denominator: MIS; beside it REC
-- axes: of
-- parameters: strict_rfc
-- note: Trap 2: the 3.2 % of the abstract are of the misconfigured domains, and 0.94 % of all with a record. 269 (certificates) + 406 (mismatches) = 675: 640 is their union if 35 are in both, which the paper does not say.
-- note: A host without STARTTLS is not counted, as in the paper; senders refuse it, too. The last row counts names whose every judged host fails for whatever cause.
-- published: of=misconfigured n=640 total=20144
SELECT "of", n, total, unknown
FROM (
  SELECT unnest([
    {place: 1, "of": 'misconfigured', n: count(*) FILTER (mis AND risk_any), total: count(*) FILTER (mis), unknown: count(*) FILTER (mis AND untold)},
    {place: 2, "of": 'all with a record', n: count(*) FILTER (risk_any), total: count(*), unknown: count(*) FILTER (untold)},
    {place: 3, "of": 'all with a record, every host', n: count(*) FILTER (risk_all), total: count(*), unknown: count(*) FILTER (untold)}
  ], recursive := true)
  FROM (SELECT *, enf AND NOT risk_any AND mx_told < mx_hosts OR inconclusive_policy AS untold FROM names WHERE rec)
)
ORDER BY place
