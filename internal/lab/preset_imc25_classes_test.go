package lab

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"stscan/internal/taxonomy"
)

// managed is who manages the policy host or the mail of a domain, by the rule of
// the paper's section 3: who has 50 domains is a third party.
type managed string

const (
	bySelf  managed = "self"
	byThird managed = "third"
	byNone  managed = "unclassified"

	thirdPartyMin = 50
	selfMax       = 5
)

// manager is what the rule looks at: the zone that a host is in (the domain itself
// if it is the domain's own), and its addresses.
type manager struct {
	zone  string
	addrs []netip.Addr
}

// census counts the domains of each zone and of each address.
type census struct {
	zones map[string]int
	addrs map[netip.Addr]int
}

func newCensus(managers map[string]manager) census {
	c := census{map[string]int{}, map[netip.Addr]int{}}
	for _, m := range managers {
		c.zones[m.zone]++
		for _, a := range m.addrs {
			c.addrs[a]++
		}
	}
	return c
}

// domains is how many domains are, at most, managed by whom manages this one.
func (c census) domains(m manager) int {
	n := c.zones[m.zone]
	for _, a := range m.addrs {
		n = max(n, c.addrs[a])
	}
	return n
}

func (c census) policyClass(m manager) managed {
	switch n := c.domains(m); {
	case n >= thirdPartyMin:
		return byThird
	case n <= selfMax:
		return bySelf
	}
	return byNone
}

func (c census) mailClass(domain string, m manager) managed {
	switch {
	case c.domains(m) >= thirdPartyMin:
		return byThird
	case m.zone == domain:
		return bySelf
	}
	return byNone
}

// lookUp asks the world for the addresses of a host, and where they stand.
func lookUp(w *World, host string) (last string, addrs []netip.Addr) {
	last = host
	for _, rr := range w.ask(host, dns.TypeA, false).records {
		switch rr := rr.(type) {
		case *dns.CNAME:
			last = canonical(rr.Target)
		case *dns.A:
			a, _ := netip.AddrFromSlice(rr.A)
			addrs = append(addrs, a)
		}
	}
	return last, addrs
}

// asSeen reads the managers of a list out of the DNS of the world.
func asSeen(w *World, list []string) (policy, mail map[string]manager) {
	policy, mail = map[string]manager{}, map[string]manager{}
	for _, domain := range list {
		host, addrs := lookUp(w, labelPolicy+"."+domain)
		policy[domain] = manager{lastTwo(host), addrs}
		for _, rr := range w.ask(domain, dns.TypeMX, false).records {
			host, addrs := lookUp(w, canonical(rr.(*dns.MX).Mx))
			mail[domain] = manager{lastTwo(host), addrs}
		}
	}
	return policy, mail
}

