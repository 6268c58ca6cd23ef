package lab

import (
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/hex"
	"testing"

	"github.com/miekg/dns"
)

// Who wants AD gets it where all of an answer is from signed zones. Which zones
// those are hangs on the hash of names, which never changes: web.example and
// nx.example are signed, a.example is not, alpha-mail.test is, alpha-sts.test is not.
func TestAuthenticatedData(t *testing.T) {
	w := assigned(t, map[string]*Scenario{
		"web.example": plainOne, "a.example": plainOne, "www.web.example": plainOne, "www.a.example": plainOne,
		"nx.example": faulty(DNSNXDomain), "e.example": faulty(DNSBogus), "b.web.example": delegated, "c.web.example": faulty(DNSBogus), "d.web.example": faulty(DNSServFail),
	})
	for _, c := range []struct {
		name, qtype string
		want        bool
	}{
		{"web.example", "MX", true},
		{"www.web.example", "MX", true},
		{"_mta-sts.web.example", "TXT", true},
		{"web.example", "SRV", true}, // no data
		{"e.example", "MX", true},    // what fails validation is signed
		{"a.example", "MX", false},
		{"www.a.example", "MX", false},
		{"mx1.a.example", "CNAME", false},
		{"mx1.alpha-mail.test", "A", true},
		{"nobody.alpha-mail.test", "A", true},
		{"mta-sts.nx.example", "A", true},        // an alias that leads nowhere, in one zone
		{"mta-sts.b.web.example", "A", false},    // an alias in a signed zone
		{"unknown.example", "MX", true},          // example has no such zone
		{"mail.corp.invalid", "A", true},         // nor has the root
		{"_mta-sts.c.web.example", "TXT", false}, // SERVFAIL
		{"_mta-sts.d.web.example", "TXT", false},
		{"example", "DS", true}, // the root is signed
		{"a.example", "DS", true},
		{"web.example", "DS", true},
		{"www.a.example", "DS", false},
	} {
		for form, change := range map[string]func(*dns.Msg){
			"DO": nil,
			"AD": func(m *dns.Msg) { m.Extra, m.AuthenticatedData = nil, true },
		} {
			if m := askOver(t, w, "udp", c.name, c.qtype, change); m.AuthenticatedData != c.want {
				t.Errorf("%s %s with %s: AD %v", c.name, c.qtype, form, m.AuthenticatedData)
			}
		}
		for form, change := range map[string]func(*dns.Msg){
			"neither": func(m *dns.Msg) { m.Extra = nil },
			"CD":      func(m *dns.Msg) { m.CheckingDisabled = true },
		} {
			if m := askOver(t, w, "udp", c.name, c.qtype, change); m.AuthenticatedData {
				t.Errorf("%s %s with %s: AD", c.name, c.qtype, form)
			}
		}
	}
}

// There is a DS exactly where there are signatures; of an algorithm that nobody
// uses, it makes no zone secure.
func TestDelegationSigner(t *testing.T) {
	w := newTestWorld(t, presetDemo)
	const n = 20_000
	seen := map[security]int{}
	for i := range n {
		name := synthName(1, i)
		var algorithm uint8
		for _, rr := range w.Answer(questionWithDO(name, dns.TypeDS), false).Answer {
			algorithm = rr.(*dns.DS).Algorithm
		}
		ad := w.Answer(questionWithDO(name, dns.TypeTXT), false).AuthenticatedData
		exists := !w.deployment(name).Apex.NXDomain
		want := map[security]uint8{signedZone: dns.ECDSAP256SHA256, unsupportedZone: dns.ECCGOST}[w.security(name)]
		if exists && (algorithm != want || ad != (w.security(name) == signedZone)) {
			t.Fatalf("%s: DS of algorithm %d, AD %v, security %d", name, algorithm, ad, w.security(name))
		}
		seen[w.security(name)]++
	}
	if s := seen[signedZone]; s < n*24/100 || s > n*26/100 {
		t.Errorf("%d of %d zones are signed, want a quarter", s, n)
	}
	if s := seen[unsupportedZone]; s < n/200 || s > n/50 {
		t.Errorf("%d of %d zones are signed by an unknown algorithm, want one in a hundred", s, n)
	}
}

