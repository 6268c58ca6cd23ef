package resolver

import (
	"net/netip"
	"testing"
	"testing/synctest"

	"github.com/miekg/dns"

	"stscan/internal/evidence"
)

// sounding makes a handler whose reply is changed before it is sent.
func sounding(change func(*dns.Msg)) handler {
	return func(_ string, query *dns.Msg) []packet {
		m := replyTo(query, dns.RcodeSuccess, `example.com. 300 IN TXT "v=spf1 -all"`)
		m.SetEdns0(4096, true)
		change(m)
		return sends(m)
	}
}

// A reply shows what its server does.
func TestSound(t *testing.T) {
	for _, c := range []struct {
		name      string
		change    func(*dns.Msg)
		transport string
		recursion bool
		cut       bool
		edns      uint16
		failed    evidence.Kind
		records   int
	}{
		{"as it should be", func(*dns.Msg) {}, evidence.TransportUDP, true, false, 4096, "", 1},
		{"over TCP", func(*dns.Msg) {}, evidence.TransportTCP, true, false, 4096, "", 1},
		{"no EDNS", func(m *dns.Msg) { m.Extra = nil }, evidence.TransportUDP, true, false, 0, "", 1},
		{"EDNS of size 0", func(m *dns.Msg) { m.IsEdns0().SetUDPSize(0) }, evidence.TransportUDP, true, false, 512, "", 1},
		{"no recursion", func(m *dns.Msg) { m.RecursionAvailable = false }, evidence.TransportUDP, false, false, 4096, "", 1},
		{"cut", func(m *dns.Msg) { m.Truncated = true }, evidence.TransportUDP, true, true, 0, "", 0},
		{"refused", func(m *dns.Msg) { m.Answer, m.Rcode = nil, dns.RcodeRefused }, evidence.TransportUDP, true, false, 4096, evidence.KindStatus, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(map[netip.AddrPort]handler{addrA: sounding(c.change), addrB: silent})
			r := open(t, w, nil, addrA, addrB)
			s := r.Sound(t.Context(), txt("example.com"), c.transport)
			if s.Recursion != c.recursion || s.Cut != c.cut || s.EDNS != c.edns || s.Failure.Kind != c.failed || len(s.Records) != c.records ||
				s.Server != addrA.String() || s.Transport != c.transport || s.Span.Tries != 1 {
				t.Errorf("%+v", s)
			}
			other := map[string]string{evidence.TransportUDP: evidence.TransportTCP, evidence.TransportTCP: evidence.TransportUDP}[c.transport]
			if w.count(c.transport, addrA, "example.com", "TXT") != 1 || w.count(other, addrA, "example.com", "TXT") != 0 {
				t.Errorf("asked %v", w.asked)
			}
		})
	}
}

// Nobody is asked twice, whatever comes.
func TestSoundAsksOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(map[netip.AddrPort]handler{addrA: silent, addrB: answers(dns.RcodeSuccess)})
		r := open(t, w, nil, addrA, addrB)
		s := r.Sound(t.Context(), txt("example.com"), evidence.TransportUDP)
		if s.Failure.Kind != evidence.KindTimeout || s.RCode != "" || s.Span.Duration < DefaultTimeout || s.Span.Duration > DefaultTimeout+2*tick {
			t.Errorf("%+v", s)
		}
		if w.count("udp", addrA, "example.com", "TXT") != 1 || w.count("udp", addrB, "example.com", "TXT") != 0 {
			t.Errorf("asked %v", w.asked)
		}
		if s := r.Sound(t.Context(), txt("no name at all"), evidence.TransportUDP); !s.Failure.Failed() {
			t.Errorf("%+v", s)
		}
	})
}
