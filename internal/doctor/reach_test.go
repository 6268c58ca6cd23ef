package doctor

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"

	"stscan/internal/evidence"
)

var (
	ours4 = netip.MustParseAddr("203.0.112.5")
	ours6 = netip.MustParseAddr("2600::5")
)

// mailZone has two domains with a mail server and a policy host each, over both families.
func mailZone() zone {
	return zone{
		"MX a.example": {"20 mx2.a.example.", "10 MX1.a.example."}, "MX b.example": {"10 mx.b.example."},
		"A mx1.a.example": {"20.1.0.1", "20.1.0.2"}, "AAAA mx1.a.example": {"2600:1::1"},
		"A mx.b.example": {"20.2.0.1"}, "AAAA mx.b.example": {"2600:2::1"},
		"A mta-sts.a.example": {"20.1.0.8"}, "AAAA mta-sts.a.example": {"2600:1::8"},
		"A mta-sts.b.example": {"20.2.0.8"}, "AAAA mta-sts.b.example": {},
	}
}

func failed(op evidence.Op, kind evidence.Kind) evidence.Failure {
	return evidence.Failure{Op: op, Kind: kind}
}

// well is a session as it should be.
func well(t Target) evidence.Session {
	return evidence.Session{
		Endpoint: evidence.Endpoint{Host: t.Host, Addr: t.Addr}, Greeting: evidence.Reply{"220 " + t.Host + " ESMTP"},
		EHLO: evidence.Reply{"250-" + t.Host, "250 STARTTLS"}, StartTLS: evidence.Reply{"220 go"},
	}
}

// world is what the probes of a test meet, and whom they met.
type world struct {
	mu   sync.Mutex
	met  []Target
	zone zone
	mail func(Target) evidence.Session
	web  func(evidence.Endpoint) evidence.PolicyFetch
}

func (w *world) config() *Config {
	return &Config{
		Domains: []string{"a.example", "b.example"}, SMTPPort: 25, HTTPSPort: 443, IPv4: ours4, IPv6: ours6,
		Lookup: w.zone.lookup,
		Meet: func(_ context.Context, t Target) evidence.Session {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.met = append(w.met, t)
			return w.mail(t)
		},
		Fetch: func(_ context.Context, e evidence.Endpoint) evidence.PolicyFetch {
			f := w.web(e)
			f.Endpoint = e
			return f
		},
		Faults: func(f evidence.PolicyFetch) []string {
			if len(f.TLS.Chain) > 0 && f.TLS.Chain[0].SHA256 == "proxy" {
				return []string{"untrusted"}
			}
			return nil
		},
	}
}

func spoken(evidence.Endpoint) evidence.PolicyFetch {
	return evidence.PolicyFetch{Status: 200, TLS: evidence.TLS{Version: "TLS1.3", Chain: []evidence.Certificate{{SHA256: "own"}}}}
}

func newFakes() *world { return &world{zone: mailZone(), mail: well, web: spoken} }

// Where everything is let out, everything is in order but the clock, of which
// nobody tells; each server is met once an address family, the preferred one.
func TestReached(t *testing.T) {
	w := newFakes()
	found := w.config().reach(t.Context())
	for _, f := range found {
		if f.Check != CheckClock {
			expect(t, f, StateOK)
		}
	}
	expect(t, the(t, found, CheckSMTP, "IPv4"), StateOK, "2 of 2 mail servers accepted a connection to port 25, 2 greeted")
	expect(t, the(t, found, CheckHTTPS, "IPv6"), StateOK, "1 of 1 policy hosts")
	expect(t, the(t, found, CheckIPv6, ""), StateOK, "2600::5; 3 of 3")
	var met []string
	for _, m := range w.met {
		met = append(met, m.Host+" "+netip.AddrPortFrom(m.Addr, m.Port).String())
	}
	slices.Sort(met)
	want := []string{"mx.b.example 20.2.0.1:25", "mx.b.example [2600:2::1]:25", "mx1.a.example 20.1.0.1:25", "mx1.a.example [2600:1::1]:25"}
	if !slices.Equal(met, want) {
		t.Errorf("met %q, want %q", met, want)
	}
}

