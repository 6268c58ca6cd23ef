-- id: dane20_f6
-- title: STARTTLS failures
-- group: dane20
-- order: 6
-- cite: Lee et al. (USENIX Security 2020), Figure 6
-- sure: P
-- population: SMTP sessions with a reply to EHLO or HELO
-- numerator: sessions without STARTTLS; with a failed handshake
-- denominator: SMTP sessions with a reply to EHLO or HELO
-- axes: failure
-- chart: bar x=failure y=share share
-- note: Unknown: EHLO and HELO were refused, or the reply was cut.
-- note: By session; the paper has five vantage points: 0.3 % without STARTTLS, 0.01 % with a failed handshake. Sessions of one vantage here.
-- published: failure="not offered" share=0.003
-- published: failure="handshake failed" share=0.0001
WITH sessions AS (
  SELECT op, offers_starttls(ehlo) AS offered, op IS NOT DISTINCT FROM 'ehlo' OR truncated AND NOT offered AS untold FROM mx WHERE len(ehlo) > 0 OR len(helo) > 0
)
SELECT failure, n, total, unknown
FROM (SELECT count(*) AS total, count(*) FILTER (untold) AS unknown, unnest([
    {place: 1, failure: 'not offered', n: count(*) FILTER (NOT offered AND NOT untold)},
    {place: 2, failure: 'refused after the offer', n: count(*) FILTER (offered AND op = 'starttls')},
    {place: 3, failure: 'handshake failed', n: count(*) FILTER (offered AND op = 'handshake')}], recursive := true) FROM sessions)
ORDER BY place
