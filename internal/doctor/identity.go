package doctor

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"stscan/internal/evidence"
	"stscan/pipeline/admission"
)

const typePTR = "PTR"

// namesConfirmed is how many names of one address are looked at: more than one
// is a mistake already.
const namesConfirmed = 4

// identity says whether this machine is who it says it is, as mail servers look
// at it: many talk to nobody whose address has no name, or whose name does not
// lead back.
func (c *Config) identity(ctx context.Context) []Finding {
	addrs := c.Public
	if len(addrs) == 0 {
		addrs = slices.DeleteFunc([]netip.Addr{c.IPv4, c.IPv6}, func(a netip.Addr) bool { return !a.IsValid() })
	}
	if len(addrs) == 0 {
		return []Finding{
			{CheckReverseDNS, "", StateUnknown, "this machine has no route to the Internet", "connect it, or name the address that others see with --source-address"},
			c.contact(),
		}
	}
	all := ofEach(addrs, func(a netip.Addr) reversed { return c.reverse(ctx, a) })
	var found []Finding
	for _, r := range all {
		found = append(found, r.Finding)
	}
	return append(found, c.ehlo(ctx, all), c.contact())
}

// reversed is what is known of one address: its names that lead back to it.
type reversed struct {
	Finding
	addr  netip.Addr
	names []string
}

// reverse looks for the name of an address, and back.
func (c *Config) reverse(ctx context.Context, addr netip.Addr) reversed {
	says := func(state State, seen, do string) reversed {
		return reversed{Finding: Finding{CheckReverseDNS, addr.String(), state, seen, do}, addr: addr}
	}
	if what, special := admission.Special(addr); special && !c.Special {
		return says(StateUnknown, "is no address that others see: "+what, "name the one that they see with --source-address")
	}
	arpa, err := dns.ReverseAddr(addr.String())
	if err != nil {
		return says(StateUnknown, err.Error(), "name the address that others see with --source-address")
	}
	const give = "have whoever gave you the address give it a name that leads back to it: many mail servers refuse who has none"
	l := c.Lookup(ctx, evidence.Question{Name: strings.TrimSuffix(arpa, "."), Type: typePTR})
	switch {
	case !l.Answered():
		return says(StateUnknown, "no answer about its name: "+noAnswer(l), "mend the resolver first, above")
	case l.Total == 0:
		return says(StateWarning, "has no name", give)
	}
	var names, confirmed []string
	failed := false
	for _, r := range l.Records[:min(len(l.Records), namesConfirmed)] {
		name := strings.ToLower(strings.TrimSuffix(r, "."))
		names = append(names, name)
		leads, told := c.leadsTo(ctx, name, addr)
		if leads {
			confirmed = append(confirmed, name)
		}
		failed = failed || !told
	}
	switch {
	case len(confirmed) > 0:
		r := says(StateOK, "is called "+strings.Join(confirmed, ", ")+", which leads back to it", "")
		r.names = confirmed
		return r
	case failed:
		return says(StateUnknown, "is called "+strings.Join(names, ", ")+"; no answer about its addresses", "mend the resolver first, above")
	}
	return says(StateWarning, "is called "+strings.Join(names, ", ")+", which does not lead back to it", give)
}

// leadsTo reports whether a name has the address, and whether that could be told.
func (c *Config) leadsTo(ctx context.Context, name string, addr netip.Addr) (leads, told bool) {
	rrtype := evidence.TypeA
	if familyOf(addr) == v6 {
		rrtype = evidence.TypeAAAA
	}
	l := c.Lookup(ctx, evidence.Question{Name: name, Type: rrtype})
	for _, r := range l.Records {
		if a, err := netip.ParseAddr(r); err == nil && a == addr.Unmap() {
			return true, true
		}
	}
	return false, l.Answered()
}

// ehlo compares the name in EHLO with the names of the addresses.
func (c *Config) ehlo(ctx context.Context, all []reversed) Finding {
	says := func(state State, seen, do string) Finding {
		return Finding{CheckEHLOName, c.EHLOName, state, seen, do}
	}
	name := strings.ToLower(strings.TrimSuffix(c.EHLOName, "."))
	if strings.HasPrefix(name, "[") {
		return says(StateWarning, "is an address literal", "give the machine a fully qualified host name, or name it with --ehlo-name: many mail servers refuse a literal")
	}
	var differ, unknown []string
	for _, r := range all {
		switch {
		case slices.Contains(r.names, name):
			continue
		case len(r.names) > 0:
			differ = append(differ, r.addr.String()+" is called "+r.names[0])
			continue
		case r.State == StateUnknown:
			unknown = append(unknown, r.addr.String())
			continue
		}
		if leads, _ := c.leadsTo(ctx, name, r.addr); !leads {
			differ = append(differ, fmt.Sprintf("it does not lead to %s", r.addr))
		}
	}
	switch {
	case len(differ) > 0:
		return says(StateWarning, "is not the name of the address: "+strings.Join(differ, ", "), "greet by the name of the address (--ehlo-name): many mail servers compare them")
	case len(unknown) > 0:
		return says(StateUnknown, "nothing is known of the name of "+strings.Join(unknown, ", "), "name the address that others see with --source-address")
	}
	return says(StateOK, "is the name of the address, or leads to it", "")
}

func (c *Config) contact() Finding {
	if c.Contact == "" {
		return Finding{CheckContact, "", StateWarning, "none was given", "scan run wants --contact, a mailto: or https: URI by which those who are contacted can reach you"}
	}
	return ok(CheckContact, "", "is "+c.Contact)
}
