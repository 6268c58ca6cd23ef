-- id: dane20_roll
-- title: Certificates whose key changed
-- group: dane20
-- order: 9
-- cite: Lee et al. (USENIX Security 2020), section 6
-- sure: P
-- population: MX hosts with a certificate in the oldest and the newest snapshot
-- numerator: hosts whose key changed
-- denominator: MX hosts seen in both
-- axes: figure
-- needs: series
-- note: Changed: none of the keys of then is presented now, at any address of the host.
-- note: The paper: 25.6 % changed their key; 92.8 % of the rollovers with one usage failed at least once.
-- published: figure="key changed" share=0.256
SELECT 'key changed' AS figure, count(*) FILTER (changed) AS n, count(*) AS total, count(*) FILTER (changed IS NULL) AS unknown
FROM host_keys
ORDER BY figure
