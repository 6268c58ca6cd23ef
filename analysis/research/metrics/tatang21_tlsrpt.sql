-- id: tatang21_tlsrpt
-- title: TLSRPT among names with a record
-- group: tatang21
-- order: 5
-- cite: Tatang, Flume, Holz (DIMVA 2021 extended abstract)
-- sure: K
-- population: REC
-- numerator: TLSRPT in order
-- denominator: REC
-- axes: state
-- parameters: strict_rfc
-- needs: checks:tlsrpt
-- chart: bar x=state y=share share
SELECT tlsrpt AS state, count(*) AS n, sum(count(*)) OVER ()::BIGINT AS total, count(*) FILTER (tlsrpt = 'unknown') AS unknown
FROM names WHERE rec AND tlsrpt IS NOT NULL GROUP BY tlsrpt ORDER BY array_position(['yes', 'broken', 'no', 'unknown'], tlsrpt)
