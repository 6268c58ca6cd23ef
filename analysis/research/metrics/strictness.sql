-- id: strictness
-- title: What hangs on counting broken records
-- group: reading
-- order: 4
-- cite: our own definition
-- sure: D
-- population: MX
-- numerator: MX with a record, by how it is counted
-- denominator: MX
-- axes: counting
-- parameters: strict_rfc
-- chart: bar x=n y=counting
SELECT counting, n, total, unknown
FROM (SELECT unnest([
    {place: 1, counting: 'claims and near misses (REC)', n: count(*) FILTER (claims(record_present, codes)), total: count(*), unknown: count(*) FILTER (inconclusive_record)},
    {place: 2, counting: 'claims', n: count(*) FILTER (record_present), total: count(*), unknown: count(*) FILTER (record_present IS NULL)},
    {place: 3, counting: 'valid records (--strict-rfc)', n: count(*) FILTER (rec_ok), total: count(*), unknown: count(*) FILTER (record_present IS NULL)},
    {place: 4, counting: 'policies in force', n: count(*) FILTER (pol_ok), total: count(*), unknown: count(*) FILTER (record_present IS NULL OR rec_ok AND inconclusive_policy)}
  ], recursive := true) FROM names WHERE in_mx)
ORDER BY place
