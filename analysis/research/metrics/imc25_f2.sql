-- id: imc25_f2
-- title: MTA-STS records over time, by TLD
-- group: imc25
-- order: 2
-- cite: Ashiq, Fiebig, Chung (IMC 2025), Figure 2
-- sure: P
-- population: MX, each snapshot
-- numerator: REC and MX
-- denominator: MX
-- axes: snapshot, tld
-- parameters: strict_rfc
-- needs: series
-- chart: line x=snapshot y=share color=tld share
-- note: The paper has weekly snapshots from September 2021 to September 2024, and prints growth by a factor of 3 to 4; at the start 12,148 of .com (0.02 %) and 1,916 of .org (0.03 %).
SELECT snapshot, tld, count(*) FILTER (rec) AS n, count(*) AS total, count(*) FILTER (inconclusive_record) AS unknown
FROM all_sets JOIN places USING (snapshot)
WHERE in_mx AND tld IN ('com', 'net', 'org', 'se')
GROUP BY snapshot, place, tld
ORDER BY place, tld
