package analysis

import (
	"crypto/x509"
	"testing"

	"stscan/internal/evidence"
)

const (
	mxHost2 = "mx2.example.com"
	mxAt2   = "203.0.113.1"
)

// two is a second MX host, listed, with a good address.
var two = all(
	answer(domain, "MX", "10 mx1.example.com.", "20 mx2.example.com."),
	body("version: STSv1\nmode: enforce\nmx: mx1.example.com\nmx: mx2.example.com\nmax_age: 604800\n"),
	answer(mxHost2, "A", mxAt2), nodata(mxHost2, "AAAA"),
)

// second is the healthy deployment with a second MX host that does as it is told.
func second(changes ...func(*evidence.Session)) change {
	return all(two, session(mxHost2, mxAt2, changes...))
}

func TestMXDNS(t *testing.T) {
	first := func(changes ...change) change { return all(append([]change{noSession}, changes...)...) }
	nx := func(n, ty string) change { return nxdomain(n, ty) }
	only := func(record, pattern string) change {
		return all(noSession, answer(domain, "MX", record), body("version: STSv1\nmode: enforce\nmx: "+pattern+"\nmax_age: 604800\n"))
	}
	run(t, []expect{
		{"one of two does not exist", all(two, both(mxHost2, nx)), validEnforce, protected, "mxdns_nxdomain"},
		{"the only one does not exist", first(both(mxHost, nx)), validEnforce, noMail, "mxdns_nxdomain"},
		{"the only one has no address", first(both(mxHost, nodata)), validEnforce, noMail, "mxdns_nodata"},
		{"in testing too", all(mode("testing"), first(both(mxHost, nodata))), validTesting, noMail, "mxdns_nodata"},
		{"dead and unlisted: no contact is needed to judge it", all(first(both(mxHost, nx)), only("10 mx1.example.com.", "mx.other.example")),
			brokenMatch, refusedAll, "cause_domain match_none mxdns_nxdomain plint_mx_unused"},
		{"dead and another unknown", all(two, noSession, both(mxHost, nx), both(mxHost2, servfail)), inconclusive, unknown, "inc_dns_servfail mxdns_nxdomain"},
		{"bogus is not dead", first(both(mxHost, func(n, ty string) change { return fails(n, ty, "SERVFAIL", evidence.KindStatus, 6) })),
			inconclusive, unknown, "mxdns_dnssec_bogus"},
		{"one of two bogus", all(two, both(mxHost2, func(n, ty string) change { return fails(n, ty, "SERVFAIL", evidence.KindStatus, 6) })),
			validEnforce, protected, "mxdns_dnssec_bogus"},
		{"AAAA unknown, A good", servfail(mxHost, "AAAA"), validEnforce, protected, ""},
		{"AAAA unknown, A bad", all(servfail(mxHost, "AAAA"), selfSignedMX), brokenMX, refusedAll, "inc_dns_servfail mxcert_self_signed"},
		{"an alias, certificate for the name in the MX record", alias(mxHost, "A", []string{"box.example"}, mxAt), validEnforce, protected, "mxdns_cname"},
		{"an alias that leads nowhere", first(both(mxHost, func(n, ty string) change { return nxdomain(n, ty, "box.example") })),
			validEnforce, noMail, "mxdns_cname mxdns_nxdomain"},
		{"special address", first(skip("mx", mxHost, mxAt, "special_address")), validEnforce, noMail, "mxdns_special_address"},
		{"special address beside a good one", skip("mx", mxHost, "10.0.0.1", "special_address"), validEnforce, protected, ""},
		{"localhost, listed", only("10 localhost.", "localhost"), validEnforce, noMail, "mxdns_localhost"},
		{"address as MX: matches nothing", only("10 192.0.2.25.", "mx1.example.com"), brokenMatch, refusedAll,
			"cause_domain match_none mxdns_ip_literal plint_mx_unused"},
		{"IPv6 alone, which we lack", first(skip("mx", mxHost, "2001:db8::1", "ipv6_unavailable"), nodata(mxHost, "A"), answer(mxHost, "AAAA", "2001:db8::1")),
			inconclusive, unknown, "inc_ipv6_unavailable"},
		{"IPv6, which we lack, beside a good address", skip("mx", mxHost, "2001:db8::1", "ipv6_unavailable"), validEnforce, protected, ""},
		{"opted out", first(skip("mx", mxHost, "", "opted_out")), inconclusive, unknown, "dom_opted_out inc_not_probed"},
		{"not asked for", first(skip("mx", mxHost, mxAt, "not_asked")), inconclusive, unknown, "inc_not_probed"},
		{"over the cap of hosts", all(two, skip("mx", mxHost2, "", "cap")), validEnforce, protected, "inc_not_probed"},
		{"over the cap of addresses", skip("mx", mxHost, "198.51.100.9", "cap"), validEnforce, protected, ""},
		{"no budget", first(skip("mx", mxHost, mxAt, "budget")), inconclusive, unknown, "inc_budget_exhausted"},
		{"cancelled", first(skip("mx", mxHost, mxAt, "cancelled")), inconclusive, unknown, "inc_cancelled"},
		{"not asked for, without a policy", all(refetch(status(404)), first(skip("mx", mxHost, mxAt, "not_asked"))), brokenRetrieval, policyIgnored, "phttp_404"},
	})
}

