-- id: funnel
-- title: From a record to protected mail
-- group: adoption
-- order: 1
-- cite: our own definition
-- sure: D
-- population: MX
-- numerator: names that come as far as the step
-- denominator: MX
-- axes: step
-- parameters: strict_rfc
-- chart: bar x=n y=step
-- note: Each step holds the names of the next. Protected: mode enforce, and every judged MX host usable.
SELECT step, n, total, unknown
FROM (
  SELECT unnest([
    {place: 1, step: 'record', n: count(*) FILTER (rec), total: count(*), unknown: count(*) FILTER (inconclusive_record)},
    {place: 2, step: 'valid record', n: count(*) FILTER (rec_ok), total: count(*), unknown: count(*) FILTER (inconclusive_record)},
    {place: 3, step: 'policy fetched', n: count(*) FILTER (rec_ok AND pol_fetch), total: count(*),
      unknown: count(*) FILTER (inconclusive_record OR rec_ok AND inconclusive_policy)},
    {place: 4, step: 'policy valid', n: count(*) FILTER (pol_ok), total: count(*),
      unknown: count(*) FILTER (inconclusive_record OR rec_ok AND inconclusive_policy)},
    {place: 5, step: 'testing or enforce', n: count(*) FILTER (test OR enf), total: count(*),
      unknown: count(*) FILTER (inconclusive_record OR rec_ok AND inconclusive_policy)},
    {place: 6, step: 'every judged host good', n: count(*) FILTER (ok), total: count(*), unknown: count(*) FILTER (status = 'inconclusive')},
    {place: 7, step: 'protected', n: count(*) FILTER (delivery = 'protected'), total: count(*), unknown: count(*) FILTER (delivery = 'unknown')}
  ], recursive := true)
  FROM names WHERE in_mx
)
ORDER BY place
