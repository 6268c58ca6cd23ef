-- id: imc25_sender
-- title: Senders that validate
-- group: imc25
-- order: 20
-- cite: Ashiq, Fiebig, Chung (IMC 2025), section 6
-- sure: P
-- population: sender domains
-- numerator: senders that honour MTA-STS, DANE, both
-- denominator: 2,394 sender domains
-- axes: sender
-- needs: inbound
-- note: Out of scope: it is measured at a mail server that receives, with policies and certificates made to fail.
-- published: sender="MTA-STS" share=0.196
-- published: sender=DANE share=0.298
-- published: sender=both share=0.085
-- published: sender="wrongly prefers MTA-STS" share=0.026
SELECT NULL::VARCHAR AS sender, 0::BIGINT AS n, 0::BIGINT AS total, 0::BIGINT AS unknown
WHERE false
ORDER BY sender
