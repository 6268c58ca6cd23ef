package analysis

import (
	"crypto/x509"
	"testing"

	"stscan/internal/evidence"
)

func TestPolicyDNS(t *testing.T) {
	none := func(changes ...change) change { return all(append([]change{noFetch}, changes...)...) }
	special := skip("policy", policyHost, policyAt, "special_address")
	run(t, []expect{
		{"NXDOMAIN", none(both(policyHost, func(n, ty string) change { return nxdomain(n, ty) })), brokenRetrieval, policyIgnored, "phost_nxdomain"},
		{"NXDOMAIN of one type is of the name", none(nxdomain(policyHost, "A"), servfail(policyHost, "AAAA")),
			brokenRetrieval, policyIgnored, "phost_nxdomain"},
		{"no address", none(both(policyHost, nodata)), brokenRetrieval, policyIgnored, "phost_nodata"},
		{"one type unknown, the other without data", none(nodata(policyHost, "A"), servfail(policyHost, "AAAA")),
			inconclusive, unknown, "inc_dns_servfail"},
		{"dangling", none(both(policyHost, func(n, ty string) change { return nxdomain(n, ty, "gone.example") })),
			brokenRetrieval, policyIgnored, "phost_cname_dangling"},
		{"dangling, target without address", none(both(policyHost, func(n, ty string) change { return alias(n, ty, []string{"gone.example"}) })),
			brokenRetrieval, policyIgnored, "phost_cname_dangling"},
		{"loop in the chain", none(both(policyHost, func(n, ty string) change { return alias(n, ty, []string{"a.example", policyHost}) })),
			brokenRetrieval, policyIgnored, "phost_cname_loop"},
		{"loop that does not come back to the start", none(both(policyHost, func(n, ty string) change {
			return alias(n, ty, []string{"a.example", "b.example", "a.example"})
		})), brokenRetrieval, policyIgnored, "phost_cname_loop"},
		{"loop behind a SERVFAIL, asked step by step", none(both(policyHost, servfail),
			answer(policyHost, "CNAME", "loop.example."), answer("loop.example", "CNAME", policyHost+".")),
			brokenRetrieval, policyIgnored, "phost_cname_loop"},
		{"alias behind a SERVFAIL, and no loop", none(both(policyHost, servfail),
			answer(policyHost, "CNAME", "other.example."), nodata("other.example", "CNAME")), inconclusive, unknown, "inc_dns_servfail"},
		{"bogus: an extended error says so", none(both(policyHost, func(n, ty string) change {
			return fails(n, ty, "SERVFAIL", evidence.KindStatus, 7)
		})), brokenRetrieval, policyIgnored, "phost_dnssec_bogus"},
		{"an extended error of another kind", none(both(policyHost, func(n, ty string) change {
			return fails(n, ty, "SERVFAIL", evidence.KindStatus, 22)
		})), inconclusive, unknown, "inc_dns_servfail"},
		{"bogus: unchecked there is an answer", none(both(policyHost, servfail), func(c *evidence.Case) {
			l := question(policyHost, "A")
			l.Question.CD, l.RCode, l.Records, l.Total = true, "NOERROR", []string{policyAt}, 1
			lookup(l)(c)
		}), brokenRetrieval, policyIgnored, "phost_dnssec_bogus"},
		{"unchecked it fails too", none(both(policyHost, servfail), func(c *evidence.Case) {
			l := question(policyHost, "A")
			l.Question.CD, l.RCode, l.Failure = true, "SERVFAIL", evidence.Failure{Op: evidence.OpResolve, Kind: evidence.KindStatus}
			lookup(l)(c)
		}), inconclusive, unknown, "inc_dns_servfail"},
		{"special address", none(special), brokenRetrieval, policyIgnored, "phost_special_address"},
		{"special address beside a good one", special, validEnforce, protected, ""},
		{"special address beside one of IPv6, which we lack", none(special, skip("policy", policyHost, "2001:db8::1", "ipv6_unavailable")),
			inconclusive, unknown, "inc_ipv6_unavailable"},
		{"IPv6 alone, which we lack", none(skip("policy", policyHost, "2001:db8::1", "ipv6_unavailable")),
			inconclusive, unknown, "inc_ipv6_unavailable"},
		{"IPv6, which we lack, beside a good address", skip("policy", policyHost, "2001:db8::1", "ipv6_unavailable"), validEnforce, protected, ""},
		{"opted out", none(skip("policy", policyHost, "", "opted_out")), inconclusive, unknown, "dom_opted_out inc_not_probed"},
		{"no budget", none(skip("policy", policyHost, policyAt, "budget")), inconclusive, unknown, "inc_budget_exhausted"},
		{"cancelled", none(skip("policy", policyHost, policyAt, "cancelled")), inconclusive, unknown, "inc_cancelled"},
		{"not asked", none(), inconclusive, unknown, "inc_not_probed"},
		{"the others were not needed", skip("policy", policyHost, "192.0.2.2", "answered"), validEnforce, protected, ""},
	})
}