// The paper's own rule, applied to the whole list as it stands in the DNS, finds
// the paper's classes and the errors in each of them.
func TestIMC25ManagersAreThoseOfThePaper(t *testing.T) {
	w := imc25World(t, 1)
	list := imc25List(t, 1, 1, imc25Deployed)
	policy, mail := asSeen(w, list)
	policies, mails := newCensus(policy), newCensus(mail)
	got := map[string]int{}
	for _, domain := range list {
		s := w.Scenario(domain)
		p, m := policies.policyClass(policy[domain]), mails.mailClass(domain, mail[domain])
		same := policy[domain].zone == mail[domain].zone
		for name, is := range map[string]bool{
			"policy":                true,
			"policy error":          hasStatus(taxonomy.StatusBrokenRetrieval, taxonomy.StatusBrokenSyntax)(s, ""),
			"dns":                   hasCode(taxonomy.PhostNXDomain, taxonomy.PhostCNAMEDangling)(s, ""),
			"tcp":                   hasCode(taxonomy.PtcpRefused, taxonomy.PtcpTimeout)(s, ""),
			"tls":                   hasCode(taxonomy.PtlsCertNameMismatch, taxonomy.PtlsCertSelfSigned, taxonomy.PtlsCertExpired, taxonomy.PtlsNoCertForName)(s, ""),
			"tls name mismatch":     hasCode(taxonomy.PtlsCertNameMismatch)(s, ""),
			"tls no certificate":    hasCode(taxonomy.PtlsNoCertForName)(s, ""),
			"http":                  hasCode(taxonomy.Phttp404, taxonomy.Phttp403, taxonomy.Phttp5xx)(s, ""),
			"http 404":              hasCode(taxonomy.Phttp404)(s, ""),
			"syntax":                hasStatus(taxonomy.StatusBrokenSyntax)(s, ""),
			"syntax mx":             hasCode(taxonomy.PsynMXEmail, taxonomy.PsynMXTrailingDot, taxonomy.PsynMXEmpty)(s, ""),
			"syntax empty":          hasCode(taxonomy.PsynEmpty)(s, ""),
			"figure 10 same":        m == byThird && same,
			"figure 10 different":   m == byThird && !same,
			"figure 10 same !":      m == byThird && same && hasCode(taxonomy.MatchNone)(s, ""),
			"figure 10 different !": m == byThird && !same && hasCode(taxonomy.MatchNone)(s, ""),
		} {
			if is {
				got[name+" "+string(p)]++
			}
		}
		badCert := hasCode(taxonomy.MxcertNameMismatch, taxonomy.MxcertSelfSigned, taxonomy.MxcertExpired)(s, "")
		for name, is := range map[string]bool{
			"mail":              true,
			"mail bad cert":     badCert,
			"mail all bad cert": badCert && allBad(s),
		} {
			if is {
				got[name+" "+string(m)]++
			}
		}
	}
	for name, want := range map[string]int{
		"policy self": 25_344, "policy third": 28_591, "policy unclassified": 14_095,
		"policy error self": 9_538, "policy error third": 1_443, "policy error unclassified": 6_203,
		"dns self": 42, "tcp self": 193, "tls self": 8_871, "http self": 377, "syntax self": 55,
		"dns third": 0, "tcp third": 34, "tls third": 1_113, "http third": 215, "syntax third": 81,
		"tls name mismatch self": 8_385, "tls no certificate third": 463,
		"mail self": 23_512, "mail third": 40_683, "mail unclassified": 3_835,
		"mail bad cert self": 1_046, "mail bad cert third": 397,
		"mail all bad cert self": 993, "mail all bad cert third": 149, "mail all bad cert unclassified": 184,
		"figure 10 same third": 7_492, "figure 10 different third": 18_922,
		"figure 10 same ! third": 1, "figure 10 different ! third": 640,
	} {
		if got[name] != want {
			t.Errorf("%s: %d, want %d", name, got[name], want)
		}
	}
	for name, want := range map[string]int{"http 404": 387, "syntax mx": 87, "syntax empty": 5} {
		if n := got[name+" self"] + got[name+" third"]; n != want {
			t.Errorf("%s of the classified: %d, want %d", name, n, want)
		}
	}
}

// allBad reports whether no MX host has a good certificate.
func allBad(s *Scenario) bool {
	for _, m := range s.MX {
		if len(m.Servers) == 0 || m.Servers[0].TLS.Cert == CertGood {
			return false
		}
	}
	return true
}

// What is asked for names of a group leads to one server with one address.
func TestGroupsHaveHostsInCommon(t *testing.T) {
	w := imc25World(t, 1)
	byHost := map[string]string{}
	domains := 0
	for _, domain := range imc25List(t, 1, 50, imc25Deployed/50) {
		for _, rr := range w.ask(domain, dns.TypeMX, false).records {
			host := canonical(rr.(*dns.MX).Mx)
			if !strings.HasPrefix(host, "mx.box") {
				continue
			}
			domains++
			h, ok := w.mailHost(host)
			if _, addrs := lookUp(w, host); !ok || len(h.mailServers()) != 1 || len(addrs) != 1 || byHost[host] != "" && byHost[host] != addrs[0].String() {
				t.Fatalf("%s of %s has addresses %v", host, domain, addrs)
			} else {
				byHost[host] = addrs[0].String()
				if st, ok := w.plan.at(addrs[0]); !ok || st.kind != kindMail {
					t.Errorf("%v is no mail server", addrs[0])
				}
			}
		}
	}
	if domains < 60 {
		t.Errorf("%d domains with mail at a small operator, want about 73", domains)
	}
}
