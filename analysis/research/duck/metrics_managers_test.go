//go:build cgo && !noduckdb

package duck

import (
	"fmt"
	"testing"

	"stscan/analysis"
	"stscan/analysis/research"
	"stscan/internal/taxonomy"
	"stscan/sinks"
)

// claimant is a name with a record, whose policy could not be told.
func claimant(domain, registrable string, adjust ...func(*analysis.Verdict)) name {
	n := named(domain, adjust...)
	n.verdict.Registrable, n.verdict.RecordPresent = registrable, ptr(true)
	return n
}

// by says who operates policy host, mail and name servers; "" = not known.
func by(policy, mail, dns string) func(*analysis.Verdict) {
	return func(v *analysis.Verdict) {
		known := func(label string) *string {
			if label == "" {
				return nil
			}
			return &label
		}
		v.PolicyProvider, v.MXProvider, v.DNSProvider = known(policy), known(mail), known(dns)
	}
}

// policyAt and mailAt say where the policy host and the mail server are.
func policyAt(addr string) func(*analysis.Verdict) {
	return func(v *analysis.Verdict) { v.PolicyAddrs = []string{addr} }
}

func mailAt(addr string) func(*analysis.Verdict) {
	return func(v *analysis.Verdict) {
		v.MX = []analysis.MXVerdict{{Host: "mx." + v.Domain, Addrs: []string{addr}}}
	}
}

func mailOf(providers ...string) func(*analysis.Verdict) {
	return func(v *analysis.Verdict) {
		for _, p := range providers {
			v.MX = append(v.MX, analysis.MXVerdict{Host: "mx." + p, Provider: &p})
		}
	}
}

// fault is a finding about the policy host, at this layer.
func fault(layer taxonomy.Layer, class taxonomy.Class, codes ...taxonomy.Code) func(*analysis.Verdict) {
	return func(v *analysis.Verdict) {
		for _, c := range codes {
			v.Findings = append(v.Findings, analysis.Finding{Code: c, Class: class, Layer: layer, Where: "mta-sts." + v.Domain})
		}
	}
}

// operated is sixteen names with a record, and one without that has its mail and DNS
// where others have. How large an operator is stands in its name: m4 takes the mail
// of four organisations, of which one has no record.
func operated(t *testing.T) string {
	t.Helper()
	const web, mail = "192.0.2.80", "192.0.2.25" // four names each
	http, tls := taxonomy.LayerPolicyHTTP, taxonomy.LayerPolicyTLS
	gone := func(v *analysis.Verdict) {
		v.PolicyFetched, v.Codes = ptr(false), []taxonomy.Code{taxonomy.PhostNXDomain}
	}
	return snapshot(t, t.TempDir(), sinks.Manifest{}, "2026-11-22", []name{
		claimant("a.com", "a.com", by("p4.net", "m4.net", "d4.net"), policyAt(web), fault(http, taxonomy.ClassError, taxonomy.Phttp404)),
		claimant("b.com", "b.com", by("p4.net", "m4.net", "d4.net"), policyAt(web), fault(http, taxonomy.ClassError, taxonomy.Phttp5xx, taxonomy.Phttp404)),
		claimant("c.com", "c.com", by("p4.net", "m4.net", "d4.net"), policyAt(web),
			fault(tls, taxonomy.ClassError, taxonomy.PtlsCertNameMismatch, taxonomy.PtlsCertExpired), fault(http, taxonomy.ClassError, taxonomy.Phttp404)), // fails at TLS
		claimant("d.com", "d.com", by("p4.net", "m3.net", "d.com"), fault(tls, taxonomy.ClassError, taxonomy.PtlsCertNameMismatch)),
		claimant("www.d.com", "d.com", by("p4.net", "", "d.com")),
		claimant("e.com", "e.com", by("p3.net", "m3.net", ""), fault(http, taxonomy.ClassError, taxonomy.Phttp404)),
		claimant("f.com", "f.com", by("p3.net", "m3.net", "")),
		claimant("g.com", "g.com", by("p3.net", "g.com", "")),
	}, []name{
		claimant("sub.g.com", "g.com", by("p3.net", "g.com", "")),
		claimant("h.com", "h.com", by("p2.net", "h.com", ""), fault(http, taxonomy.ClassError, taxonomy.Phttp404)),
		claimant("i.com", "i.com", by("p2.net", "mixed", ""), mailOf("m4.net", "i.com"),
			fault(tls, taxonomy.ClassError, taxonomy.PtlsCertExpired), fault(http, taxonomy.ClassInfo, taxonomy.Phttp404)),
		claimant("sub.i.com", "i.com", by("p2.net", "mixed", ""), mailOf("m3.net", "other.net")),
		claimant("j.com", "j.com", by("j.com", "j.com", ""), mailAt(mail)),
		claimant("k.com", "k.com", by("", "k.com", ""), mailAt(mail), gone),
		claimant("l.com", "l.com", by("", "l.com", ""), mailAt(mail), fault(http, taxonomy.ClassError, taxonomy.Phttp404)),
		claimant("m.com", "m.com", by("m.com", "m.com", ""), mailAt(mail), policyAt(web), fault(http, taxonomy.ClassError, taxonomy.Phttp404)),
		named("o.com", by("p3.net", "m4.net", "d4.net")),
	})
}

