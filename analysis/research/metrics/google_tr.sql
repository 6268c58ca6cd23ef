-- id: google_tr
-- title: Messages under TLS
-- group: surveys
-- order: 9
-- cite: Google Transparency Report
-- sure: S
-- population: messages of one provider
-- numerator: messages under TLS
-- denominator: messages
-- axes: direction
-- needs: inbound
-- note: Weighted by messages, which no scan sees: about 90 %.
SELECT NULL::VARCHAR AS direction, 0::BIGINT AS n, 0::BIGINT AS total, 0::BIGINT AS unknown
WHERE false
ORDER BY direction
