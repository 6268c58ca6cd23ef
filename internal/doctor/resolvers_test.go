package doctor

import (
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"

	"stscan/internal/evidence"
	"stscan/internal/lab"
)

// examined is what is found of the resolver of a world behind a meddler.
func examined(t *testing.T, cfg lab.Config, meddle meddler) []Finding {
	t.Helper()
	world := newWorld(t, cfg)
	dial := world.Dial
	if meddle != nil {
		dial = through(world, meddle)
	}
	c := Config{
		Resolvers: []netip.AddrPort{world.Resolver()}, DialDNS: dial,
		Domains: []string{goodDomain, otherDomain}, Signed: "com", Bogus: []string{bogusDomain},
	}
	return c.resolvers(t.Context())
}

// A resolver as it should be: every check is in order, and tells of this resolver.
func TestGoodResolver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		found := examined(t, lab.Config{Seed: 1, Latency: 100 * evidence.Tick}, nil)
		if len(found) != 6 {
			t.Errorf("%d findings", len(found))
		}
		for _, f := range found {
			expect(t, f, StateOK)
			if f.About != "20.0.0.53:53" {
				t.Errorf("about %s", f.About)
			}
		}
		expect(t, the(t, found, CheckResolver, ""), StateOK, "4 questions were answered, half of them within 102ms")
		expect(t, the(t, found, CheckEDNS, ""), StateOK, "1232 octets")
		expect(t, the(t, found, CheckDNSSEC, ""), StateOK, "bogus.example")
	})
}

// of reports questions for this type and, if one is given, name.
func of(q *dns.Msg, rrtype uint16, suffix string) bool {
	return q.Question[0].Qtype == rrtype && strings.HasSuffix(q.Question[0].Name, suffix)
}

// Resolvers that are not, each in its own way.
func TestBadResolvers(t *testing.T) {
	rcode := func(rcode int) meddler {
		return func(_, a *dns.Msg, _ bool) *dns.Msg {
			a.Answer, a.Ns, a.Rcode, a.AuthenticatedData = nil, nil, rcode, false
			return a
		}
	}
	for _, c := range []struct {
		name   string
		meddle meddler
		check  Check
		state  State
		says   []string
	}{
		{"silent", func(_, _ *dns.Msg, _ bool) *dns.Msg { return nil }, CheckResolver, StateFailure, []string{"none of 4 questions got a reply", "timeout", "--resolver"}},
		{"refuses", rcode(dns.RcodeRefused), CheckResolver, StateFailure, []string{"none of 4 questions was answered", "REFUSED"}},
		{"fails", rcode(dns.RcodeServerFailure), CheckResolver, StateFailure, []string{"SERVFAIL"}},
		{"knows a network of its own", rcode(dns.RcodeNameError), CheckResolver, StateFailure, []string{"no record of good.example, other.example"}},
		{"no answer to one", func(q, a *dns.Msg, _ bool) *dns.Msg {
			if of(q, dns.TypeMX, "good.example.") {
				return nil
			}
			return a
		}, CheckResolver, StateWarning, []string{"3 of 4", "MX good.example: timeout"}},
		{"makes up addresses", func(q, a *dns.Msg, _ bool) *dns.Msg {
			if of(q, dns.TypeA, "") && a.Rcode == dns.RcodeNameError {
				rr, _ := dns.NewRR(q.Question[0].Name + " 60 IN A 198.51.100.7")
				a.Rcode, a.Ns, a.Answer = dns.RcodeSuccess, nil, []dns.RR{rr}
			}
			return a
		}, CheckNXDomain, StateFailure, []string{"198.51.100.7"}},
		{"denies without NXDOMAIN", func(q, a *dns.Msg, _ bool) *dns.Msg {
			if of(q, dns.TypeA, "") {
				a.Rcode = dns.RcodeSuccess
			}
			return a
		}, CheckNXDomain, StateWarning, []string{"says that it exists"}},
		{"cannot tell what is absent", func(q, a *dns.Msg, _ bool) *dns.Msg {
			if of(q, dns.TypeA, "") {
				return nil
			}
			return a
		}, CheckNXDomain, StateUnknown, []string{"timeout"}},
		{"no TCP", func(_, a *dns.Msg, tcp bool) *dns.Msg {
			if tcp {
				return nil
			}
			return a
		}, CheckDNSTCP, StateFailure, []string{"no answer over TCP: eof"}},
		{"no EDNS", func(_, a *dns.Msg, _ bool) *dns.Msg { a.Extra = nil; return a }, CheckEDNS, StateWarning, []string{"no EDNS record"}},
		{"cuts everything", func(q, a *dns.Msg, tcp bool) *dns.Msg {
			if !tcp && of(q, dns.TypeSOA, "") {
				a.Truncated = true
			}
			return a
		}, CheckEDNS, StateWarning, []string{"cuts even a short answer"}},
		{"does not validate", func(q, a *dns.Msg, _ bool) *dns.Msg { a.AuthenticatedData = false; return a }, CheckDNSSEC, StateWarning, []string{"no AD bit", "--resolver"}},
		{"says AD of everything", func(q, a *dns.Msg, _ bool) *dns.Msg {
			if a.AuthenticatedData = true; a.Rcode == dns.RcodeServerFailure {
				a.Rcode = dns.RcodeSuccess
			}
			return a
		}, CheckDNSSEC, StateFailure, []string{"bogus.example, which is signed wrongly"}},
		{"fails for the bogus name in any case", func(q, a *dns.Msg, _ bool) *dns.Msg {
			if of(q, dns.TypeMX, "bogus.example.") {
				a.Rcode, a.Answer, a.Ns = dns.RcodeServerFailure, nil, nil
			}
			return a
		}, CheckDNSSEC, StateUnknown, []string{"cannot be told", "--dnssec-bogus"}},
		{"no answer about the signed name", func(q, a *dns.Msg, _ bool) *dns.Msg {
			if of(q, dns.TypeSOA, "com.") {
				a.Rcode, a.Answer, a.Ns = dns.RcodeServerFailure, nil, nil
			}
			return a
		}, CheckDNSSEC, StateUnknown, []string{"SERVFAIL", "--dnssec-signed"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				expect(t, the(t, examined(t, lab.Config{Seed: 1}, c.meddle), c.check, ""), c.state, c.says...)
				if took := time.Since(began); took > 15*time.Second {
					t.Errorf("took %s", took)
				}
			})
		})
	}
}