func TestMetricsOfManagers(t *testing.T) {
	db := open(t, Options{}, operated(t))
	four, five := research.DefaultThresholds(), research.DefaultThresholds()
	four.ThirdPartyMin, four.SelfMax = 4, 2
	five.ThirdPartyMin, five.SelfMax = 5, 3
	expect(t, db, four, map[string][]string{
		"policy_managers": {
			// mail: of third parties a, b, c, i by one of its hosts, and j to m by their address
			"mail self 3/16 ?0", "mail third 8/16 ?0", "mail unclassified 4/16 ?0", "mail unknown 1/16 ?1",
			"name servers self 2/16 ?0", "name servers third 3/16 ?0", "name servers unknown 11/16 ?11",
			// p4 has five names of four organisations, p3 four of three, p2 three of two; m
			// shares the address of p4, and k has no policy host
			"policy host self 5/16 ?0", "policy host third 6/16 ?0", "policy host unclassified 4/16 ?0", "policy host unknown 1/16 ?1",
		},
		"imc25_http": {
			"self phttp_404 1/1 ?0 largest=p2.net largest_n=1",
			"third phttp_404 3/3 ?0 largest=p4.net largest_n=2", "third phttp_5xx 1/3 ?0 largest=p4.net largest_n=1",
			"self or third phttp_404 4/4 ?0 largest=p4.net largest_n=2", "self or third phttp_5xx 1/4 ?0 largest=p4.net largest_n=1",
			"unclassified phttp_404 1/1 ?0 largest=p3.net largest_n=1", "unknown phttp_404 1/1 ?0 largest=<nil> largest_n=<nil>",
		},
		"imc25_tls": {
			"self ptls_cert_expired 1/1 ?0 largest=p2.net largest_n=1",
			"third ptls_cert_name_mismatch 2/2 ?0 largest=p4.net largest_n=2", "third ptls_cert_expired 1/2 ?0 largest=p4.net largest_n=1",
			"self or third ptls_cert_expired 2/3 ?0 largest=p4.net largest_n=1", "self or third ptls_cert_name_mismatch 2/3 ?0 largest=p4.net largest_n=2",
		},
		// Of one operator are all but k and l of the policy hosts, and all but www.d, i and
		// sub.i of the mail.
		"sts_cdf_provider": {
			"mail 1 5/13 ?1 operators=5", "mail 2 7/13 ?1 operators=1", "mail 3 13/13 ?1 operators=2",
			"policy hosts 1 2/14 ?1 operators=2", "policy hosts 3 5/14 ?1 operators=1", "policy hosts 4 9/14 ?1 operators=1", "policy hosts 5 14/14 ?1 operators=1",
		},
	})
	expect(t, db, five, map[string][]string{"policy_managers": {
		"mail self 7/16 ?0", "mail unclassified 8/16 ?0", "mail unknown 1/16 ?1",
		"name servers self 2/16 ?0", "name servers unclassified 3/16 ?0", "name servers unknown 11/16 ?11",
		"policy host self 9/16 ?0", "policy host unclassified 6/16 ?0", "policy host unknown 1/16 ?1",
	}})
}