func TestMXConnection(t *testing.T) {
	dial := func(k evidence.Kind) change { return resession(stops(evidence.OpDial, k)) }
	greet := func(reply string) change { return resession(stops(evidence.OpGreet, evidence.KindStatus, reply)) }
	step := func(op evidence.Op, k evidence.Kind) change {
		return resession(stops(op, k))
	}
	run(t, []expect{
		{"refused, another network reached", all(dial(evidence.KindRefused), reached("198.51.0.0/16", "203.0.0.0/16")), inconclusive, unknown, "smtp_tcp_refused"},
		{"refused, only its own network reached", all(dial(evidence.KindRefused), reached("198.51.0.0/16")), inconclusive, unknown, "inc_port25_blocked"},
		{"refused, nothing reached", dial(evidence.KindRefused), inconclusive, unknown, "inc_port25_blocked"},
		{"refused at one of two", second(stops(evidence.OpDial, evidence.KindRefused)), validEnforce, protected, "smtp_tcp_refused"},
		{"reset at one of two", second(stops(evidence.OpDial, evidence.KindReset)), validEnforce, protected, "smtp_tcp_refused"},
		{"reset instead of a greeting", second(stops(evidence.OpGreet, evidence.KindReset)), validEnforce, protected, "smtp_tcp_refused"},
		{"unreachable", second(stops(evidence.OpDial, evidence.KindUnreachable)), validEnforce, protected, "smtp_tcp_refused"},
		{"timeout", dial(evidence.KindTimeout), inconclusive, unknown, "inc_tcp_timeout"},
		{"timeout, twice: of an MX never evidence", all(dial(evidence.KindTimeout),
			secondAttempt(mxHost, mxAt, evidence.OpDial, evidence.KindTimeout, "")), inconclusive, unknown, "inc_tcp_timeout"},
		{"timeout at one of two", second(stops(evidence.OpDial, evidence.KindTimeout)), validEnforce, protected, "inc_tcp_timeout"},
		{"no route of ours", dial(evidence.KindNoRoute), inconclusive, unknown, "inc_local_error"},
		{"our own fault", dial(evidence.KindLocal), inconclusive, unknown, "inc_local_error"},
		{"no greeting", step(evidence.OpGreet, evidence.KindTimeout), inconclusive, unknown, "inc_banner_timeout"},
		{"closed", step(evidence.OpGreet, evidence.KindEOF), inconclusive, unknown, "inc_closed_early"},
		{"closed behind the greeting", step(evidence.OpEHLO, evidence.KindEOF), inconclusive, unknown, "inc_closed_early"},
		{"reset behind the greeting", step(evidence.OpEHLO, evidence.KindReset), inconclusive, unknown, "inc_closed_early"},
		{"closed behind STARTTLS", step(evidence.OpStartTLS, evidence.KindEOF), inconclusive, unknown, "inc_closed_early"},
		{"no SMTP", resession(stops(evidence.OpGreet, evidence.KindMalformed, "HTTP/1.1 400 Bad Request")), inconclusive, unknown, "smtp_not_smtp"},
		{"a reply without end", step(evidence.OpEHLO, evidence.KindOversize), inconclusive, unknown, "inc_parser_limit"},
		{"greylisted", greet("450 4.7.1 Greylisted"), inconclusive, unknown, "inc_greylisted"},
		{"greylisted, 451", greet("451 try later"), inconclusive, unknown, "inc_greylisted"},
		{"too many", greet("421 4.7.0 Too many connections"), inconclusive, unknown, "inc_rate_limited"},
		{"on a block list", greet("554 5.7.1 blocked, see spamhaus"), inconclusive, unknown, "inc_blocked_reputation"},
		{"turned away for good without a word why", greet("521 no mail here"), inconclusive, unknown, "inc_blocked_reputation"},
		{"a reply that is no greeting", greet("250 hello"), inconclusive, unknown, "smtp_not_smtp"},
		{"EHLO and HELO refused", resession(stops(evidence.OpEHLO, evidence.KindStatus, "554 go away"),
			func(s *evidence.Session) { s.HELO = evidence.Reply{"554 go away"} }), inconclusive, unknown, "inc_blocked_reputation"},
		{"EHLO not now", resession(stops(evidence.OpEHLO, evidence.KindStatus, "421 later")), inconclusive, unknown, "inc_rate_limited"},
	})
}