// One that does not recurse is told beside what else is wrong with it.
func TestNoRecursion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []Finding
		for _, f := range examined(t, lab.Config{Seed: 1}, func(_, a *dns.Msg, _ bool) *dns.Msg { a.RecursionAvailable = false; return a }) {
			if f.Check == CheckResolver && f.State == StateFailure {
				told = append(told, f)
			}
		}
		expect(t, the(t, told, CheckResolver, ""), StateFailure, "no recursion")
	})
}

func TestSlowResolver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		found := examined(t, lab.Config{Seed: 1, Latency: 1000 * evidence.Tick}, nil)
		expect(t, the(t, found, CheckResolver, ""), StateWarning, "half of them only after 1.024s")
	})
}

// A second name that is signed wrongly, and has been set right since, changes nothing.
func TestOneProofIsEnough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		world := newWorld(t, lab.Config{Seed: 1})
		c := Config{
			Resolvers: []netip.AddrPort{world.Resolver()}, DialDNS: world.Dial, Domains: []string{goodDomain},
			Signed: "com", Bogus: []string{otherDomain, bogusDomain},
		}
		expect(t, the(t, c.resolvers(t.Context()), CheckDNSSEC, ""), StateOK, "refuses what is signed wrongly: bogus.example")
	})
}

func TestRateLimit(t *testing.T) {
	for _, c := range []struct {
		at    string
		state State
		says  string
	}{
		{"8.8.8.8:53", StateWarning, "Google"},
		{"[2606:4700:4700::1111]:53", StateWarning, "Cloudflare"},
		{"[::ffff:9.9.9.9]:53", StateWarning, "Quad9"},
		{"127.0.0.53:53", StateWarning, "systemd-resolved"},
		{"127.0.0.1:53", StateOK, ""},
		{"8.8.8.9:53", StateOK, ""},
		{"[2001:db8::53]:53", StateOK, ""},
	} {
		expect(t, rateLimit(netip.MustParseAddrPort(c.at)), c.state, c.says)
	}
}
