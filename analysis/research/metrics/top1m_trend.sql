-- id: top1m_trend
-- title: MTA-STS in a top list, by year
-- group: surveys
-- order: 1
-- cite: suped (2026), after a yearly survey of the top million
-- sure: S
-- population: all names listed, each snapshot
-- numerator: REC
-- denominator: all names
-- axes: year, snapshot
-- chart: bar x=snapshot y=share share
-- note: Whether the source counts records or valid policies is not known: both stand here.
-- published: year=2024 n=2975 total=1000000
-- published: year=2025 n=5155 total=1000000
-- published: year=2026 n=7377 total=1000000
SELECT snapshot[:4] AS year, snapshot, count(*) FILTER (claims(record_present, codes)) AS n, count(*) AS total,
  count(*) FILTER (record_present IS NULL AND NOT claims(record_present, codes)) AS unknown, count(*) FILTER (mode IS NOT NULL AND record_valid) AS valid_policy
FROM series
GROUP BY snapshot
ORDER BY snapshot