// What keeps mail servers from being reached, and what is said of it.
func TestMailOut(t *testing.T) {
	ends := func(f evidence.Failure) func(Target) evidence.Session {
		return func(t Target) evidence.Session {
			return evidence.Session{Endpoint: evidence.Endpoint{Host: t.Host, Addr: t.Addr}, Failure: f}
		}
	}
	over6 := func(f evidence.Failure) func(Target) evidence.Session {
		return func(t Target) evidence.Session {
			if t.Addr.Is6() {
				return ends(f)(t)
			}
			return well(t)
		}
	}
	says := func(change func(*evidence.Session)) func(Target) evidence.Session {
		return func(t Target) evidence.Session { s := well(t); change(&s); return s }
	}
	refused := func(s *evidence.Session) {
		s.Greeting, s.EHLO, s.StartTLS = evidence.Reply{"554 5.7.1 listed at blocks.example"}, nil, nil
		s.Failure = failed(evidence.OpGreet, evidence.KindStatus)
	}
	for _, c := range []struct {
		name  string
		mail  func(Target) evidence.Session
		check Check
		about string
		state State
		says  []string
	}{
		{"blocked", ends(failed(evidence.OpDial, evidence.KindTimeout)), CheckSMTP, "IPv4", StateFailure,
			[]string{"none of 2", "port 25 (timeout 2)", "blocked", "--probe-mx none"}},
		{"rejected", ends(failed(evidence.OpDial, evidence.KindRefused)), CheckSMTP, "IPv6", StateFailure, []string{"refused 2", "--probe-mx none"}},
		{"blocked over IPv6 alone", over6(failed(evidence.OpDial, evidence.KindTimeout)), CheckSMTP, "IPv6", StateFailure, []string{"timeout 2"}},
		{"and not over IPv4", over6(failed(evidence.OpDial, evidence.KindTimeout)), CheckSMTP, "IPv4", StateOK, nil},
		{"no route", ends(failed(evidence.OpDial, evidence.KindNoRoute)), CheckSMTP, "IPv4", StateFailure, []string{"no route"}},
		{"opted out", ends(failed(evidence.OpDial, evidence.KindOptedOut)), CheckSMTP, "IPv4", StateUnknown, []string{"opted_out 2"}},
		{"no time left", ends(failed(evidence.OpDial, evidence.KindBudget)), CheckSMTP, "IPv4", StateUnknown, []string{"no time was left"}},
		{"slow to greet", ends(failed(evidence.OpGreet, evidence.KindTimeout)), CheckSMTP, "IPv4", StateUnknown, []string{"none greeted in time"}},
		{"swallowed", ends(failed(evidence.OpGreet, evidence.KindEOF)), CheckSMTP, "IPv4", StateFailure, []string{"none greeted"}},
		{"answered by another", says(func(s *evidence.Session) { s.Greeting = evidence.Reply{"220 proxy.example ready"} }), CheckSMTP, "IPv4", StateWarning, []string{"proxy.example"}},
		{"refused by all", says(refused), CheckReputation, "IPv4", StateFailure, []string{"every", "listed at blocks.example"}},
		{"refused by all is not blocked", says(refused), CheckSMTP, "IPv4", StateOK, nil},
		{"refused by one", says(func(s *evidence.Session) {
			if s.Endpoint.Host == "mx.b.example" {
				refused(s)
			}
		}), CheckReputation, "IPv4", StateWarning, []string{"1 of 2", "mx.b.example: 554"}},
		{"masked", says(func(s *evidence.Session) {
			s.EHLO, s.StartTLS = evidence.Reply{"250-mx", "250 XXXXXXXA"}, nil
		}), CheckSTARTTLS, "IPv4", StateFailure, []string{"masked", "XXXXXXXA"}},
		{"taken out", says(func(s *evidence.Session) { s.EHLO, s.StartTLS = evidence.Reply{"250 mx"}, nil }), CheckSTARTTLS, "IPv4", StateFailure, []string{"0 of 2"}},
		{"missing at one", says(func(s *evidence.Session) {
			if s.Endpoint.Host == "mx.b.example" {
				s.EHLO, s.StartTLS = evidence.Reply{"250 mx"}, nil
			}
		}), CheckSTARTTLS, "IPv4", StateWarning, []string{"1 of 2"}},
		{"nobody answers EHLO", says(func(s *evidence.Session) {
			s.EHLO, s.StartTLS, s.Failure = nil, nil, failed(evidence.OpEHLO, evidence.KindEOF)
		}), CheckSTARTTLS, "IPv4", StateUnknown, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newFakes()
			w.mail = c.mail
			expect(t, the(t, w.config().reach(t.Context()), c.check, c.about), c.state, c.says...)
		})
	}
}

