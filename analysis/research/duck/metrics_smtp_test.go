//go:build cgo && !noduckdb

package duck

import (
	"net/netip"
	"testing"

	"stscan/analysis"
	"stscan/analysis/research"
	"stscan/internal/evidence"
	"stscan/sinks"
)

// dialogue is a session with one address, whose reply to EHLO has these lines.
func dialogue(host, addr string, ehlo ...string) evidence.Session {
	return evidence.Session{ID: host + " " + addr, Endpoint: evidence.Endpoint{Host: host, Addr: netip.MustParseAddr(addr)}, EHLO: ehlo}
}

func over(s evidence.Session, version, cipher string) evidence.Session {
	s.TLS.Version, s.TLS.Cipher = version, cipher
	return s
}

func failed(s evidence.Session, op evidence.Op, kind evidence.Kind) evidence.Session {
	s.Failure = evidence.Failure{Op: op, Kind: kind}
	return s
}

// dialogues are 17 sessions: 16 with a reply to EHLO or HELO, and one that came to
// nothing. The first is shared by names of two chunks.
func dialogues(t *testing.T) string {
	t.Helper()
	const aes, chacha = "TLS_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"
	shared := over(dialogue("mx1.net", "192.0.2.1", "250-mx1.net", "250-SIZE 1000", "250 STARTTLS"), "TLS1.3", aes)
	helo := failed(dialogue("mx6.net", "192.0.2.6", "502 what?"), "", "")
	helo.HELO = evidence.Reply{"250 mx6.net"}
	cut := dialogue("mx8.net", "192.0.2.8", "250-mx8.net", "250-SIZE 1000")
	cut.Truncated = true
	return snapshot(t, t.TempDir(), sinks.Manifest{}, "2026-11-22", []name{named("a.com").met(
		shared,
		over(dialogue("mx1.net", "192.0.2.2", "250-mx1.net", "250 starttls now"), "TLS1.2", chacha),
		failed(over(dialogue("mx3.net", "192.0.2.3", "250-mx3.net", "250 STARTTLS"), "TLS1.2", chacha), evidence.OpHandshake, evidence.KindAlert),
		failed(dialogue("mx3.net", "192.0.2.33", "250-mx3.net", "250 STARTTLS"), evidence.OpHandshake, evidence.KindEOF),
		dialogue("mx4.net", "192.0.2.4", "250-mx4.net", "250-STARTTLSX", "250 SIZE 1000"),
		dialogue("starttls", "192.0.2.44", "250-STARTTLS", "250 SIZE 1000"), // a server of that name
		failed(dialogue("mx5.net", "192.0.2.5", "250-mx5.net", "250 STARTTLS"), evidence.OpStartTLS, evidence.KindStatus),
		helo,
	)}, []name{named("b.com").met(
		shared,
		failed(dialogue("mx7.net", "192.0.2.7", "421 come back"), evidence.OpEHLO, evidence.KindStatus),
		cut,
		failed(dialogue("mx9.net", "192.0.2.9"), evidence.OpDial, evidence.KindRefused),
		dialogue("mxa.net", "198.51.100.1", "250-mxa.net", "250 XXXXXXXA"),
		dialogue("mxa.net", "198.51.100.2", "250-mxa.net", "250-XXXXXXXX", "250 SIZE 1000"),
		dialogue("mxa.net", "198.51.100.3", "250-mxa.net", "250-XXXXXXXA", "250 STARTTLS"), // another keyword was masked
		over(dialogue("mxa.net", "198.51.100.4", "250-mxa.net", "250 XXXXXXXXX"), "", ""),  // nine letters
		dialogue("mxa.net", "198.51.100.5", "250-mxa.net", "250 XXXXXXXB"),
		dialogue("mxb.net", "2001:db8:1::1", "250-mxb.net", "250-XXXXXXXC", "250 8BITMIME"),
	)})
}

func TestMetricsOfSessions(t *testing.T) {
	db := open(t, Options{}, dialogues(t))
	expect(t, db, research.DefaultThresholds(), map[string][]string{
		// Not offered: mx4, the server called starttls, mx6 after HELO, and of mxa and
		// mxb five; refused in EHLO or cut: mx7 and mx8.
		"dane20_f6":       {"not offered 8/16 ?2", "refused after the offer 1/16 ?2", "handshake failed 2/16 ?2"},
		"imc15_stripping": {"198.51.0.0/16 3/5 ?0", "2001:db8::/32 1/1 ?0"},
		"imc15_tls":       {"TLS1.2 TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 1/2 ?0", "TLS1.3 TLS_AES_128_GCM_SHA256 1/2 ?0"},
	})
}

// Six hosts of names with a record, one shared by three of them; and a host of a
// name without one.
func TestMetricsOfServers(t *testing.T) {
	yes, no := ptr(true), ptr(false)
	signals := func(v *analysis.Verdict) { v.RecordPresent = ptr(true) }
	db := open(t, Options{}, snapshot(t, t.TempDir(), sinks.Manifest{}, "2026-11-22", []name{
		named("a.com", signals, met("mx.shared.net", yes, yes)),
		named("b.com", signals, met("mx.shared.net", yes, yes), met("mx.plain.net", no, nil)),
		named("c.com", signals, met("mx.shared.net", nil, nil), met("mx.bad.net", yes, no)),
		named("d.com", signals, met("mx.half.net", yes, nil), met("mx.silent.net", nil, nil), met("mx.bad.net", yes, no)),
		named("e.com", signals, met("mx.old.net", no, yes)),
		named("f.com", met("mx.other.net", no, nil)),
	}))
	expect(t, db, research.DefaultThresholds(), map[string][]string{"sts_by_server": {
		"no STARTTLS that works 2/5 ?1 names=2",
		"bad certificate 1/3 ?2 names=2", // of plain nothing is to be told: it has none
		"good 1/4 ?2 names=3",            // neither plain, old nor bad
	}})
}
