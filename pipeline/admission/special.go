package admission

import "net/netip"

// block is an entry of the IANA IPv4 and IPv6 Special-Purpose Address
// Registries, or of the address space registries around them.
type block struct {
	prefix    netip.Prefix
	name      string
	rfc       string // that reserved it
	reachable bool   // "Globally Reachable" in the registry: open to contact
	v4        int    // byte at which an IPv4 address is embedded that is judged instead; 0 = none
}

func entry(prefix, name, rfc string) block {
	return block{prefix: netip.MustParsePrefix(prefix), name: name, rfc: rfc}
}

func reachable(prefix, name, rfc string) block {
	b := entry(prefix, name, rfc)
	b.reachable = true
	return b
}

func embeds(prefix, name, rfc string, v4 int) block {
	b := entry(prefix, name, rfc)
	b.v4 = v4
	return b
}

// blocks4 are the IPv4 registry as of 2025, and multicast. The longest prefix decides.
var blocks4 = []block{
	entry("0.0.0.0/8", "this network", "RFC 791 section 3.2"),
	entry("0.0.0.0/32", "this host on this network", "RFC 1122 section 3.2.1.3"),
	entry("10.0.0.0/8", "private use", "RFC 1918"),
	entry("100.64.0.0/10", "shared address space", "RFC 6598"),
	entry("127.0.0.0/8", "loopback", "RFC 1122 section 3.2.1.3"),
	entry("169.254.0.0/16", "link local", "RFC 3927"),
	entry("172.16.0.0/12", "private use", "RFC 1918"),
	entry("192.0.0.0/24", "IETF protocol assignments", "RFC 6890 section 2.1"),
	entry("192.0.0.0/29", "IPv4 service continuity prefix", "RFC 7335"),
	entry("192.0.0.8/32", "IPv4 dummy address", "RFC 7600"),
	reachable("192.0.0.9/32", "Port Control Protocol anycast", "RFC 7723"),
	reachable("192.0.0.10/32", "TURN anycast", "RFC 8155"),
	entry("192.0.0.170/31", "NAT64/DNS64 discovery", "RFC 8880, RFC 7050 section 2.2"),
	entry("192.0.2.0/24", "documentation (TEST-NET-1)", "RFC 5737"),
	reachable("192.31.196.0/24", "AS112-v4", "RFC 7535"),
	reachable("192.52.193.0/24", "AMT", "RFC 7450"),
	entry("192.88.99.0/24", "deprecated (6to4 relay anycast)", "RFC 7526"),
	entry("192.88.99.2/32", "6a44 relay anycast", "RFC 6751"),
	entry("192.168.0.0/16", "private use", "RFC 1918"),
	reachable("192.175.48.0/24", "direct delegation AS112 service", "RFC 7534"),
	entry("198.18.0.0/15", "benchmarking", "RFC 2544"),
	entry("198.51.100.0/24", "documentation (TEST-NET-2)", "RFC 5737"),
	entry("203.0.113.0/24", "documentation (TEST-NET-3)", "RFC 5737"),
	entry("224.0.0.0/4", "multicast", "RFC 5771"),
	entry("240.0.0.0/4", "reserved", "RFC 1112 section 4"),
	entry("255.255.255.255/32", "limited broadcast", "RFC 919 section 7"),
}