// misses is a valid policy that lists no MX host, with the causes of each host, as the
// classifier gives them.
func misses(mode, pattern string, hosts map[string][]taxonomy.Code) func(*analysis.Verdict) {
	return func(v *analysis.Verdict) {
		deploys(mode, taxonomy.StatusBrokenMatch, pattern)(v)
		v.Codes = []taxonomy.Code{taxonomy.MatchNone}
		for host, codes := range hosts {
			v.MX = append(v.MX, analysis.MXVerdict{Host: host, PolicyMatch: ptr(false), Codes: append(codes, taxonomy.MatchNone)})
			v.Codes = append(v.Codes, codes...)
		}
	}
}

func TestMetricOfMismatches(t *testing.T) {
	type of = map[string][]taxonomy.Code
	const typo, below, label = taxonomy.CauseTypo, taxonomy.Cause3LDPlus, taxonomy.CauseMTASTSLabel
	db := open(t, Options{}, snapshot(t, t.TempDir(), sinks.Manifest{}, "2026-11-22", []name{
		named("two.com", misses("testing", "mx.tow.com", of{"mx.two.com": {typo}})),
		named("three.com", misses("testing", "mxabc.three.com", of{"mx.three.com": {typo}})),
		named("four.com", misses("testing", "mxabcd.four.com", of{"mx.four.com": {below}})),
		named("tld.com", misses("testing", "mx.tld.net", of{"mx.tld.com": {taxonomy.CauseTLD}})),
		named("wild.com", misses("enforce", "*.wlid.com", of{"mx.wild.com": {typo}})),
		named("over.com", misses("testing", "*.over.com", of{"a.b.over.com": {taxonomy.CauseMultiLabelWildcard}})), // two edits, and no typo
		named("label.com", misses("testing", "mta-sts.label.com", of{"mx.label.com": {below, label}})),
		named("else.com", misses("testing", "mta-sts.example.org", of{"mx.else.com": {taxonomy.CauseDomain, label}})),
	}, []name{
		named("both.com", misses("testing", "mxa.both.com", of{"mx.both.com": {typo}, "mail.elsewhere.com": {taxonomy.CauseDomain}})),
		named("good.com", deploys("enforce", taxonomy.StatusValidEnforce, "mx.good.com"), hosted("mx.goof.com")),
		claimant("untold.com", "untold.com", func(v *analysis.Verdict) { v.RecordValid = ptr(true) }),
		named("none.com", hosted("mx.none.com")),
	}))
	rows := func(typo, below, beyond string) map[string][]string {
		return map[string][]string{"imc25_f8": {"any 9/11 ?1", "typo " + typo + "/11 ?1", "tld 1/11 ?1", "3ld+ " + below + "/11 ?1", "3ld+, mta-sts label 1/11 ?1",
			"domain 2/11 ?1", "wildcard over several labels 1/11 ?1", "typo beyond the limit " + beyond + "/11 ?1", "any, mode enforce 1/11 ?1"}}
	}
	at := research.DefaultThresholds()
	expect(t, db, at, rows("4", "2", "0"))
	at.TypoMax = 2
	expect(t, db, at, rows("3", "2", "1"))
	at.TypoMax = 4
	expect(t, db, at, rows("5", "1", "0"))
}

// Of two faults that are as common the first by name is told, however often one asks.
func TestCommonestOfEquals(t *testing.T) {
	at := func(domain string, code taxonomy.Code) name {
		return claimant(domain, domain, by("host.net", "", ""), fault(taxonomy.LayerPolicyHTTP, taxonomy.ClassError, code))
	}
	db := open(t, Options{}, snapshot(t, t.TempDir(), sinks.Manifest{}, "s",
		[]name{at("a.com", taxonomy.Phttp5xx), at("b.com", taxonomy.Phttp404), at("c.com", taxonomy.Phttp404), at("d.com", taxonomy.Phttp5xx)}))
	r, err := db.Run(t.Context(), metric(t, "failures_by_policy_host"), research.DefaultThresholds())
	if got, want := fmt.Sprint(r.Rows), "[[host.net 4 4 1 4 phttp_404]]"; err != nil || got != want {
		t.Errorf("%s, want %s (%v)", got, want, err)
	}
}
