package analysis

import (
	"slices"
	"testing"

	"stscan/internal/evidence"
)

// tlsaName is where the records of a host stand.
func tlsaName(host string) string { return "_25._tcp." + host }

// signedHost is a host in a signed zone, no alias, with TLSA records.
func signedHost(host string, records ...string) change {
	return all(withAD(host, "CNAME"), withAD(tlsaName(host), "TLSA", records...))
}

// unsignedHost is the same in an unsigned zone.
func unsignedHost(host string, records ...string) change {
	return all(withoutAD(host, "CNAME"), withoutAD(tlsaName(host), "TLSA", records...))
}

func TestDANE(t *testing.T) {
	p := testPKI()
	cert := leaf(mxHost, p.intermediate, nil)
	right, wrong := tlsaOf(3, 1, 1, cert), tlsaOf(3, 1, 1, leaf(mxHost, p.intermediate, nil))
	const unusable = "1 1 1 0000000000000000000000000000000000000000000000000000000000000000"
	presents := resession(shows(sent(cert, p.intermediate.cert)))
	again := func(host, address string) change {
		return session(host, address, shows(sent(cert, p.intermediate.cert)))
	}
	signed := withAD(domain, "MX", mx1)
	unsigned := all(validating(resolverA), withoutAD(domain, "MX", mx1))
	signedTwo := withAD(domain, "MX", mx1, "20 mx2.example.com.")
	noOffer := resession(ehlo("250-mx1.example.com", "250 SIZE 1000"))
	tlsaFails := by(resolverA, false, tlsaName(mxHost), "TLSA", servfail(tlsaName(mxHost), "TLSA"))
	runCheck(t, daneCheck(), []adoptionCase{
		{"matches", all(signed, signedHost(mxHost, right), presents), AdoptsYes, "ok"},
		{"one of two records matches", all(signed, signedHost(mxHost, wrong, right), presents), AdoptsYes, "ok"},
		{"beside an unusable record", all(signed, signedHost(mxHost, unusable, right), presents), AdoptsYes, "ok"},
		{"both hosts", all(signedTwo, signedHost(mxHost, right), signedHost(mxHost2, right), presents, again(mxHost2, mxAt2)), AdoptsYes, "ok"},
		{"nobody answers at the second host", all(signedTwo, signedHost(mxHost, right), signedHost(mxHost2, wrong), presents), AdoptsYes, "ok"},
		{"the second address matches", all(signed, signedHost(mxHost, right), resession(), again(mxHost, mxAt2)), AdoptsYes, "ok"},
		{"trust anchor", all(signed, signedHost(mxHost, tlsaOf(2, 1, 1, p.intermediate.cert)), presents), AdoptsYes, "ok"},
		{"implicit MX", all(withAD(domain, "MX"), signedHost(domain, right), noSession, again(domain, mxAt)), AdoptsYes, "ok"},
		{"no session", all(signed, signedHost(mxHost, right), noSession), AdoptsYes, "published"},
		{"no connection", all(signed, signedHost(mxHost, right), resession(stops("dial", "timeout"))), AdoptsYes, "published"},
		{"no handshake", all(signed, signedHost(mxHost, right), resession(stops("handshake", "eof"))), AdoptsYes, "published"},
		{"STARTTLS masked on the way", all(signed, signedHost(mxHost, right), resession(ehlo("250-mx1.example.com", "250 XXXXXXXA"))), AdoptsYes, "published"},
		{"one host of two", all(signedTwo, signedHost(mxHost, right), signedHost(mxHost2), presents), AdoptsYes, "partial"},
		{"one host of two, the other unsigned", all(signedTwo, signedHost(mxHost, right), unsignedHost(mxHost2, right), presents), AdoptsYes, "partial"},
		{"none", all(signed, signedHost(mxHost)), AdoptsNo, "absent"},
		{"none, unsigned", all(unsigned, unsignedHost(mxHost)), AdoptsNo, "absent"},
		{"no such name", all(unsigned, withoutAD(mxHost, "CNAME"), nxdomain(tlsaName(mxHost), "TLSA")), AdoptsNo, "absent"},
		{"a server of an unsigned zone chokes on TLSA", all(unsigned, withoutAD(mxHost, "CNAME"), tlsaFails), AdoptsNo, "absent"},
		{"MX unsigned", all(unsigned, signedHost(mxHost, right), presents), AdoptsNo, "mx_insecure"},
		{"MX unsigned, no session", all(unsigned, signedHost(mxHost, right), noSession), AdoptsNo, "mx_insecure"},
		{"TLSA unsigned", all(signed, unsignedHost(mxHost, right), presents), AdoptsBroken, "tlsa_insecure"},
		{"all unsigned", all(unsigned, unsignedHost(mxHost, right), presents), AdoptsBroken, "tlsa_insecure"},
		{"TLSA bogus", all(signed, withAD(mxHost, "CNAME"), tlsaFails, unchecked(tlsaName(mxHost), "TLSA", right)), AdoptsBroken, "bogus"},
		{"TLSA bogus by its extended error", all(signed, withAD(mxHost, "CNAME"),
			fails(tlsaName(mxHost), "TLSA", "SERVFAIL", evidence.KindStatus, 7)), AdoptsBroken, "bogus"},
		{"mismatch", all(signed, signedHost(mxHost, wrong), presents), AdoptsBroken, "mismatch"},
		{"mismatch, MX unsigned", all(unsigned, signedHost(mxHost, wrong), presents), AdoptsBroken, "mismatch"},
		{"mismatch at one host of two", all(signedTwo, signedHost(mxHost, right), signedHost(mxHost2, wrong), presents, again(mxHost2, mxAt2)), AdoptsBroken, "mismatch"},
		{"no STARTTLS", all(signed, signedHost(mxHost, right), noOffer), AdoptsBroken, "no_starttls"},
		{"no STARTTLS at one address, a match at the next", all(signed, signedHost(mxHost, right), noOffer, again(mxHost, mxAt2)), AdoptsYes, "ok"},
		{"no STARTTLS, no TLSA", all(signed, signedHost(mxHost), noOffer), AdoptsNo, "absent"},
		{"unusable", all(signed, signedHost(mxHost, unusable), presents), AdoptsBroken, "unusable"},
		{"nobody validates", all(withoutAD(domain, "MX", mx1), unsignedHost(mxHost, right), presents), AdoptsUnknown, "not_validating"},
		{"nobody validates, none", all(withoutAD(domain, "MX", mx1), unsignedHost(mxHost)), AdoptsUnknown, "not_validating"},
		{"TLSA of another resolver", all(validating(resolverA), withAD(domain, "MX", mx1), withAD(mxHost, "CNAME"),
			by(resolverB, false, tlsaName(mxHost), "TLSA", answer(tlsaName(mxHost), "TLSA", right))), AdoptsUnknown, "not_validating"},
		{"MX of another resolver", all(validating(resolverA), by(resolverB, false, domain, "MX", answer(domain, "MX", mx1)), signedHost(mxHost, right), presents),
			AdoptsUnknown, "not_validating"},
		{"TLSA unanswered", all(signed, withAD(mxHost, "CNAME"), tlsaFails), AdoptsUnknown, "unanswered"},
		{"TLSA unanswered at one host of two", all(signedTwo, signedHost(mxHost2, right), withAD(mxHost, "CNAME"), tlsaFails), AdoptsUnknown, "unanswered"},
	})
}