func TestPolicyTCP(t *testing.T) {
	dial := func(k evidence.Kind) change { return refetch(fetchFails(evidence.OpDial, k)) }
	timedOut := dial(evidence.KindTimeout)
	before := secondAttempt(policyHost, policyAt, evidence.OpDial, evidence.KindTimeout, "")
	good := fetch("192.0.2.2", goodBody)
	run(t, []expect{
		{"refused", dial(evidence.KindRefused), brokenRetrieval, policyIgnored, "ptcp_refused"},
		{"unreachable", dial(evidence.KindUnreachable), brokenRetrieval, policyIgnored, "ptcp_unreachable"},
		{"reset at the handshake", refetch(fetchFails(evidence.OpHandshake, evidence.KindReset)), brokenRetrieval, policyIgnored, "ptcp_reset"},
		{"no route of ours", dial(evidence.KindNoRoute), inconclusive, unknown, "inc_local_error"},
		{"no route of ours to IPv6", all(noFetch, fetch("2001:db8::1", "", fetchFails(evidence.OpDial, evidence.KindNoRoute))),
			inconclusive, unknown, "inc_ipv6_unavailable"},
		{"our own fault", dial(evidence.KindLocal), inconclusive, unknown, "inc_local_error"},
		{"timeout", timedOut, inconclusive, unknown, "inc_tcp_timeout"},
		{"timeout, twice", all(timedOut, before), brokenRetrieval, policyIgnored, "ptcp_timeout"},
		{"a failure of an earlier attempt, in a first", all(timedOut, before, func(c *evidence.Case) { c.Domain.Attempt = 1 }),
			inconclusive, unknown, "inc_tcp_timeout"},
		{"timeout, twice, but the controls failed", all(timedOut, before, controls("failed")), inconclusive, unknown, "inc_tcp_timeout inc_vantage_down"},
		{"timeout, twice, without controls", all(timedOut, before, controls("off")), brokenRetrieval, policyIgnored, "ptcp_timeout"},
		{"timeout behind another failure", all(timedOut, secondAttempt(policyHost, policyAt, evidence.OpDial, evidence.KindRefused, "")),
			inconclusive, unknown, "inc_tcp_timeout"},
		{"timeout behind one of another address", all(timedOut, secondAttempt(policyHost, "192.0.2.2", evidence.OpDial, evidence.KindTimeout, "")),
			inconclusive, unknown, "inc_tcp_timeout"},
		{"timeout behind one of another step", all(timedOut, secondAttempt(policyHost, policyAt, evidence.OpRequest, evidence.KindTimeout, "")),
			inconclusive, unknown, "inc_tcp_timeout"},
		{"first address refused, second good", all(dial(evidence.KindRefused), good), validEnforce, protected, "ptcp_refused"},
		{"first address silent, second good", all(timedOut, good), validEnforce, protected, "inc_tcp_timeout"},
		{"first refused, second silent: a sender may succeed there", all(dial(evidence.KindRefused),
			fetch("192.0.2.2", "", fetchFails(evidence.OpDial, evidence.KindTimeout))), inconclusive, unknown, "inc_tcp_timeout ptcp_refused"},
		{"refused at both", all(dial(evidence.KindRefused), fetch("192.0.2.2", "", fetchFails(evidence.OpDial, evidence.KindRefused))),
			brokenRetrieval, policyIgnored, "ptcp_refused"},
		{"refused, AAAA unknown", all(dial(evidence.KindRefused), servfail(policyHost, "AAAA")), inconclusive, unknown, "inc_dns_servfail ptcp_refused"},
		{"refused, the rest beyond the budget", all(dial(evidence.KindRefused), skip("policy", policyHost, "192.0.2.2", "budget")),
			inconclusive, unknown, "inc_budget_exhausted ptcp_refused"},
	})
}

