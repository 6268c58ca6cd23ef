package doctor

import (
	"fmt"
	"net/netip"
	"slices"
)

// shared are resolvers that serve everybody, or only hand on, by the addresses
// that their operators publish.
var shared = []struct {
	who   string
	addrs []netip.Prefix
}{
	{"Google Public DNS", prefixes("8.8.8.8/32", "8.8.4.4/32", "2001:4860:4860::/48")},
	{"Cloudflare", prefixes("1.1.1.0/24", "1.0.0.0/24", "2606:4700:4700::/48")},
	{"Quad9", prefixes("9.9.9.0/24", "149.112.112.0/24", "2620:fe::/48")},
	{"OpenDNS", prefixes("208.67.220.0/24", "208.67.222.0/24", "2620:119:35::/48", "2620:119:53::/48")},
	{"AdGuard DNS", prefixes("94.140.14.0/24", "94.140.15.0/24", "2a10:50c0::/32")},
	{"Yandex DNS", prefixes("77.88.8.0/24", "2a02:6b8::feed:0/112")},
	{"DNS.SB", prefixes("185.222.222.222/32", "45.11.45.11/32", "2a09::/32")},
	{"Control D", prefixes("76.76.2.0/24", "76.76.10.0/24", "2606:1a40::/32")},
	{"the stub of systemd-resolved, which only hands on and keeps few questions open", prefixes("127.0.0.53/32", "127.0.0.54/32")},
	{"the forwarder of a container network, which only hands on", prefixes("127.0.0.11/32")},
}

func prefixes(all ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, p := range all {
		out = append(out, netip.MustParsePrefix(p))
	}
	return out
}

// rateLimit tells a resolver that is not there for scans by its address.
func rateLimit(at netip.AddrPort) Finding {
	addr := at.Addr().Unmap().WithZone("")
	for _, s := range shared {
		if slices.ContainsFunc(s.addrs, func(p netip.Prefix) bool { return p.Contains(addr) }) {
			return Finding{CheckRateLimit, at.String(), StateWarning, "is " + s.who,
				fmt.Sprintf("shared resolvers drop or refuse what one machine asks too fast: %s; else keep --dns-rate low", anotherResolver)}
		}
	}
	return ok(CheckRateLimit, at.String(), "none of the public resolvers or stubs that are known to limit")
}
