-- id: imc25_http
-- title: HTTP faults of the policy host
-- group: imc25
-- order: 8
-- cite: Ashiq, Fiebig, Chung (IMC 2025), section 4.3.3
-- sure: P
-- population: REC whose policy first fails at layer http
-- numerator: of these with this code; a host can have several
-- denominator: REC with an HTTP fault of the policy host, by manager
-- axes: manager, code
-- parameters: third_party_min, self_max, strict_rfc
-- chart: bar x=n y=code facet=manager
-- note: Trap 5: the paper counts 1,336 HTTP errors, of which 377 + 215 = 592 are of self and third; the share of 404 is of these 592. Ours stands under each manager and for self or third together.
-- published: manager="self or third" code=phttp_404 n=387 total=592
SELECT manager, code, n, total, unknown, largest, largest_n
FROM policy_codes_by_manager('http')
ORDER BY array_position(['self', 'third', 'self or third', 'unclassified', 'unknown'], manager), n DESC, code