func TestPolicyTLS(t *testing.T) {
	p := testPKI()
	shown := func(f func(*evidence.TLS)) change {
		return refetch(func(pf *evidence.PolicyFetch) { f(&pf.TLS) })
	}
	alert := func(name string) change {
		return refetch(fetchFails(evidence.OpHandshake, evidence.KindAlert), func(f *evidence.PolicyFetch) { f.TLS.Alert = name })
	}
	chain := func(certs ...*x509.Certificate) change {
		return shown(func(s *evidence.TLS) { s.Chain = sent(certs...) })
	}
	other := leaf("other.example", p.intermediate, nil)
	run(t, []expect{
		{"wrong name", chain(other, p.intermediate.cert), brokenRetrieval, policyIgnored, "ptls_cert_name_mismatch"},
		{"wrong name, and what it says is not judged", all(noFetch, fetch(policyAt, "<html>", status(404), func(f *evidence.PolicyFetch) {
			f.TLS.Chain = sent(other, p.intermediate.cert)
		})), brokenRetrieval, policyIgnored, "ptls_cert_name_mismatch"},
		{"wrong name, and then silence", refetch(fetchFails(evidence.OpRequest, evidence.KindTimeout), func(f *evidence.PolicyFetch) {
			f.TLS.Chain = sent(other, p.intermediate.cert)
		}), brokenRetrieval, policyIgnored, "ptls_cert_name_mismatch"},
		{"self-signed", chain(selfSigned(policyHost)), brokenRetrieval, policyIgnored, "ptls_cert_self_signed"},
		{"intermediate not sent", chain(leaf(policyHost, p.intermediate, nil)), brokenRetrieval, policyIgnored, "ptls_chain_incomplete"},
		{"TLS 1.1", shown(func(s *evidence.TLS) { s.Version = "TLS1.1" }), brokenRetrieval, policyIgnored, "ptls_version_too_old"},
		{"TLS 1.1 and a wrong name", shown(func(s *evidence.TLS) { s.Version, s.Chain = "TLS1.1", sent(other, p.intermediate.cert) }),
			brokenRetrieval, policyIgnored, "ptls_cert_name_mismatch ptls_version_too_old"},
		{"TLS 1.2", shown(func(s *evidence.TLS) { s.Version = "TLS1.2" }), validEnforce, protected, ""},
		{"name unknown to the server", alert("unrecognized_name"), brokenRetrieval, policyIgnored, "ptls_no_cert_for_name"},
		{"no common version", alert("protocol_version"), brokenRetrieval, policyIgnored, "ptls_version_too_old"},
		{"refused", alert("handshake_failure"), brokenRetrieval, policyIgnored, "ptls_handshake_other"},
		{"no TLS", refetch(fetchFails(evidence.OpHandshake, evidence.KindMalformed)), brokenRetrieval, policyIgnored, "ptls_handshake_other"},
		{"closed", refetch(fetchFails(evidence.OpHandshake, evidence.KindEOF)), brokenRetrieval, policyIgnored, "ptls_handshake_other"},
		{"no certificate", shown(func(s *evidence.TLS) { s.Chain = nil }), brokenRetrieval, policyIgnored, "ptls_handshake_other"},
		{"a certificate that nobody of ours can read", shown(func(s *evidence.TLS) { s.Chain = []evidence.Certificate{der([]byte("junk"))} }),
			inconclusive, unknown, "inc_parser_limit"},
		{"the handshake fails at such a certificate", refetch(fetchFails(evidence.OpHandshake, evidence.KindOther), func(f *evidence.PolicyFetch) {
			f.TLS.Chain = []evidence.Certificate{der([]byte("junk"))}
		}), inconclusive, unknown, "inc_parser_limit"},
		{"silent", refetch(fetchFails(evidence.OpHandshake, evidence.KindTimeout)), inconclusive, unknown, "inc_tls_timeout"},
		{"silent, twice", all(refetch(fetchFails(evidence.OpHandshake, evidence.KindTimeout)),
			secondAttempt(policyHost, policyAt, evidence.OpHandshake, evidence.KindTimeout, "")), brokenRetrieval, policyIgnored, "ptcp_timeout"},
	})
}

