//go:build cgo && !noduckdb

package duck

import (
	"testing"
	"time"

	"stscan/analysis"
	"stscan/analysis/research"
	"stscan/internal/evidence"
	"stscan/sinks"
)

// dane is a name with this detail of check dane, and this state of check dnssec.
func dane(detail string, dnssec analysis.AdoptionState) func(*analysis.Verdict) {
	return func(v *analysis.Verdict) {
		v.Adopts = []analysis.Adoption{{Check: "dane", Detail: detail}, {Check: "dnssec", State: dnssec}}
	}
}

// managed says whose the mail and the name servers are, and names the MX hosts.
func managed(mail, dns string, hosts ...string) func(*analysis.Verdict) {
	return func(v *analysis.Verdict) {
		v.MXProvider = &mail
		if dns != "" {
			v.DNSProvider = &dns
		}
		for _, h := range hosts {
			v.MX = append(v.MX, analysis.MXVerdict{Host: h})
		}
	}
}

// secured is twelve names with MX records and one without, of a week with TLSA, and
// two of a month before. Mail at big.net and DNS at dns.net are of third parties.
func secured(t *testing.T) (before, after string) {
	t.Helper()
	const yes, no, broken = analysis.AdoptsYes, analysis.AdoptsNo, analysis.AdoptsBroken
	root := t.TempDir()
	before = snapshot(t, root, sinks.Manifest{StartedAt: scannedAt.AddDate(0, 0, -21)}, "week-9", []name{
		named("a.com", dane("absent", no)), named("x.net", dane("not_validating", no)), named("y.info", dane("ok", no)),
	})
	after = snapshot(t, root, sinks.Manifest{StartedAt: scannedAt}, "week-12", []name{
		named("a.com", dane("ok", yes), managed("big.net", "dns.net", "mx.big.net")),
		named("b.com", dane("published", yes), managed("big.net", "dns.net", "mx.big.net")),
		named("c.se", dane("mx_insecure", no), managed("big.net", "c.se", "mx.big.net")),
		named("d.com", dane("mismatch", yes), managed("d.com", "d.com", "mx.d.com")),
		named("e.com", dane("tlsa_insecure", no), managed("e.com", "dns.net", "mx.e.com")),
		named("f.com", dane("bogus", broken), managed("f.com", "", "mx.f.com")),
		named("g.se", dane("partial", yes), managed("g.se", "g.se", "mx1.g.se", "mx2.g.se")),
	}, []name{
		named("h.nl", dane("unanswered", yes), managed("big.net", "h.nl", "mx.big.net")),
		named("i.nl", dane("absent", yes), managed("big.net", "i.nl", "mx.big.net")),
		named("j.nl", dane("ok", yes), managed("j.nl", "j.nl", "j.nl"), func(v *analysis.Verdict) { v.MXStatus = analysis.MXImplicit }),
		named("k.com", dane("no_starttls", yes), managed("big.net", "k.com", "mx2.big.net", "mx.big.net")),
		named("l.org", dane("unusable", yes), managed("small.net", "l.org", "mx.small.net")),
		named("m.org", dane("not_validating", no), managed("m.org", "m.org", "mx.m.org")),
	})
	return before, after
}

func openBoth(t *testing.T, series func(*testing.T) (string, string)) *DB {
	t.Helper()
	before, after := series(t)
	return open(t, Options{}, after, before)
}

func TestMetricsOfDANE(t *testing.T) {
	db := openBoth(t, secured)
	two := research.DefaultThresholds()
	two.ThirdPartyMin, two.SelfMax = 2, 1
	expect(t, db, two, map[string][]string{
		"dane20_f2": {"week-9 com 0/1 ?0", "week-9 net 0/1 ?1",
			"week-12 com 5/6 ?1", "week-12 nl 0/2 ?1", "week-12 org 1/2 ?1", "week-12 se 2/2 ?0"},
		// mx.big.net serves a, b, k and, without being broken in .se, c; k is at its
		// larger server.
		"dane22_f2": {"broken 1 3/4 ?0", "broken 4 4/4 ?0", "good 1 1/4 ?0", "good 4 4/4 ?0"},
		"dane22_t1": {"com names 3/5 ?1", "se names 0/2 ?0", "org names 1/1 ?1",
			"com MX hosts of these names 4/4 ?0", "se MX hosts of these names 0/3 ?0", "org MX hosts of these names 1/1 ?0"},
		// SO: a, b, c and k; SSDO: e; SSDS: d and g. Of f and of l one part is nobody's.
		"dane22_t2": {"SO 1/4 ?1", "SSDO 1/1 ?0", "SSDS 1/2 ?1", "unclassified 1/1 ?1"},
		"dane22_f4": {"SO other 1/1 ?0", "SSDO dnssec 1/1 ?0", "SSDS mismatch 1/1 ?0", "unclassified dnssec 1/2 ?0", "unclassified other 1/2 ?0"},
		// The MX answers of a, b, d, g, h, i, k and l were validated.
		"dane_survey": {"all 2/8 ?1", "big.net 2/5 ?1", "d.com 0/1 ?0", "g.se 0/1 ?0", "small.net 0/1 ?0"},
	})
	two.Top = 1
	expect(t, db, two, map[string][]string{
		"dane22_t1":   {"com names 3/5 ?1", "com MX hosts of these names 4/4 ?0"},
		"dane_survey": {"all 2/8 ?1", "big.net 2/5 ?1"},
	})
}