// The worlds by which the size of a snapshot is measured have no DNSSEC.
func TestOnePercentIsUnsigned(t *testing.T) {
	for _, preset := range []string{presetOnePercent, presetWild} {
		w := newTestWorld(t, preset)
		for i := range 500 {
			for _, q := range []*dns.Msg{
				questionWithDO(synthName(1, i), dns.TypeMX), questionWithDO(synthName(1, i), dns.TypeDS), questionWithDO("com", dns.TypeDS),
				questionWithDO("_25._tcp."+alphaHost, dns.TypeTLSA),
			} {
				if m := w.Answer(q, false); m != nil && (m.AuthenticatedData || len(m.Answer) > 0 && q.Question[0].Qtype != dns.TypeMX) {
					t.Fatalf("%s: %v", preset, m)
				}
			}
		}
	}
}

// Of every way to publish TLSA, what it says of itself is so: the certificates that
// hosts present are compared with the records here, by RFC 6698 section 2.1.
func TestTLSARecordsAreWhatTheySay(t *testing.T) {
	w := newTestWorld(t, presetDemo)
	left := 1000
	for i, way := range w.tlsa {
		left -= way.share
		for _, kind := range []Cert{CertGood, CertWildcard} {
			shown, err := w.pki.certificate("mx1.example.com", kind)
			if err != nil {
				t.Fatal(err)
			}
			usable, matches := false, false
			for _, r := range way.records {
				at := map[uint8]int{2: 1, 3: 0} // the issuer, or the leaf
				place, smtp := at[r.usage]
				if !smtp {
					continue
				}
				usable = true
				cert, err := x509.ParseCertificate(shown.Certificate[place])
				if err != nil {
					t.Fatal(err)
				}
				sum := sha256.Sum256(cert.RawSubjectPublicKeyInfo)
				digest := sum[:]
				if r.matching == 2 {
					sum := sha512.Sum512(cert.RawSubjectPublicKeyInfo)
					digest = sum[:]
				}
				matches = matches || hex.EncodeToString(digest) == r.data
			}
			if usable != way.usable || matches != way.matches {
				t.Errorf("way %d: usable %v, matches %v, and says %v, %v", i, usable, matches, way.usable, way.matches)
			}
		}
	}
	if left < 0 {
		t.Errorf("more than a thousand of a thousand hosts are dealt TLSA records")
	}
}

// TLSA records stand below hosts that are in order, and nowhere else.
func TestTLSAIsAnswered(t *testing.T) {
	w := assigned(t, map[string]*Scenario{
		"a.example": plainOne,
		"b.example": {Name: "alias", MX: []MX{{Host: "mx1.delta-mail.test", CNAME: []string{"end.delta-mail.test"}, Servers: []MailServer{{}}}}},
		"c.example": {Name: "broken", MX: []MX{{Host: "mx2.delta-mail.test", Servers: []MailServer{{}, {NoStartTLS: true}}}}},
		"d.example": {Name: "fine", MX: []MX{{Host: "mx3.delta-mail.test", Servers: []MailServer{{}}}}},
	})
	for host, want := range map[string]int{
		"mx1.alpha-mail.test": 1, "mx9.alpha-mail.test": 0, "mx1.delta-mail.test": 0, "end.delta-mail.test": 0, "mx2.delta-mail.test": 0, "mx3.delta-mail.test": 1,
	} {
		m := askOver(t, w, "udp", "_25._tcp."+host, "TLSA", nil)
		if len(m.Answer) != want || m.Rcode != map[int]int{0: dns.RcodeNameError, 1: dns.RcodeSuccess}[want] {
			t.Errorf("%s: %s", host, brief(m))
		}
		if signed := host != "mx3.delta-mail.test"; want > 0 && m.AuthenticatedData != signed {
			t.Errorf("%s: AD %v", host, m.AuthenticatedData)
		}
	}
	if got := brief(askOver(t, w, "udp", "_25._tcp.mx1.alpha-mail.test", "TXT", nil)); got != "NOERROR; alpha-mail.test. SOA" {
		t.Errorf("TXT beside TLSA: %s", got)
	}
}

func newTestWorld(t *testing.T, preset string) *World {
	t.Helper()
	w, err := New(Config{Seed: 1, Preset: preset})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

func questionWithDO(name string, typ uint16) *dns.Msg {
	m := new(dns.Msg)
	return m.SetQuestion(dns.Fqdn(name), typ).SetEdns0(udpSize, true)
}