func TestStartTLS(t *testing.T) {
	reply := func(line string) change { return resession(stops(evidence.OpStartTLS, evidence.KindStatus, line)) }
	masked := ehlo("250-mx1.example.com", "250 XXXXXXXA")
	maskedIn := func(networks ...string) change {
		return all(resession(masked), func(c *evidence.Case) { c.Domain.Masked = networks })
	}
	run(t, []expect{
		{"not offered", resession(ehlo("250-mx1.example.com", "250 SIZE")), brokenMX, refusedAll, "smtp_starttls_absent"},
		{"the server's name is no keyword", resession(ehlo("250 STARTTLS")), brokenMX, refusedAll, "smtp_starttls_absent"},
		{"HELO only", resession(ehlo("502 what"), func(s *evidence.Session) { s.HELO = evidence.Reply{"250 hi"} }),
			brokenMX, refusedAll, "smtp_ehlo_unsupported smtp_starttls_absent"},
		{"cut before it could be seen", resession(ehlo("250-mx1.example.com", "250-SIZE"), func(s *evidence.Session) { s.Truncated = true }),
			inconclusive, unknown, "inc_parser_limit"},
		{"masked", resession(masked), brokenMX, refusedAll, "smtp_starttls_stripped"},
		{"masked, all X", resession(ehlo("250-mx1.example.com", "250-XXXXXXXX", "250 SIZE")), brokenMX, refusedAll, "smtp_starttls_stripped"},
		{"another keyword masked", resession(ehlo("250-mx1.example.com", "250 XXX")), brokenMX, refusedAll, "smtp_starttls_absent"},
		{"masked, seen in this network alone", maskedIn("198.51.0.0/16"), brokenMX, refusedAll, "smtp_starttls_stripped"},
		{"masked, seen in another network: it is ours", maskedIn("198.51.0.0/16", "203.0.0.0/16"), inconclusive, unknown, "inc_vantage_down"},
		{"masked, this and one other", maskedIn("203.0.0.0/16"), inconclusive, unknown, "inc_vantage_down"},
		{"refused", reply("502 5.5.1 no"), brokenMX, refusedAll, "smtp_starttls_refused"},
		{"refused to us for our reputation", reply("554 5.7.1 blocked by our block list"), inconclusive, unknown, "inc_blocked_reputation"},
		{"not now", reply("454 4.7.0 TLS not available"), inconclusive, unknown, "inc_starttls_tempfail"},
		{"not now, twice", all(reply("454 4.7.0 TLS not available"), secondAttempt(mxHost, mxAt, evidence.OpStartTLS, evidence.KindStatus, "454 x")),
			brokenMX, refusedAll, "smtp_starttls_refused"},
		{"not now, behind greylisting", all(reply("454 later"), secondAttempt(mxHost, mxAt, evidence.OpGreet, evidence.KindStatus, "450 later")),
			inconclusive, unknown, "inc_starttls_tempfail"},
		{"not now, twice, but the controls failed", all(reply("454 x"), controls("failed"),
			secondAttempt(mxHost, mxAt, evidence.OpStartTLS, evidence.KindStatus, "454 x")), inconclusive, unknown, "inc_starttls_tempfail inc_vantage_down"},
		{"shutting down", reply("421 bye"), inconclusive, unknown, "inc_rate_limited"},
		{"plaintext behind the 220", resession(stops(evidence.OpStartTLS, evidence.KindMalformed, "220 go ahead")), brokenMX, refusedAll, "mxtls_handshake_failed"},
	})
}

