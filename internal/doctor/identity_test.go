package doctor

import (
	"net/netip"
	"testing"
	"testing/synctest"

	"github.com/miekg/dns"

	"stscan/internal/lab"
	"stscan/resolver"
)

func TestIdentity(t *testing.T) {
	const arpa = "PTR 5.112.0.203.in-addr.arpa"
	named := zone{arpa: {"Scanner.example.org."}, "A scanner.example.org": {"203.0.112.5"}}
	for _, c := range []struct {
		name  string
		zone  zone
		addr  string
		ehlo  string
		check Check
		state State
		says  []string
	}{
		{"a name that leads back", named, "203.0.112.5", "scanner.example.org", CheckReverseDNS, StateOK, []string{"scanner.example.org"}},
		{"the same in EHLO", named, "203.0.112.5", "SCANNER.example.org", CheckEHLOName, StateOK, nil},
		{"another in EHLO", named, "203.0.112.5", "other.example.org", CheckEHLOName, StateWarning, []string{"203.0.112.5 is called scanner.example.org", "--ehlo-name"}},
		{"a literal in EHLO", named, "203.0.112.5", "[203.0.112.5]", CheckEHLOName, StateWarning, []string{"literal"}},
		{"no name", zone{}, "203.0.112.5", "scanner.example.org", CheckReverseDNS, StateWarning, []string{"has no name"}},
		{"no name, no way back from EHLO", zone{}, "203.0.112.5", "scanner.example.org", CheckEHLOName, StateWarning, []string{"does not lead to 203.0.112.5"}},
		{"no name, a way back from EHLO", zone{"A scanner.example.org": {"203.0.112.5"}}, "203.0.112.5", "scanner.example.org", CheckEHLOName, StateOK, nil},
		{"a name that leads elsewhere", zone{arpa: {"host.example.net."}, "A host.example.net": {"203.0.112.6"}}, "203.0.112.5", "host.example.net", CheckReverseDNS, StateWarning, []string{"host.example.net", "does not lead back"}},
		{"a name that leads nowhere", zone{arpa: {"host.example.net."}}, "203.0.112.5", "host.example.net", CheckReverseDNS, StateWarning, []string{"does not lead back"}},
		{"the second name leads back", zone{arpa: {"host.example.net.", "scanner.example.org."}, "A scanner.example.org": {"203.0.112.5"}}, "203.0.112.5", "scanner.example.org", CheckReverseDNS, StateOK, nil},
		{"no answer", zone{arpa: {"!"}}, "203.0.112.5", "scanner.example.org", CheckReverseDNS, StateUnknown, []string{"timeout"}},
		{"no answer, of the name", zone{arpa: {"!"}}, "203.0.112.5", "scanner.example.org", CheckEHLOName, StateUnknown, []string{"203.0.112.5"}},
		{"no answer about the way back", zone{arpa: {"host.example.net."}, "A host.example.net": {"!"}}, "203.0.112.5", "host.example.net", CheckReverseDNS, StateUnknown, []string{"host.example.net"}},
		{"behind a NAT", zone{}, "192.168.1.5", "scanner.example.org", CheckReverseDNS, StateUnknown, []string{"private use", "--source-address"}},
		{"behind a NAT, EHLO", zone{}, "192.168.1.5", "scanner.example.org", CheckEHLOName, StateUnknown, []string{"--source-address"}},
		{
			"IPv6", zone{"PTR 5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.6.2.ip6.arpa": {"s6.example.org."}, "AAAA s6.example.org": {"2600::5"}},
			"2600::5", "s6.example.org", CheckReverseDNS, StateOK, []string{"s6.example.org"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := Config{Lookup: c.zone.lookup, IPv4: netip.MustParseAddr(c.addr), EHLOName: c.ehlo}
			expect(t, the(t, cfg.identity(t.Context()), c.check, ""), c.state, c.says...)
			// The address that others see is asked about in place of our own.
			cfg.Public, cfg.IPv4 = []netip.Addr{cfg.IPv4}, netip.MustParseAddr("198.18.0.1")
			expect(t, the(t, cfg.identity(t.Context()), c.check, ""), c.state, c.says...)
		})
	}
}

func TestContact(t *testing.T) {
	cfg := Config{Lookup: zone{}.lookup}
	found := cfg.identity(t.Context())
	expect(t, the(t, found, CheckContact, ""), StateWarning, "--contact")
	expect(t, the(t, found, CheckReverseDNS, ""), StateUnknown, "no route")
	cfg.Contact = "mailto:me@example.org"
	expect(t, the(t, cfg.identity(t.Context()), CheckContact, ""), StateOK, "mailto:me@example.org")
}

// The question for a name of an address is understood by a resolver, and the
// answer by us.
func TestReverseOverTheWire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		world := newWorld(t, lab.Config{Seed: 1})
		says := map[string]string{
			"5.112.0.203.in-addr.arpa. PTR": "5.112.0.203.in-addr.arpa. 60 IN PTR Scanner.Example.org.",
			"scanner.example.org. A":        "scanner.example.org. 60 IN A 203.0.112.5",
		}
		r, err := resolver.New(resolver.Config{Servers: []netip.AddrPort{world.Resolver()}, Dial: through(world, func(q, a *dns.Msg, _ bool) *dns.Msg {
			if rr, err := dns.NewRR(says[q.Question[0].Name+" "+dns.TypeToString[q.Question[0].Qtype]]); err == nil && rr != nil {
				a.Rcode, a.Ns, a.Answer = dns.RcodeSuccess, nil, []dns.RR{rr}
			}
			return a
		})})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		cfg := Config{Lookup: r.Probe, IPv4: netip.MustParseAddr("203.0.112.5"), EHLOName: "scanner.example.org"}
		found := cfg.identity(t.Context())
		expect(t, the(t, found, CheckReverseDNS, ""), StateOK, "scanner.example.org")
		expect(t, the(t, found, CheckEHLOName, ""), StateOK)
	})
}
