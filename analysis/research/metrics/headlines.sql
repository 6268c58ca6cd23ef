-- id: headlines
-- title: At a glance
-- group: adoption
-- order: 0
-- cite: RFC 8461
-- sure: D
-- population: as each row says
-- numerator: as each row says
-- denominator: as each row says
-- axes: question
-- parameters: strict_rfc
-- note: Each row has a denominator of its own. What could not be told stands in unknown, and in no numerator.
SELECT question, n, total, unknown FROM (
  SELECT 1 AS place, 'of the domains with MX records have an MTA-STS record' AS question,
    count(*) FILTER (rec) AS n, count(*) AS total, count(*) FILTER (inconclusive_record) AS unknown
  FROM names WHERE in_mx
  UNION ALL
  SELECT 2, 'of the names with a record work: policy, match, STARTTLS and certificates',
    count(*) FILTER (ok), count(*), count(*) FILTER (status = 'inconclusive')
  FROM names WHERE rec
  UNION ALL
  SELECT 3, 'of the valid policies are in mode enforce', count(*) FILTER (enf), count(*),
    (SELECT count(*) FROM names WHERE rec_ok AND inconclusive_policy)
  FROM names WHERE pol_ok
  UNION ALL
  SELECT 4, 'of the names with a record have a fault that a conforming sender meets',
    count(*) FILTER (mis), count(*), count(*) FILTER (status = 'inconclusive')
  FROM names WHERE rec
  UNION ALL
  SELECT 5, 'of the names that enforce have mail servers that a conforming sender would refuse',
    count(*) FILTER (delivery IN ('refused_all_mx', 'at_risk_some_mx')), count(*), count(*) FILTER (delivery = 'unknown')
  FROM names WHERE enf
  UNION ALL
  SELECT 6, 'of all names could not be told', count(*) FILTER (status = 'inconclusive'), count(*), count(*) FILTER (status = 'inconclusive')
  FROM names
) ORDER BY place