// rolled is nine names before and after a month. Snapshots are put in order by when
// they were begun, and not by name.
//
//	a.com  both hosts keep their certificate; TLSA are right
//	b.com  one host renewed its certificate under the same key; TLSA are right
//	c.com  one host has a new key, and TLSA for the old; the others are of a.com and d.com
//	d.com  a new key, and TLSA for it
//	e.com  two addresses with a key each, in another order; a host without TLSA has a new key
//	f.com  TLSA that match nothing, as before; another host has TLSA of SHA-512 alone
//	g.com  a certificate that does not parse before; a host that is gone, and a new one
//	h.com  an alias with a new key; TLSA where the alias ends, for the old one
//	i.com  the same, and TLSA for the new one; under its own name still those for the old
func rolled(t *testing.T) (before, after string) {
	t.Helper()
	of := func(key, notBefore string) evidence.Certificate {
		return cert(t, leaf{key: key, issuer: "R3", days: 30 * day, notBefore: notBefore})
	}
	const autumn = "2026-10-01"
	root := t.TempDir()
	before = snapshot(t, root, sinks.Manifest{StartedAt: scannedAt.AddDate(0, -1, 0)}, "october", []name{
		named("a.com").met(spoke("mx1.a.com", "192.0.2.1", 0, of("a1", "")), spoke("mx2.a.com", "192.0.2.2", 0, of("a2", ""))),
		named("b.com").met(spoke("mx.b.com", "192.0.2.3", 0, of("b", ""))),
		named("c.com").met(spoke("mx.c.com", "192.0.2.4", 0, of("c", ""))),
		named("d.com").met(spoke("mx.d.com", "192.0.2.5", 0, of("d", ""))),
		named("e.com").met(spoke("mx.e.com", "192.0.2.6", 0, of("e1", "")), spoke("mx.e.com", "192.0.2.7", time.Second, of("e2", "")),
			spoke("mx2.e.com", "192.0.2.8", 0, of("e3", ""))),
		named("f.com").met(spoke("mx.f.com", "192.0.2.9", 0, of("f", "")), spoke("mx2.f.com", "192.0.2.10", 0, of("f2", ""))),
		named("g.com").met(spoke("mx.g.com", "192.0.2.11", 0, illegible("garbage")), spoke("gone.g.com", "192.0.2.12", 0, of("g2", ""))),
		named("h.com").met(spoke("mx.h.com", "192.0.2.14", 0, of("h", ""))),
		named("i.com").met(spoke("mx.i.com", "192.0.2.15", 0, of("i", ""))),
	})
	is := func(domain, detail string, hosts ...string) name {
		return named(domain, dane(detail, analysis.AdoptsYes), managed("big.net", "", hosts...))
	}
	after = snapshot(t, root, sinks.Manifest{StartedAt: scannedAt}, "november", []name{
		is("a.com", "ok", "mx1.a.com", "mx2.a.com").met(spoke("mx1.a.com", "192.0.2.1", 0, of("a1", "")), spoke("mx2.a.com", "192.0.2.2", 0, of("a2", ""))).
			tlsa("mx1.a.com", "3 1 1 "+spki(t, "a1")).tlsa("mx2.a.com", "3 0 1 "+of("a2", "").SHA256),
		is("b.com", "ok", "mx.b.com").met(spoke("mx.b.com", "192.0.2.3", 0, of("b", autumn))).tlsa("mx.b.com", "3 1 1 "+spki(t, "b")),
		is("c.com", "mismatch", "mx.c.com", "mx1.a.com", "mx.d.com").met(spoke("mx.c.com", "192.0.2.4", 0, of("c new", ""))).
			tlsa("mx.c.com", "3 1 1 "+spki(t, "c")).tlsa("mx1.a.com", "3 1 1 "+spki(t, "a1")),
	}, []name{
		is("d.com", "ok", "mx.d.com").met(spoke("mx.d.com", "192.0.2.5", 0, of("d new", ""))).tlsa("mx.d.com", "3 1 1 "+spki(t, "d new")),
		is("e.com", "partial", "mx.e.com", "mx2.e.com").met(spoke("mx.e.com", "192.0.2.6", time.Second, of("e1", "")), spoke("mx.e.com", "192.0.2.7", 0, of("e2", "")),
			spoke("mx2.e.com", "192.0.2.8", 0, of("e3 new", ""))).tlsa("mx.e.com", "3 1 1 "+spki(t, "e1")),
		is("f.com", "mismatch", "mx.f.com", "mx2.f.com").met(spoke("mx.f.com", "192.0.2.9", 0, of("f", "")), spoke("mx2.f.com", "192.0.2.10", 0, of("f2", ""))).
			tlsa("mx.f.com", "3 1 1 "+spki(t, "nobody's")).tlsa("mx2.f.com", "3 1 2 "+spki(t, "f2")+spki(t, "f2")),
		is("g.com", "ok", "mx.g.com", "new.g.com").met(spoke("mx.g.com", "192.0.2.11", 0, of("g", "")), spoke("new.g.com", "192.0.2.13", 0, of("g3", ""))).
			tlsa("mx.g.com", "3 1 1 "+spki(t, "g")).tlsa("new.g.com", "3 1 1 "+spki(t, "g3")),
		is("h.com", "mismatch", "mx.h.com").met(spoke("mx.h.com", "192.0.2.14", 0, of("h new", ""))).
			tlsaAt("mx.h.com", "mx.alias.net", "3 1 1 "+spki(t, "h")),
		is("i.com", "ok", "mx.i.com").met(spoke("mx.i.com", "192.0.2.15", 0, of("i new", ""))).
			tlsaAt("mx.i.com", "mx.other.net", "3 1 1 "+spki(t, "i new")).answered("mx.i.com", "3 1 1 "+spki(t, "i")),
	})
	return before, after
}