// TestDANEAliases: the end of a secure chain of aliases comes first, then the
// host itself; of a chain with an insecure step only the host counts (RFC 7672
// section 2.2.2).
func TestDANEAliases(t *testing.T) {
	const step, end = "mx.provider.example", "mx7.provider.example"
	p := testPKI()
	cert := leaf(mxHost, p.intermediate, nil)
	right, wrong := tlsaOf(3, 1, 1, cert), tlsaOf(3, 1, 1, leaf(mxHost, p.intermediate, nil))
	base := all(withAD(domain, "MX", mx1), resession(shows(sent(cert, p.intermediate.cert))))
	chain := all(withAD(mxHost, "CNAME", step+"."), withAD(step, "CNAME", end+"."), withAD(end, "CNAME"))
	weak := all(withAD(mxHost, "CNAME", step+"."), withoutAD(step, "CNAME", end+"."), withAD(end, "CNAME"))
	at := func(host string, records ...string) change { return withAD(tlsaName(host), "TLSA", records...) }
	r := newTestRules(t, nil)
	for _, tt := range []struct {
		name   string
		change change
		want   string
	}{
		{"at the end", all(chain, at(end, right)), "ok"},
		{"the end first", all(chain, at(end, right), at(mxHost, wrong)), "ok"},
		{"the end first, though it does not match", all(chain, at(end, wrong), at(mxHost, right)), "mismatch"},
		{"at the host", all(chain, at(end), at(mxHost, right)), "ok"},
		{"neither", all(chain, at(end), at(mxHost)), "absent"},
		{"an insecure step", all(weak, at(end, wrong), at(mxHost, right)), "ok"},
		{"a loop", all(withAD(mxHost, "CNAME", step+"."), withAD(step, "CNAME", mxHost+"."), at(mxHost, right)), "ok"},
		{"trust anchor, name of the end", all(chain, at(end, tlsaOf(2, 1, 1, p.intermediate.cert)),
			resession(shows(sent(leaf(end, p.intermediate, nil), p.intermediate.cert)))), "ok"},
		{"trust anchor, name of the domain", all(chain, at(end, tlsaOf(2, 1, 1, p.intermediate.cert)),
			resession(shows(sent(leaf(domain, p.intermediate, nil), p.intermediate.cert)))), "ok"},
		{"trust anchor, another name", all(chain, at(end, tlsaOf(2, 1, 1, p.intermediate.cert)),
			resession(shows(sent(leaf(step, p.intermediate, nil), p.intermediate.cert)))), "mismatch"},
	} {
		v := Classify(deployed(base, tt.change), r)
		if len(v.Adopts) != 1 || v.Adopts[0].Detail != tt.want {
			t.Errorf("%s: got %v, want %s", tt.name, v.Adopts, tt.want)
		}
	}
}

