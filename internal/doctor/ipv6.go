package doctor

import (
	"fmt"

	"stscan/pipeline/admission"
)

// usesIPv6 reports whether there is a route to IPv6 from an address that others can answer.
func (c *Config) usesIPv6() bool {
	_, special := admission.Special(c.IPv6)
	return c.IPv6.IsValid() && (!special || c.Special)
}

// ipv6 says whether IPv6 can be used. None at all is told in every row; one that
// leads nowhere would have each IPv6 address fail as if that were its fault.
func (c *Config) ipv6(seen contacts) Finding {
	says := func(state State, seen, do string) Finding {
		return Finding{CheckIPv6, "", state, seen, do}
	}
	if !c.IPv6.IsValid() {
		return says(StateWarning, "no route to IPv6", "give this machine IPv6: hosts that have nothing else are left out, and their rows say ipv6_unavailable")
	}
	if !c.usesIPv6() {
		what, _ := admission.Special(c.IPv6)
		return says(StateFailure, fmt.Sprintf("the route to IPv6 leaves from %s, which is no address of global scope: %s", c.IPv6, what),
			"give this machine a global address, or take the route away: each IPv6 address would seem to be down")
	}
	t := newTried(nil)
	for _, s := range seen.sessions {
		if familyOf(s.Endpoint.Addr) == v6 {
			t.add(s.Failure)
		}
	}
	for _, f := range seen.fetches {
		if familyOf(f.Endpoint.Addr) == v6 {
			t.add(f.Failure)
		}
	}
	switch n := t.contacted(); {
	case n == 0:
		return says(StateUnknown, fmt.Sprintf("the address is %s; %s", c.IPv6, t.none()), "name a server with an IPv6 address with --target or --domain")
	case t.open == 0:
		return says(StateFailure, fmt.Sprintf("the address is %s, and none of %d servers accepted a connection (%s)", c.IPv6, n, counted(t.failed)),
			"mend the route to IPv6, or take it away: each IPv6 address would seem to be down")
	}
	return ok(CheckIPv6, "", fmt.Sprintf("the address is %s; %d of %d servers accepted a connection", c.IPv6, t.open, t.contacted()))
}
