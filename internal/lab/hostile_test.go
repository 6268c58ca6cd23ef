package lab

import (
	"crypto/x509"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"

	"stscan/internal/lab/memnet"
)

// TestHostileAnswers: the messages are wrong in the way they are said to be,
// and in no other.
func TestHostileAnswers(t *testing.T) {
	query := new(dns.Msg)
	query.SetQuestion("_mta-sts.example.com.", dns.TypeTXT)
	query.SetEdns0(udpSize, false)
	packed, err := query.Pack()
	if err != nil {
		t.Fatal(err)
	}
	unread := func(m *dns.Msg, raw []byte) bool { return m.Unpack(raw) != nil }
	for fault, wrong := range map[DNSFault]func(m *dns.Msg, raw []byte) bool{
		DNSWrongName: func(m *dns.Msg, raw []byte) bool {
			return m.Unpack(raw) == nil && m.Question[0].Name == elsewhereName && m.Id == query.Id && len(m.Answer) == 1
		},
		DNSWrongID: func(m *dns.Msg, raw []byte) bool {
			return m.Unpack(raw) == nil && m.Question[0] == query.Question[0] && m.Id != query.Id && len(m.Answer) == 1
		},
		DNSTwoNames: func(m *dns.Msg, raw []byte) bool { return m.Unpack(raw) == nil && len(m.Question) == 2 },
		DNSEcho:     func(m *dns.Msg, raw []byte) bool { return m.Unpack(raw) == nil && !m.Response && len(m.Answer) == 1 },
		DNSForged:   func(m *dns.Msg, raw []byte) bool { return m.Unpack(raw) == nil && len(m.Answer) == 1 },
		DNSShort:    func(m *dns.Msg, raw []byte) bool { return len(raw) == 3 && binary.BigEndian.Uint16(raw) == query.Id },
		DNSCut:      unread, DNSBadLength: unread, DNSOwnerLoop: unread, DNSTargetLoop: unread,
		DNSMissing: func(m *dns.Msg, raw []byte) bool { return binary.BigEndian.Uint16(raw[answerCount:]) == 1000 },
		DNSNXRecords: func(m *dns.Msg, raw []byte) bool {
			return m.Unpack(raw) == nil && m.Rcode == dns.RcodeNameError && len(m.Answer) == 1
		},
		DNSOtherOwner: func(m *dns.Msg, raw []byte) bool {
			return m.Unpack(raw) == nil && m.Answer[0].Header().Name == elsewhereName
		},
		DNSHugeTTL:     func(m *dns.Msg, raw []byte) bool { return m.Unpack(raw) == nil && m.Answer[0].Header().Ttl > 1<<31 },
		DNSTCPTruncate: func(m *dns.Msg, raw []byte) bool { return m.Unpack(raw) == nil && m.Truncated && len(m.Answer) == 0 },
		DNSLoopShown: func(m *dns.Msg, raw []byte) bool {
			return m.Unpack(raw) == nil && m.Rcode == dns.RcodeSuccess && m.Answer[0].(*dns.CNAME).Target == query.Question[0].Name
		},
	} {
		s := scenario("x", "", "X.", enforced(), record(Record{TXT: []string{goodRecord}, Fault: fault}))
		w, err := New(Config{Assign: map[string]*Scenario{"example.com": &s}})
		if err != nil {
			t.Fatal(err)
		}
		raw, told := w.respond(packed, true)
		if told != fault && fault != DNSLoopShown || !wrong(new(dns.Msg), raw) {
			t.Errorf("%s: %q with %x", fault, told, raw)
		}
		w.Close()
	}
}

// TestStreams: in simulated time, so that pauses are exact.
func TestStreams(t *testing.T) {
	for name, test := range map[string]struct {
		stream Stream
		want   string
		takes  time.Duration
		on     bool
	}{
		"head":          {Stream{Head: "abc"}, "abc", 0, true},
		"drip":          {Stream{Head: "abc", Drip: time.Second}, "abc", 3 * time.Second, true},
		"repeat":        {Stream{Head: "a", Repeat: "bc", Times: 3}, "abcbcbc", 0, true},
		"many":          {Stream{Repeat: "x", Times: 10_000}, strings.Repeat("x", 10_000), 0, true},
		"paused":        {Stream{Repeat: "x", Times: 5, Pause: time.Minute}, "xxxxx", 5 * time.Minute, true},
		"close":         {Stream{Head: "a", Then: ThenClose}, "a", 0, false},
		"nothing to do": {Stream{}, "", 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, err := New(Config{})
				if err != nil {
					t.Fatal(err)
				}
				defer w.Close()
				at := netip.AddrPortFrom(netip.IPv6Loopback(), 1)
				client, server := memnet.Pipe(at, at)
				var on bool
				start := time.Now()
				w.serve(server, func(c net.Conn) { on = w.play(c, c, test.stream) })
				got, err := io.ReadAll(client)
				if took := time.Since(start); string(got) != test.want || took != test.takes || err != nil {
					t.Errorf("got %.40q after %v, %v", got, took, err)
				}
				if synctest.Wait(); on != test.on {
					t.Errorf("goes on: %v", on)
				}
			})
		})
	}
}

// TestHostileCertificates: the chains are what they are said to be.
func TestHostileCertificates(t *testing.T) {
	const host = "mx1.example.com"
	p, err := newPKI(1, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	size := func(chain [][]byte) (n int) {
		for _, c := range chain {
			n += len(c)
		}
		return n
	}
	const message = 64 << 10 // the longest handshake message of TLS libraries
	for kind, as := range map[Cert]func(chain [][]byte, leaf *x509.Certificate) bool{
		CertHugeChain:    func(chain [][]byte, _ *x509.Certificate) bool { return size(chain) > message },
		CertLongChain:    func(chain [][]byte, _ *x509.Certificate) bool { return len(chain) == 102 && size(chain) < message },
		CertBuriedIssuer: func(chain [][]byte, _ *x509.Certificate) bool { return len(chain) == 102 && size(chain) < message },
		CertManyNames: func(chain [][]byte, leaf *x509.Certificate) bool {
			return size(chain) > message && len(leaf.DNSNames) == 10_001
		},
		CertSomeNames: func(chain [][]byte, leaf *x509.Certificate) bool {
			return size(chain) < message && len(leaf.DNSNames) == 2001
		},
		CertGarbage:        func(_ [][]byte, leaf *x509.Certificate) bool { return leaf == nil },
		CertNegativeSerial: func(_ [][]byte, leaf *x509.Certificate) bool { return leaf == nil },
		CertIssuerLoop:     func(chain [][]byte, _ *x509.Certificate) bool { return len(chain) == 3 },
		CertDecoys:         func(chain [][]byte, _ *x509.Certificate) bool { return len(chain) == 31 },
	} {
		cert, err := p.certificate(host, kind)
		if err != nil {
			t.Fatal(err)
		}
		leaf, err := x509.ParseCertificate(cert.Certificate[0])
		if err != nil {
			leaf = nil
		}
		if !as(cert.Certificate, leaf) || leaf != nil && leaf.VerifyHostname(host) != nil {
			t.Errorf("%s: %d certificates, %d bytes, leaf read: %v", kind, len(cert.Certificate), size(cert.Certificate), err)
		}
		if kind == CertNegativeSerial && (err == nil || !strings.Contains(err.Error(), "negative serial")) {
			t.Errorf("a negative serial number: %v", err)
		}
	}
}