// The same of policy hosts, whose certificates tell of proxies, and of IPv6 as such.
func TestWebOut(t *testing.T) {
	ends := func(f evidence.Failure) func(evidence.Endpoint) evidence.PolicyFetch {
		return func(evidence.Endpoint) evidence.PolicyFetch { return evidence.PolicyFetch{Failure: f} }
	}
	shows := func(host string) func(evidence.Endpoint) evidence.PolicyFetch {
		return func(e evidence.Endpoint) evidence.PolicyFetch {
			f := spoken(e)
			if strings.HasSuffix(e.Host, host) {
				f.TLS.Chain = []evidence.Certificate{{SHA256: "proxy"}}
			}
			return f
		}
	}
	for _, c := range []struct {
		name  string
		web   func(evidence.Endpoint) evidence.PolicyFetch
		check Check
		about string
		state State
		says  []string
	}{
		{"blocked", ends(failed(evidence.OpDial, evidence.KindTimeout)), CheckHTTPS, "IPv4", StateFailure, []string{"port 443 (timeout 2)"}},
		{"no route", ends(failed(evidence.OpDial, evidence.KindNoRoute)), CheckHTTPS, "IPv6", StateFailure, []string{"no route"}},
		{"no TLS", ends(failed(evidence.OpHandshake, evidence.KindEOF)), CheckHTTPS, "IPv4", StateFailure, []string{"none spoke TLS"}},
		{"opted out", ends(failed(evidence.OpDial, evidence.KindOptedOut)), CheckHTTPS, "IPv4", StateUnknown, []string{"opted_out 2"}},
		{"no certificates", ends(failed(evidence.OpHandshake, evidence.KindEOF)), CheckCerts, "", StateUnknown, nil},
		{"proxy", shows(""), CheckCerts, "", StateFailure, []string{"all 3", "untrusted", "proxy"}},
		{"one untrusted", shows("b.example"), CheckCerts, "", StateWarning, []string{"1 of 3", "mta-sts.b.example (untrusted)"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newFakes()
			w.web = c.web
			expect(t, the(t, w.config().reach(t.Context()), c.check, c.about), c.state, c.says...)
		})
	}
}

func TestIPv6(t *testing.T) {
	none := func(t Target) evidence.Session {
		return evidence.Session{Endpoint: evidence.Endpoint{Host: t.Host, Addr: t.Addr}, Failure: failed(evidence.OpDial, evidence.KindTimeout)}
	}
	for _, c := range []struct {
		name  string
		ours  netip.Addr
		dead  bool
		zone  zone
		state State
		says  []string
		tried int // families
	}{
		{"no route", netip.Addr{}, false, mailZone(), StateWarning, []string{"no route", "ipv6_unavailable"}, 1},
		{"a local address", netip.MustParseAddr("fd00::5"), false, mailZone(), StateFailure, []string{"fd00::5", "unique local"}, 1},
		{"nobody is reached", ours6, true, mailZone(), StateFailure, []string{"none of 3", "timeout 3"}, 2},
		{"nobody has it", ours6, false, zone{"MX a.example": {"1 mx.a.example."}, "A mx.a.example": {"20.1.0.1"}}, StateUnknown, []string{"--target"}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newFakes()
			w.zone = c.zone
			if c.dead {
				w.mail = none
				w.web = func(evidence.Endpoint) evidence.PolicyFetch {
					return evidence.PolicyFetch{Failure: failed(evidence.OpDial, evidence.KindTimeout)}
				}
			}
			cfg := w.config()
			cfg.IPv6 = c.ours
			found := cfg.reach(t.Context())
			expect(t, the(t, found, CheckIPv6, ""), c.state, c.says...)
			families := 0
			for _, f := range found {
				if f.Check == CheckSMTP {
					families++
				}
			}
			if families != c.tried {
				t.Errorf("%d families were tried, want %d", families, c.tried)
			}
		})
	}
}

