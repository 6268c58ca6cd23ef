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
-- parameters: strict_rfc
-- chart: bar x=snapshot y=share share
-- note: Whether the source counts records or valid policies is not known: both stand here.
-- published: year=2024 n=2975 total=1000000
-- published: year=2025 n=5155 total=1000000
-- published: year=2026 n=7377 total=1000000
SELECT strftime(started_at, '%Y') AS year, snapshot, count(*) FILTER (rec) AS n, count(*) AS total, count(*) FILTER (inconclusive_record) AS unknown, count(*) FILTER (pol_ok) AS valid_policy
FROM all_sets JOIN snapshots USING (snapshot)
GROUP BY snapshot, started_at
ORDER BY started_at, snapshot
