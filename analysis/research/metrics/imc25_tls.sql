-- id: imc25_tls
-- title: Why TLS with the policy host fails
-- group: imc25
-- order: 7
-- cite: Ashiq, Fiebig, Chung (IMC 2025), section 4.3.3
-- sure: P
-- population: REC whose policy first fails at layer tls
-- numerator: of these with this code; a host can have several
-- denominator: REC with a TLS fault of the policy host, by manager
-- axes: manager, code
-- parameters: third_party_min, self_max, strict_rfc
-- chart: bar x=n y=code facet=manager
-- note: Trap 5: 463 of 1,113 is 41.6 %, printed 43.6 %, which is 463 of 1,063.
-- note: The paper: 354 of the 463 hosts without a certificate are one provider; column largest names the one with most here.
-- published: manager=self code=ptls_cert_name_mismatch n=8385 total=8871
-- published: manager=third code=ptls_no_cert_for_name n=463 total=1113
SELECT manager, code, n, total, unknown, largest, largest_n
FROM policy_codes_by_manager('tls')
ORDER BY array_position(['self', 'third', 'self or third', 'unclassified', 'unknown'], manager), n DESC, code
