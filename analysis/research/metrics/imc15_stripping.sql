-- id: imc15_stripping
-- title: Where STARTTLS is overwritten
-- group: imc15
-- order: 5
-- cite: Durumeric et al. (IMC 2015)
-- sure: K
-- population: SMTP sessions with a reply to EHLO
-- numerator: sessions with an overwritten keyword
-- denominator: SMTP sessions with a reply to EHLO in the network
-- axes: network
-- parameters: top
-- chart: bar x=n y=network
-- note: Overwritten: a keyword of eight letters that are X but for the last, and no STARTTLS beside it. Only networks with such a session are listed.
-- note: The study has autonomous systems and countries; a snapshot has addresses, so networks of /16 and /32. A keyword overwritten in several networks at once is our own network.
WITH sessions AS (
  SELECT CASE WHEN contains(address, ':') THEN rtrim(regexp_extract(address, '^[^:]*:[^:]*'), ':') || '::/32' ELSE regexp_extract(address, '^\d+\.\d+') || '.0.0/16' END AS network,
    masks_starttls(ehlo) AS masked
  FROM mx WHERE len(ehlo) > 0
)
SELECT network, count(*) FILTER (masked) AS n, count(*) AS total, 0::BIGINT AS unknown
FROM sessions
GROUP BY network
HAVING n > 0
ORDER BY n DESC, network
LIMIT getvariable('top')
