package doctor

import (
	"fmt"
	"strings"

	"stscan/internal/evidence"
)

// https says what the fetches over one family show of port 443.
func (c *Config) https(f family, seen contacts) Finding {
	t := newTried(seen.webLost)
	spoke := 0
	for _, p := range seen.fetches {
		if familyOf(p.Endpoint.Addr) != f {
			continue
		}
		t.add(p.Failure)
		if p.TLS.Version != "" || p.TLS.Alert != "" {
			spoke++
		}
	}
	const mend = "let connections to it out: without, no policy can be fetched"
	says := func(state State, seen, do string) Finding { return Finding{CheckHTTPS, string(f), state, seen, do} }
	switch n := t.contacted(); {
	case n == 0:
		return says(StateUnknown, t.none(), "mend that first, or name domains with a policy with --domain")
	case t.open == 0 && t.failed[evidence.KindNoRoute] == n:
		return says(StateFailure, fmt.Sprintf("no route to any of %d policy hosts", n), "connect this machine to the Internet over "+string(f))
	case t.open == 0:
		return says(StateFailure, fmt.Sprintf("none of %d policy hosts accepted a connection to %s (%s)", n, port(c.HTTPSPort), counted(t.failed)), mend)
	case spoke == 0:
		return says(StateFailure, fmt.Sprintf("%d of %d policy hosts accepted a connection to %s, and none spoke TLS", t.open, n, port(c.HTTPSPort)), "take out the proxy on the way: without, no policy can be fetched")
	}
	return says(StateOK, fmt.Sprintf("%d of %d policy hosts accepted a connection to %s, %d spoke TLS", t.open, t.contacted(), port(c.HTTPSPort), spoke), "")
}

// certificates says whether policy hosts are heard themselves. A proxy that looks
// into TLS ends it with a certificate of its own.
func (c *Config) certificates(fetches []evidence.PolicyFetch) Finding {
	says := func(state State, seen, do string) Finding { return Finding{CheckCerts, "", state, seen, do} }
	shown, good, example := 0, 0, ""
	for _, f := range fetches {
		if len(f.TLS.Chain) == 0 {
			continue
		}
		shown++
		faults := c.Faults(f)
		if len(faults) == 0 {
			good++
			continue
		}
		example = f.Endpoint.Host + " (" + strings.Join(faults, ", ") + ")"
	}
	switch {
	case shown == 0:
		return says(StateUnknown, "no policy host has shown any", "mend the way to policy hosts first, above")
	case good == 0:
		return says(StateFailure, fmt.Sprintf("those of all %d policy hosts would be refused, such as %s", shown, example),
			"take out the proxy on the way that looks into TLS; or set the clock, or name the roots with --roots")
	case good < shown:
		return says(StateWarning, fmt.Sprintf("those of %d of %d policy hosts would be refused, such as %s", shown-good, shown, example), "see what scan check says of that host")
	}
	return says(StateOK, fmt.Sprintf("those of %d policy hosts are trusted", shown), "")
}