// blocks6 are the IPv6 registry as of 2025, and what the registry of the whole
// space says: nothing but 2000::/3 is global unicast. The longest prefix decides.
var blocks6 = []block{
	entry("::/0", "not global unicast", "RFC 4291 section 2.4"),
	reachable("2000::/3", "global unicast", "RFC 4291 section 2.4"),
	entry("::/96", "IPv4-compatible", "RFC 4291 section 2.5.5.1"),
	entry("::/128", "unspecified", "RFC 4291 section 2.5.2"),
	entry("::1/128", "loopback", "RFC 4291 section 2.5.3"),
	embeds("::ffff:0:0/96", "IPv4-mapped", "RFC 4291 section 2.5.5.2", 12),
	embeds("64:ff9b::/96", "IPv4-IPv6 translation", "RFC 6052 section 2.1", 12),
	entry("64:ff9b:1::/48", "IPv4-IPv6 translation, local use", "RFC 8215"),
	entry("100::/64", "discard only", "RFC 6666"),
	entry("100:0:0:1::/64", "dummy prefix", "RFC 9780"),
	entry("2001::/23", "IETF protocol assignments", "RFC 2928"),
	entry("2001::/32", "Teredo", "RFC 4380 section 2.6"),
	reachable("2001:1::1/128", "Port Control Protocol anycast", "RFC 7723"),
	reachable("2001:1::2/128", "TURN anycast", "RFC 8155"),
	reachable("2001:1::3/128", "DNS-SD Service Registration Protocol anycast", "RFC 9665"),
	entry("2001:2::/48", "benchmarking", "RFC 5180"),
	reachable("2001:3::/32", "AMT", "RFC 7450"),
	reachable("2001:4:112::/48", "AS112-v6", "RFC 7535"),
	entry("2001:10::/28", "deprecated (ORCHID)", "RFC 4843"),
	reachable("2001:20::/28", "ORCHIDv2", "RFC 7343"),
	reachable("2001:30::/28", "drone remote ID", "RFC 9374"),
	entry("2001:db8::/32", "documentation", "RFC 3849"),
	embeds("2002::/16", "6to4", "RFC 3056 section 2", 2),
	reachable("2620:4f:8000::/48", "direct delegation AS112 service", "RFC 7534"),
	entry("3fff::/20", "documentation", "RFC 9637"),
	entry("5f00::/16", "segment routing SIDs", "RFC 9602"),
	entry("fc00::/7", "unique local", "RFC 4193"),
	entry("fe80::/10", "link local unicast", "RFC 4291 section 2.5.6"),
	entry("fec0::/10", "site local (deprecated)", "RFC 3879"),
	entry("ff00::/8", "multicast", "RFC 4291 section 2.7"),
}

// Special reports whether an address is one that no host of the public Internet
// has, and if so names the block: "127.0.0.0/8 (loopback, RFC 1122 section
// 3.2.1.3)". An address that carries an IPv4 address (mapped, NAT64, 6to4) is judged by
// that. The zero Addr and addresses with a zone are special.
func Special(a netip.Addr) (name string, special bool) {
	if !isSpecial(a) {
		return "", false
	}
	return whySpecial(a), true
}

// isSpecial is asked before each contact, and so makes no text.
func isSpecial(a netip.Addr) bool {
	if !a.IsValid() || a.Zone() != "" {
		return true
	}
	b := find(a)
	if b.v4 > 0 {
		return isSpecial(embedded(a, b))
	}
	return !b.reachable && b.prefix.IsValid() // no entry: ordinary IPv4
}

func whySpecial(a netip.Addr) string {
	switch {
	case !a.IsValid():
		return "no address"
	case a.Zone() != "": // RFC 4007 section 11: for addresses that are not global
		return "with a zone (RFC 4007)"
	}
	b := find(a)
	if b.v4 > 0 {
		return b.String() + " of " + whySpecial(embedded(a, b))
	}
	return b.String()
}

func (b block) String() string { return b.prefix.String() + " (" + b.name + ", " + b.rfc + ")" }

// IPv4 returns the IPv4 address that is contacted when a is: a itself, or the
// one it carries; the zero Addr if there is none.
func IPv4(a netip.Addr) netip.Addr {
	if a.Is4() {
		return a
	}
	if b := find(a.WithZone("")); a.IsValid() && b.v4 > 0 {
		return embedded(a, b)
	}
	return netip.Addr{}
}

func find(a netip.Addr) block {
	blocks := blocks6
	if a.Is4() {
		blocks = blocks4
	}
	best := -1
	for i := range blocks {
		if p := blocks[i].prefix; contains(p, a) && (best < 0 || p.Bits() > blocks[best].prefix.Bits()) {
			best = i
		}
	}
	if best < 0 {
		return block{}
	}
	return blocks[best]
}

// contains is Prefix.Contains, which never matches an IPv4-mapped address, for those too.
func contains(p netip.Prefix, a netip.Addr) bool {
	if !a.Is4In6() {
		return p.Contains(a)
	}
	masked, err := a.Prefix(p.Bits())
	return err == nil && masked.Addr() == p.Addr()
}

func embedded(a netip.Addr, b block) netip.Addr {
	bytes := a.As16()
	return netip.AddrFrom4([4]byte(bytes[b.v4:]))
}