// A connect that our own time cut short is no block.
func TestNoTimeLeft(t *testing.T) {
	w := newFakes()
	ctx, cancel := context.WithCancel(t.Context())
	w.mail = func(t Target) evidence.Session {
		cancel()
		return evidence.Session{Endpoint: evidence.Endpoint{Host: t.Host, Addr: t.Addr}, Failure: failed(evidence.OpDial, evidence.KindTimeout)}
	}
	expect(t, the(t, w.config().reach(ctx), CheckSMTP, "IPv4"), StateUnknown, "no time was left")
}

// A target stands in place of the domains' mail servers, by name or by address,
// at the port that was given.
func TestTargets(t *testing.T) {
	w := newFakes()
	cfg := w.config()
	cfg.Targets = []Target{{Host: "mx.b.example", Port: 26}, {Addr: netip.MustParseAddr("20.9.0.9"), Port: 27}}
	found := cfg.reach(t.Context())
	expect(t, the(t, found, CheckSMTP, "IPv4"), StateOK, "2 of 2 mail servers", "port 26")
	var met []string
	for _, m := range w.met {
		met = append(met, netip.AddrPortFrom(m.Addr, m.Port).String())
	}
	slices.Sort(met)
	if want := []string{"20.2.0.1:26", "20.9.0.9:27", "[2600:2::1]:26"}; !slices.Equal(met, want) {
		t.Errorf("met %q, want %q", met, want)
	}
}

// What has no address is said to be so, and nobody is blamed.
func TestNoAddress(t *testing.T) {
	w := newFakes()
	w.zone = zone{"MX a.example": {"!"}, "MX b.example": {"0 ."}, "A mta-sts.a.example": {}}
	found := w.config().reach(t.Context())
	expect(t, the(t, found, CheckSMTP, "IPv4"), StateUnknown, "MX a.example: timeout", "MX b.example")
	expect(t, the(t, found, CheckHTTPS, "IPv4"), StateUnknown, "mta-sts.b.example: NXDOMAIN")
}

func TestParseTarget(t *testing.T) {
	for _, c := range []struct {
		in   string
		want Target
	}{
		{"mx.example.com", Target{Host: "mx.example.com", Port: 25}},
		{"mx.example.com:2525", Target{Host: "mx.example.com", Port: 2525}},
		{"192.0.2.1", Target{Addr: netip.MustParseAddr("192.0.2.1"), Port: 25}},
		{"192.0.2.1:26", Target{Addr: netip.MustParseAddr("192.0.2.1"), Port: 26}},
		{"2001:db8::1", Target{Addr: netip.MustParseAddr("2001:db8::1"), Port: 25}},
		{"[2001:db8::1]", Target{Addr: netip.MustParseAddr("2001:db8::1"), Port: 25}},
		{"[2001:db8::1]:26", Target{Addr: netip.MustParseAddr("2001:db8::1"), Port: 26}},
	} {
		if got, err := ParseTarget(c.in, 25); err != nil || got != c.want {
			t.Errorf("%s: %+v %v, want %+v", c.in, got, err, c.want)
		}
	}
	for _, bad := range []string{"", ":25", "mx.example.com:", "mx.example.com:0", "mx.example.com:65536", "mx:a:b", "[2001:db8::1"} {
		if got, err := ParseTarget(bad, 25); err == nil {
			t.Errorf("%q: %+v", bad, got)
		}
	}
}