// TLSA records of five MX hosts that are four base domains: of one base one name saw
// the answer validated and another did not; the mail of the last is implicit.
func TestMetricOfTLSARecords(t *testing.T) {
	has := func(at ...analysis.TLSA) func(*analysis.Verdict) {
		return func(v *analysis.Verdict) { v.TLSA = at }
	}
	shared := func(validated bool) analysis.TLSA {
		return analysis.TLSA{Host: "mx.shared.net", Base: "mx.shared.net", Validated: validated}
	}
	db := open(t, Options{}, snapshot(t, t.TempDir(), sinks.Manifest{}, "2026-11-22", []name{
		named("a.com", dane("ok", analysis.AdoptsYes), has(shared(true))),
		named("b.com", dane("ok", analysis.AdoptsYes), has(shared(false), analysis.TLSA{Host: "mx.b.com", Base: "mx.alias.net"})),
	}, []name{
		named("c.com", dane("ok", analysis.AdoptsYes), has(analysis.TLSA{Host: "mx.c.com", Base: "mx.alias.net"})),
		named("d.com", dane("ok", analysis.AdoptsYes), has(analysis.TLSA{Host: "mx.d.com", Base: "mx.d.com", Validated: true})),
		named("e.com", dane("absent", analysis.AdoptsYes)),
		named("f.com", dane("ok", analysis.AdoptsYes), has(analysis.TLSA{Host: "f.com", Base: "f.com"}), without(analysis.MXImplicit)),
	}))
	expect(t, db, research.DefaultThresholds(), map[string][]string{"dane20_f5": {"validated 2/3 ?0", "not validated 1/3 ?0"}})
}

func TestMetricsOfRollovers(t *testing.T) {
	db := openBoth(t, rolled)
	expect(t, db, research.DefaultThresholds(), map[string][]string{
		// In both: two of a, b, c, d, two of e, two of f, and mx.g.com, which cannot be
		// compared; h and i. Another key: c, d, mx2.e.com, h and i.
		"dane20_roll": {"key changed 5/12 ?1"},
		// Of these c, d, h and i have TLSA; those of c and h are for the old key.
		"dane22_t3": {"wrong after a rollover 2/4 ?0"},
		// mx.c.com, mx.h.com, mx.f.com, and mx2.f.com, whose TLSA cannot be compared here. Those of
		// mx1.a.com and mx.d.com, which are hosts of c.com too, match.
		"dane22_f5": {"matches an earlier certificate 2/4 ?1"},
	})
}