func TestAskTLSA(t *testing.T) {
	const end = "mx7.provider.example"
	const right = "3 1 1 0000000000000000000000000000000000000000000000000000000000000000"
	ok := evidence.Lookup{RCode: "NOERROR", AD: true, Server: resolverA}
	with := func(record string) evidence.Lookup {
		l := ok
		l.Records, l.Total = []string{record}, 1
		return l
	}
	failed := evidence.Lookup{RCode: "SERVFAIL", Failure: evidence.Failure{Op: evidence.OpResolve, Kind: evidence.KindStatus}}
	for _, tt := range []struct {
		name    string
		host    string
		answers map[string]evidence.Lookup // by name and type; else NODATA
		want    []string
	}{
		{"no alias", mxHost, nil, []string{"mx1.example.com CNAME", "_25._tcp.mx1.example.com TLSA"}},
		{"alias without records", mxHost, map[string]evidence.Lookup{"mx1.example.com CNAME": with(end + ".")},
			[]string{"mx1.example.com CNAME", end + " CNAME", "_25._tcp." + end + " TLSA", "_25._tcp.mx1.example.com TLSA"}},
		{"alias with records", mxHost, map[string]evidence.Lookup{"mx1.example.com CNAME": with(end + "."), "_25._tcp." + end + " TLSA": with(right)},
			[]string{"mx1.example.com CNAME", end + " CNAME", "_25._tcp." + end + " TLSA"}},
		{"SERVFAIL", mxHost, map[string]evidence.Lookup{"_25._tcp.mx1.example.com TLSA": failed},
			[]string{"mx1.example.com CNAME", "_25._tcp.mx1.example.com TLSA", "_25._tcp.mx1.example.com TLSA CD"}},
		{"address literal", "192.0.2.25", nil, nil},
		{"localhost", "localhost", nil, nil},
	} {
		c := deployed()
		got := asked(t, &c, func(c *evidence.Case) []evidence.Question { return askTLSA(c, tt.host) }, func(q evidence.Question) evidence.Lookup {
			if l, found := tt.answers[q.Name+" "+q.Type]; found {
				return l
			}
			return ok
		})
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: asked %v, want %v", tt.name, got, tt.want)
		}
	}
}
