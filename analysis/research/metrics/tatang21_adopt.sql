-- id: tatang21_adopt
-- title: Names that activate MTA-STS
-- group: tatang21
-- order: 1
-- cite: Tatang, Flume, Holz (DIMVA 2021 extended abstract)
-- sure: S
-- population: all names scanned
-- numerator: REC
-- denominator: all names
-- axes: unit
-- parameters: strict_rfc
-- note: The denominator is all names scanned, not those with MX records.
-- note: Only the abstract could be read: 1.76 million domains. Others cite 221 records in 1.7 million domains of 2019.
-- published: unit=names share=0.000124
SELECT unit, n, total, unknown
FROM (SELECT unnest([
    {place: 1, unit: 'names', n: count(*) FILTER (rec), total: count(*), unknown: count(*) FILTER (inconclusive_record)},
    {place: 2, unit: 'registrable domains', n: count(DISTINCT registrable) FILTER (rec), total: count(DISTINCT registrable), unknown: count(DISTINCT registrable) FILTER (inconclusive_record AND registrable NOT IN (SELECT registrable FROM names WHERE rec))}
  ], recursive := true) FROM names)
ORDER BY place
