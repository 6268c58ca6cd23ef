//go:build cgo && !noduckdb

package duck

import (
	"testing"
	"time"

	"stscan/analysis"
	"stscan/analysis/research"
	"stscan/internal/evidence"
	"stscan/internal/taxonomy"
	"stscan/sinks"
)

// presented is a snapshot with five leaf certificates at MX hosts, one of them at
// two hosts, at one of these on two days and at a policy host too, and three at
// policy hosts. R3 issued three of the five, and E5 two of the three.
func presented(t *testing.T) string {
	t.Helper()
	ca := cert(t, leaf{key: "ca", issuer: "root", days: 1000 * day})
	month := cert(t, leaf{key: "month", issuer: "R3", days: 30 * day})
	evening := cert(t, leaf{key: "evening", issuer: "R3", days: 12 * time.Hour, notBefore: "2026-10-01"})
	morning := cert(t, leaf{key: "morning", issuer: "R3", days: -2 * time.Hour, notBefore: "2026-08-01"})
	own := cert(t, leaf{key: "own", days: -10 * day, notBefore: "2026-08-31"})
	quarter := cert(t, leaf{key: "quarter", issuer: "E5", days: 90*day + time.Hour})
	yesterday := cert(t, leaf{key: "yesterday", issuer: "E5", days: -23 * time.Hour})

	one, other := named("a.com"), named("b.com")
	one.fetches = []evidence.PolicyFetch{fetched("mta-sts.a.com", quarter, ca), fetched("mta-sts.a.com", month, ca)}
	other.fetches = []evidence.PolicyFetch{fetched("mta-sts.b.com", yesterday), fetched("mta-sts.b.com", quarter), fetched("mta-sts.b.com")}
	shared := spoke("mx1.net", "192.0.2.1", 0, month, ca)
	return snapshot(t, t.TempDir(), sinks.Manifest{}, "2026-11-22",
		[]name{one.met(shared, spoke("mx1.net", "192.0.2.2", day, month, ca), spoke("mx2.net", "192.0.2.3", 0, evening, ca)), named("c.com").met(shared)},
		[]name{other.met(shared, spoke("mx2.net", "192.0.2.4", 0, month, ca), spoke("mx3.net", "192.0.2.5", 0, morning),
			spoke("mx4.net", "192.0.2.6", 0, own), spoke("mx5.net", "192.0.2.7", 0, illegible("no certificate")), spoke("mx6.net", "192.0.2.8", 0))})
}

func TestMetricsOfCertificates(t *testing.T) {
	db := open(t, Options{}, presented(t))
	expect(t, db, research.DefaultThresholds(), map[string][]string{
		// Whole days: half a day is 0, and what ended two hours ago is -1.
		"cert_days_left": {"mx host -10 1/4 ?1", "mx host -1 2/4 ?1", "mx host 0 3/4 ?1", "mx host 30 4/4 ?1",
			"policy host -1 1/3 ?0", "policy host 30 2/3 ?0", "policy host 90 3/3 ?0"},
		"sts_stale_cert": {"mx host 1 1/2 ?1", "mx host 10 2/2 ?1", "policy host 1 1/1 ?0"},
		"cert_issuers": {"mx host CN=R3 3/5 ?0", "mx host does not parse 1/5 ?1", "mx host self-issued 1/5 ?0",
			"policy host CN=E5 2/3 ?0", "policy host CN=R3 1/3 ?0"},
		// Hosts: mx2 with two certificates is in two months, mx5 in none.
		"dane22_f8": {"2026-08 CN=R3 1/4 ?1", "2026-08 self-issued 1/4 ?1", "2026-09 CN=R3 2/4 ?1", "2026-10 CN=R3 1/4 ?1"},
	})
	one := research.DefaultThresholds()
	one.Top = 1
	expect(t, db, one, map[string][]string{
		"cert_issuers": {"mx host CN=R3 3/5 ?0", "mx host all others 2/5 ?1", "policy host all others 2/3 ?0", "policy host CN=R3 1/3 ?0"},
	})
}

// met is what became of one MX host of a name.
func met(host string, starttls, valid *bool, codes ...taxonomy.Code) func(*analysis.Verdict) {
	return func(v *analysis.Verdict) {
		v.MX = append(v.MX, analysis.MXVerdict{Host: host, Addrs: []string{"192.0.2.1"}, StartTLS: starttls, CertValid: valid, Codes: codes})
	}
}

// A ladder of eleven hosts of names: each step is met by two fewer or one fewer.
func TestMetricsOfTheLadder(t *testing.T) {
	yes, no := ptr(true), ptr(false)
	named := func(domain string, host func(*analysis.Verdict), sans ...string) name {
		n := named(domain, host)
		if h := n.verdict.MX[0].Host; sans != nil {
			n = n.met(spoke(h, "192.0.2.1", 0, cert(t, leaf{key: h, issuer: "R3", days: day, sans: sans})))
		}
		return n
	}
	nowhere := named("j.com", met("mx.j.com", nil, nil))
	nowhere.verdict.MX[0].Addrs = nil
	db := open(t, Options{}, snapshot(t, t.TempDir(), sinks.Manifest{}, "2026-11-22", []name{
		named("a.com", met("mx.a.com", no, nil, taxonomy.SmtpStartTLSAbsent)),
		named("b.com", met("mx.b.com", no, nil, taxonomy.SmtpStartTLSStripped)),
		named("c.com", met("mx.c.com", no, nil, taxonomy.MxtlsHandshakeFailed)),
		named("d.com", met("mx.d.com", yes, no, taxonomy.MxcertSelfSigned, taxonomy.MxcertNameMismatch), "d.com"),
		named("e.com", met("mx.e.com", yes, no, taxonomy.MxcertExpired), "mx.e.com", "e.com"),
		named("f.com", met("mx.f.com", yes, no, taxonomy.MxcertNameMismatch), "f.com"),
		named("g.com", met("mx.shared.net", yes, yes), "*.shared.net"),
		named("h.com", met("mx.shared.net", yes, yes)), // the same host, of another name
		named("i.com", met("mx.i.com", nil, nil, taxonomy.IncTCPTimeout)),
		nowhere,
		named("old.com", met("mx.old.com", no, yes, taxonomy.MxtlsVersionTooOld), "mx.old.com", "www.old.com"),
		named("sub.k.org", met("mx.k.org", yes, yes), "mx.k.org", "*.k.org"), // the wildcard names sub.k.org
		named("two.l.org", met("mx.l.org", yes, yes), "mx.l.org", "two.l.org"),
	}))
	expect(t, db, research.DefaultThresholds(), map[string][]string{"imc15_cert": {
		"offers STARTTLS 9/11 ?1 of_previous=0.8181818181818182", "completes TLS 8/11 ?1 of_previous=0.8888888888888888",
		"chain is trusted 7/11 ?1 of_previous=0.875", "certificate is in its time 6/11 ?1 of_previous=0.8571428571428571",
		"names the MX host 5/11 ?1 of_previous=0.8333333333333334", "names the mail domain 2/11 ?1 of_previous=0.4",
	}})
}
