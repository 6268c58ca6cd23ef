-- id: eff_stats
-- title: Testing and enforce among names with MX records
-- group: surveys
-- order: 10
-- cite: EFF, starttls-backend (source)
-- sure: P
-- population: MX
-- numerator: ENF or TEST
-- denominator: MX
-- axes: mode
-- parameters: strict_rfc
-- note: Mode none is no adoption there, and MX hosts that cannot be reached are left out of matching, which hides mismatches.
SELECT mode, n, total, unknown
FROM (SELECT unnest([
    {place: 1, mode: 'testing or enforce', n: count(*) FILTER (test OR enf), total: count(*), unknown: count(*) FILTER (inconclusive_record OR rec_ok AND inconclusive_policy)},
    {place: 2, mode: 'enforce', n: count(*) FILTER (enf), total: count(*), unknown: count(*) FILTER (inconclusive_record OR rec_ok AND inconclusive_policy)}
  ], recursive := true) FROM names WHERE in_mx)
ORDER BY place