func TestMXTLS(t *testing.T) {
	p := testPKI()
	handshake := func(k evidence.Kind, alert string) change {
		return resession(stops(evidence.OpHandshake, k), func(s *evidence.Session) { s.TLS.Alert = alert })
	}
	chain := func(certs ...*x509.Certificate) change { return resession(shows(sent(certs...))) }
	version := func(v string) change { return resession(func(s *evidence.Session) { s.TLS.Version = v }) }
	ending := func(left int) change {
		return chain(leaf(mxHost, p.intermediate, func(c *x509.Certificate) {
			c.NotAfter = observed.Add(expiresSoon).AddDate(0, 0, left)
		}), p.intermediate.cert)
	}
	run(t, []expect{
		{"refused", handshake(evidence.KindAlert, "handshake_failure"), brokenMX, refusedAll, "mxtls_handshake_failed"},
		{"junk", handshake(evidence.KindMalformed, ""), brokenMX, refusedAll, "mxtls_handshake_failed"},
		{"closed", handshake(evidence.KindEOF, ""), brokenMX, refusedAll, "mxtls_handshake_failed"},
		{"reset", handshake(evidence.KindReset, ""), brokenMX, refusedAll, "mxtls_handshake_failed"},
		{"silent", handshake(evidence.KindTimeout, ""), inconclusive, unknown, "inc_tls_timeout"},
		{"our own fault", handshake(evidence.KindLocal, ""), inconclusive, unknown, "inc_local_error"},
		{"no common version", handshake(evidence.KindAlert, "protocol_version"), brokenMX, refusedAll, "mxtls_version_too_old"},
		{"no certificate for the name", handshake(evidence.KindAlert, "unrecognized_name"), brokenMX, refusedAll, "mxtls_no_certificate"},
		{"no certificate", resession(shows(nil)), brokenMX, refusedAll, "mxtls_no_certificate"},
		{"TLS 1.0", version("TLS1.0"), brokenMX, refusedAll, "mxtls_version_too_old"},
		{"TLS 1.1", version("TLS1.1"), brokenMX, refusedAll, "mxtls_version_too_old"},
		{"TLS 1.2", version("TLS1.2"), validEnforce, protected, ""},
		{"a certificate for the mail domain is none for the host", chain(leaf(domain, p.intermediate, nil), p.intermediate.cert),
			brokenMX, refusedAll, "mxcert_name_mismatch"},
		{"wildcard", chain(leaf("*.example.com", p.intermediate, nil), p.intermediate.cert), validEnforce, protected, ""},
		{"intermediate not sent", chain(leaf(mxHost, p.intermediate, nil)), brokenMX, refusedAll, "mxcert_chain_incomplete"},
		{"short key", chain(shortRSA(mxHost), p.intermediate.cert), validEnforce, protected, "mxcert_weak"},
		{"ends within the week", ending(-1), validEnforce, protected, "mxcert_expires_soon"},
		{"ends in a week", ending(0), validEnforce, protected, ""},
		{"has ended", ending(-8), brokenMX, refusedAll, "mxcert_expired"},
		{"nobody of ours can read it", resession(shows([]evidence.Certificate{der([]byte("junk"))})), inconclusive, unknown, "inc_parser_limit"},
	})
}

