//go:build e2e && linux

package e2e

// mxBroken is the truth of a domain with one listed MX that no sender may use.
func mxBroken(code string) verdict {
	return verdict{status: "broken_mx", delivery: "refused_all_mx", codes: code}
}

func unjudged(code string) verdict {
	return verdict{status: "inconclusive", delivery: "unknown", codes: code}
}

// mxCases differ in the MX hosts.
var mxCases = []deployment{
	{domain: "mxexpired.example", mx: []string{"expired"}, want: mxBroken("mxcert_expired")},
	{domain: "mxname.example", mx: []string{"mismatch"}, want: mxBroken("mxcert_name_mismatch")},
	{domain: "mxself.example", mx: []string{"selfsigned"}, want: mxBroken("mxcert_self_signed")},
	{domain: "mxchain.example", mx: []string{"incomplete"}, want: mxBroken("mxcert_chain_incomplete")},
	{domain: "mxuntrusted.example", mx: []string{"untrusted"}, want: mxBroken("mxcert_untrusted")},
	{domain: "mxcn.example", mx: []string{"cnonly"}, want: mxBroken("mxcert_cn_only")},
	{domain: "mxwildcard.example", mx: []string{"wildcard"}, want: protected},
	{domain: "mxplain.example", mx: []string{"plain"}, want: mxBroken("smtp_starttls_absent")},
	{domain: "mxnokey.example", mx: []string{"nokey"}, want: mxBroken("mxtls_handshake_failed")},
	{domain: "mxtempfail.example", mx: []string{"tempfail"}, want: mxBroken("smtp_starttls_refused")}, // 454 in both passes
	{domain: "mxblocked.example", mx: []string{"blocked"}, want: unjudged("inc_blocked_reputation")},
	{domain: "mxdeferred.example", mx: []string{"deferred"}, want: unjudged("inc_greylisted")},
	{domain: "mxrsa.example", mx: []string{"rsa"}, want: protected},
	{domain: "mxguarded.example", mx: []string{"guarded"}, want: protected},
	{domain: "mxgnutls.example", mx: []string{"gnutls"}, want: protected},
	{domain: "mxgnutlsname.example", mx: []string{"gnutlsname"}, want: mxBroken("mxcert_name_mismatch")},
	{domain: "mxgnutlsplain.example", mx: []string{"gnutlsplain"}, want: mxBroken("smtp_starttls_absent")},

	{domain: "mxtls10.example", mx: []string{"tls10"}, want: mxBroken("mxtls_version_too_old")},
	{domain: "mxdhe.example", mx: []string{"dhe"}, want: protected},
	{domain: "mxasks.example", mx: []string{"asks"}, want: protected},
	{domain: "mxdemands.example", mx: []string{"demands"}, want: mxBroken("mxtls_handshake_failed")},
	{domain: "mxaria.example", mx: []string{"aria"}, want: mxBroken("mxtls_handshake_failed")},
	{domain: "mxx448.example", mx: []string{"x448"}, want: mxBroken("mxtls_handshake_failed")},
	{domain: "mxnull.example", mx: []string{"null"}, want: mxBroken("mxtls_handshake_failed")},
	{domain: "mxed25519.example", mx: []string{"ed25519"}, want: protected},

	{domain: "mxsix.example", mx: []string{"six"}, want: protected},
	{domain: "mxboth.example", mx: []string{"both"}, want: with(protected, "smtp_tcp_refused")},
	{domain: "mxsome.example", mx: []string{"good", "expired"},
		want: verdict{status: "broken_mx", delivery: "at_risk_some_mx", codes: "mxcert_expired"}},
	{domain: "mxdown.example", mx: []string{"down", "gnutls"}, want: with(protected, "smtp_tcp_refused")},
	{domain: "mxaddrs.example", mx: []string{"two"}, want: with(protected, "mxcert_addr_inconsistent mxcert_expired")},
	{domain: "mxunlisted.example", mx: []string{"good", "gnutls"}, policy: policyOf("enforce", "good"),
		want: verdict{status: "broken_match", delivery: "at_risk_some_mx", codes: "cause_3ld_plus match_partial"}},
	{domain: "mxnullmx.example", mx: []string{"."}, policy: policyOf("enforce", "good"),
		want: verdict{status: "valid_enforce", delivery: "no_mail", codes: "dom_null_mx"}},
	{domain: "mxbogus.example", mx: []string{"good", "inbogus"}, want: with(protected, "mxdns_dnssec_bogus")},
}