func TestPolicyHTTP(t *testing.T) {
	answers := func(code int, codes string) expect {
		return expect{"status", refetch(status(code)), brokenRetrieval, policyIgnored, codes}
	}
	fails := func(op evidence.Op, k evidence.Kind) change { return refetch(fetchFails(op, k)) }
	tooMany := refetch(status(429))
	run(t, []expect{
		answers(301, "phttp_redirect"), answers(302, "phttp_redirect"), answers(303, "phttp_redirect"),
		answers(307, "phttp_redirect"), answers(308, "phttp_redirect"), answers(304, "phttp_other_status"),
		answers(203, "phttp_other_status"), answers(101, "phttp_other_status"), answers(999, "phttp_other_status"),
		answers(404, "phttp_404"), answers(403, "phttp_403"), answers(410, "phttp_4xx_other"), answers(499, "phttp_4xx_other"),
		answers(500, "phttp_5xx"), answers(503, "phttp_5xx"), answers(599, "phttp_5xx"),
		{"429", tooMany, inconclusive, unknown, "inc_rate_limited"},
		{"429, twice", all(tooMany, secondAttempt(policyHost, policyAt, evidence.OpRequest, evidence.KindStatus, "429")),
			brokenRetrieval, policyIgnored, "phttp_4xx_other"},
		{"429 behind 403", all(tooMany, secondAttempt(policyHost, policyAt, evidence.OpRequest, evidence.KindStatus, "403")),
			inconclusive, unknown, "inc_rate_limited"},
		{"no header in time", fails(evidence.OpRequest, evidence.KindTimeout), inconclusive, unknown, "inc_http_timeout"},
		{"no body in time", fails(evidence.OpBody, evidence.KindTimeout), inconclusive, unknown, "inc_http_timeout"},
		{"no body in time, twice", all(fails(evidence.OpBody, evidence.KindTimeout),
			secondAttempt(policyHost, policyAt, evidence.OpBody, evidence.KindTimeout, "200")), brokenRetrieval, policyIgnored, "ptcp_timeout"},
		{"no HTTP", fails(evidence.OpRequest, evidence.KindMalformed), brokenRetrieval, policyIgnored, "phttp_not_http"},
		{"closed instead of an answer", fails(evidence.OpRequest, evidence.KindEOF), brokenRetrieval, policyIgnored, "phttp_truncated"},
		{"reset instead of an answer", fails(evidence.OpRequest, evidence.KindReset), brokenRetrieval, policyIgnored, "ptcp_reset"},
		{"closed in the body", fails(evidence.OpBody, evidence.KindEOF), brokenRetrieval, policyIgnored, "phttp_truncated"},
		{"reset in the body", fails(evidence.OpBody, evidence.KindReset), brokenRetrieval, policyIgnored, "phttp_truncated"},
		{"too large", refetch(fetchFails(evidence.OpBody, evidence.KindOversize), func(f *evidence.PolicyFetch) {
			f.Body = make([]byte, 64<<10)
		}), brokenRetrieval, policyIgnored, "phttp_too_large"},
		{"chunks framed beyond our bounds", fails(evidence.OpBody, evidence.KindOversize), inconclusive, unknown, "inc_parser_limit"},
		{"header longer than we read", fails(evidence.OpRequest, evidence.KindOversize), inconclusive, unknown, "inc_parser_limit"},
		{"chain longer than is kept", refetch(func(f *evidence.PolicyFetch) { f.Truncated = true }), validEnforce, protected, ""},
	})
}

func TestPolicyBody(t *testing.T) {
	media := func(ct string) change { return refetch(func(f *evidence.PolicyFetch) { f.ContentType = ct }) }
	run(t, []expect{
		{"HTML type", media("text/html"), brokenRetrieval, policyIgnored, "phttp_content_type"},
		{"no type", media(""), brokenRetrieval, policyIgnored, "phttp_content_type"},
		{"HTML type, and the body is told too", all(noFetch, fetch(policyAt, "version: STSv1\nmode: enforce\nmx: mx1.example.com\n",
			func(f *evidence.PolicyFetch) { f.ContentType = "text/html" })), brokenRetrieval, policyIgnored, "phttp_content_type psyn_missing_max_age"},
		{"charset", media("text/plain; charset=iso-8859-1"), validEnforce, protected, "plint_charset"},
		{"empty", body(""), brokenSyntax, policyIgnored, "psyn_empty"},
		{"blank line", body(goodBody + "\n"), brokenSyntax, policyIgnored, "psyn_malformed_line"},
		{"over the limit", body("version: STSv1\nmode: enforce\nmx: mx1.example.com\nmax_age: 31557601\n"),
			brokenSyntax, policyIgnored, "psyn_max_age_over_limit"},
		{"lint harms nobody", body(goodBody + "contact: x\n"), validEnforce, protected, "plint_unknown_field"},
	})
}

func TestPolicyFetchedColumn(t *testing.T) {
	r := newTestRules(t, nil)
	for _, tt := range []struct {
		name           string
		change         change
		fetched, valid *bool
	}{
		{"good", func(*evidence.Case) {}, new(true), new(true)},
		{"404", refetch(status(404)), new(false), new(false)},
		{"wrong media type: fetched, not usable", refetch(func(f *evidence.PolicyFetch) { f.ContentType = "" }), new(true), new(false)},
		{"bad syntax", body("x"), new(true), new(false)},
		{"unknown", refetch(fetchFails(evidence.OpDial, evidence.KindTimeout)), nil, nil},
	} {
		v := Classify(deployed(tt.change), r)
		if !same(v.PolicyFetched, tt.fetched) || !same(v.PolicyValid, tt.valid) {
			t.Errorf("%s: fetched %v, valid %v", tt.name, show(v.PolicyFetched), show(v.PolicyValid))
		}
	}
}
