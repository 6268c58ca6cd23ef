-- id: imc15_tls
-- title: TLS versions and ciphers
-- group: imc15
-- order: 3
-- cite: Durumeric et al. (IMC 2015)
-- sure: K
-- population: SMTP sessions whose handshake was completed
-- numerator: sessions with this version and cipher
-- denominator: SMTP sessions whose handshake was completed
-- axes: tls_version, cipher
-- chart: bar x=n y=cipher color=tls_version
-- note: What this client and the server agreed on, by session, of the hosts that were probed.
SELECT tls_version, cipher, count(*) AS n, sum(count(*)) OVER ()::BIGINT AS total, 0::BIGINT AS unknown
FROM mx
WHERE tls_version IS NOT NULL AND op IS DISTINCT FROM 'handshake'
GROUP BY tls_version, cipher
ORDER BY n DESC, tls_version, cipher