// TestAddresses: one good address is enough, and an address of which nothing is
// known does not decide.
func TestAddresses(t *testing.T) {
	const other = "198.51.100.2"
	addrs := answer(mxHost, "A", mxAt, other)
	bad := session(mxHost, other, shows(sent(selfSigned(mxHost))))
	run(t, []expect{
		{"good and bad", all(addrs, bad), validEnforce, protected, "mxcert_addr_inconsistent mxcert_self_signed"},
		{"bad, then good", all(addrs, selfSignedMX, session(mxHost, other)), validEnforce, protected, "mxcert_addr_inconsistent mxcert_self_signed"},
		{"bad and bad", all(addrs, selfSignedMX, bad), brokenMX, refusedAll, "mxcert_self_signed"},
		{"bad in two ways is no difference", all(addrs, resession(ehlo("250 x")), bad), brokenMX, refusedAll, "mxcert_self_signed smtp_starttls_absent"},
		{"good and silent", all(addrs, session(mxHost, other, stops(evidence.OpDial, evidence.KindTimeout))), validEnforce, protected, "inc_tcp_timeout"},
		{"bad and silent: all that is conclusive fails", all(addrs, selfSignedMX, session(mxHost, other, stops(evidence.OpDial, evidence.KindTimeout))),
			brokenMX, refusedAll, "inc_tcp_timeout mxcert_self_signed"},
		{"one host good, one bad", second(shows(sent(selfSigned(mxHost2)))), brokenMX, atRisk, "mxcert_self_signed"},
		{"one host good, one unlisted", all(second(), body(goodBody)), brokenMatch, atRisk, "cause_typo match_partial"},
		{"one unlisted, one silent", all(two, body(goodBody), resession(stops(evidence.OpDial, evidence.KindTimeout))),
			brokenMatch, refusedAll, "cause_typo inc_tcp_timeout match_partial"},
	})
}

func TestMXValues(t *testing.T) {
	r := newTestRules(t, nil)
	const other = "198.51.100.2"
	addrs := answer(mxHost, "A", mxAt, other)
	noTLS := ehlo("250 x")
	yes, no := new(true), new(false)
	for _, tt := range []struct {
		name                                    string
		change                                  change
		match, starttls, cert, enforced, usable *bool
	}{
		{"good", func(*evidence.Case) {}, yes, yes, yes, yes, yes},
		{"bad certificate", selfSignedMX, yes, yes, no, no, no},
		{"no STARTTLS", resession(noTLS), yes, no, nil, no, no},
		{"silent", resession(stops(evidence.OpDial, evidence.KindTimeout)), yes, nil, nil, nil, nil},
		{"refused", all(resession(stops(evidence.OpDial, evidence.KindRefused)), reached("203.0.0.0/16")), yes, nil, nil, nil, nil},
		{"dead", all(noSession, both(mxHost, nodata)), yes, nil, nil, nil, nil},
		{"TLS 1.1", resession(func(s *evidence.Session) { s.TLS.Version = "TLS1.1" }), yes, no, yes, no, no},
		{"each address lacks another thing", all(addrs, resession(noTLS), session(mxHost, other, shows(sent(selfSigned(mxHost))))), yes, yes, no, no, no},
		{"testing, bad certificate", all(mode("testing"), selfSignedMX), yes, yes, no, no, yes},
		{"unlisted and silent", all(body("version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 604800\n"),
			resession(stops(evidence.OpDial, evidence.KindTimeout))), no, nil, nil, no, no},
		{"mode none", mode("none"), nil, yes, yes, nil, yes},
		{"no policy", refetch(status(404)), nil, yes, yes, nil, yes},
	} {
		m := Classify(deployed(tt.change), r).MX[0]
		if !same(m.PolicyMatch, tt.match) || !same(m.StartTLS, tt.starttls) || !same(m.CertValid, tt.cert) ||
			!same(m.EnforceOK, tt.enforced) || !same(m.Usable, tt.usable) {
			t.Errorf("%s: match %v, starttls %v, cert %v, enforce_ok %v, usable %v", tt.name,
				show(m.PolicyMatch), show(m.StartTLS), show(m.CertValid), show(m.EnforceOK), show(m.Usable))
		}
	}
}
