-- id: imc25_rec
-- title: Faults of the record
-- group: imc25
-- order: 5
-- cite: Ashiq, Fiebig, Chung (IMC 2025), section 4.3.2
-- sure: P
-- population: REC with a fault of the record
-- numerator: REC with this code; a record can have several
-- denominator: REC with a fault of the record; of row any: REC
-- axes: code
-- parameters: strict_rfc
-- chart: bar x=n y=code
-- note: Trap 5: the paper lists 203 + 65 + 52 + 2 = 322 of its 331; nine are of no kind that is told.
-- published: code=any n=331 total=68030
-- published: code=rec_bad_id_chars n=203 total=331
-- published: code=rec_missing_id n=65 total=331
-- published: code=rec_bad_version n=52 total=331
-- published: code=rec_bad_extension n=2 total=331
WITH bad AS (
  SELECT domain, code FROM findings SEMI JOIN (FROM names WHERE rec) USING (domain) WHERE layer = 'record' AND class = 'error'
)
SELECT code, n, total, unknown
FROM (
  SELECT 0 AS place, 'any' AS code, (SELECT count(DISTINCT domain) FROM bad) AS n, count(*) AS total, 0::BIGINT AS unknown FROM names WHERE rec
  UNION ALL
  SELECT 1, code, count(DISTINCT domain), (SELECT count(DISTINCT domain) FROM bad), 0 FROM bad GROUP BY code
)
ORDER BY place, n DESC, code
