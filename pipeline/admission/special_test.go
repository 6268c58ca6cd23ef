package admission

import (
	"net/netip"
	"testing"
)

// TestSpecial walks the registries: first and last address of every entry and
// the neighbours outside. Bounds were written out by hand from the registries.
func TestSpecial(t *testing.T) {
	for _, c := range []struct {
		special     bool
		first, last string
		before      string // "" = no such address, or covered by another row
		after       string
		outside     bool // whether the neighbours are special
	}{
		{true, "0.0.0.0", "0.255.255.255", "", "1.0.0.0", false},
		{true, "10.0.0.0", "10.255.255.255", "9.255.255.255", "11.0.0.0", false},
		{true, "100.64.0.0", "100.127.255.255", "100.63.255.255", "100.128.0.0", false},
		{true, "127.0.0.0", "127.255.255.255", "126.255.255.255", "128.0.0.0", false},
		{true, "169.254.0.0", "169.254.255.255", "169.253.255.255", "169.255.0.0", false},
		{true, "172.16.0.0", "172.31.255.255", "172.15.255.255", "172.32.0.0", false},
		{true, "192.0.0.0", "192.0.0.8", "191.255.255.255", "192.0.0.9", false},
		{false, "192.0.0.9", "192.0.0.10", "192.0.0.8", "192.0.0.11", true},
		{true, "192.0.0.11", "192.0.0.255", "192.0.0.10", "192.0.1.0", false},
		{true, "192.0.0.170", "192.0.0.171", "", "", false},
		{true, "192.0.2.0", "192.0.2.255", "192.0.1.255", "192.0.3.0", false},
		{false, "192.31.196.0", "192.31.196.255", "192.31.195.255", "192.31.197.0", false},
		{false, "192.52.193.0", "192.52.193.255", "192.52.192.255", "192.52.194.0", false},
		{true, "192.88.99.0", "192.88.99.255", "192.88.98.255", "192.88.100.0", false},
		{true, "192.168.0.0", "192.168.255.255", "192.167.255.255", "192.169.0.0", false},
		{false, "192.175.48.0", "192.175.48.255", "192.175.47.255", "192.175.49.0", false},
		{true, "198.18.0.0", "198.19.255.255", "198.17.255.255", "198.20.0.0", false},
		{true, "198.51.100.0", "198.51.100.255", "198.51.99.255", "198.51.101.0", false},
		{true, "203.0.113.0", "203.0.113.255", "203.0.112.255", "203.0.114.0", false},
		{true, "224.0.0.0", "239.255.255.255", "223.255.255.255", "", false},
		{true, "240.0.0.0", "255.255.255.255", "", "", false},

		{true, "::", "::1", "", "::2", true},
		{true, "::", "::ffff:ffff", "", "", false}, // IPv4-compatible
		{true, "::8.8.8.8", "::8.8.8.8", "", "", false},
		{true, "64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff", "64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff", "", "", false},
		{true, "64:ff9b::1:0:0", "64:ff9b::1:0:0", "", "", false}, // behind the /96
		{true, "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", "64:ff9b:0:ffff:ffff:ffff:ffff:ffff", "64:ff9b:2::", true},
		{true, "100::", "100::ffff:ffff:ffff:ffff", "ff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "100:0:0:1::", true},
		{true, "100:0:0:1::", "100:0:0:1:ffff:ffff:ffff:ffff", "", "100:0:0:2::", true},
		{false, "2000::", "2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001::", true},
		{true, "2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", "", "2001:1::", true}, // Teredo
		{false, "2001:1::1", "2001:1::3", "2001:1::", "2001:1::4", true},
		{true, "2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", "2001:1:ffff:ffff:ffff:ffff:ffff:ffff", "2001:2:1::", true},
		{false, "2001:3::", "2001:3:ffff:ffff:ffff:ffff:ffff:ffff", "2001:2:ffff:ffff:ffff:ffff:ffff:ffff", "2001:4::", true},
		{false, "2001:4:112::", "2001:4:112:ffff:ffff:ffff:ffff:ffff", "2001:4:111:ffff:ffff:ffff:ffff:ffff", "2001:4:113::", true},
		{true, "2001:10::", "2001:1f:ffff:ffff:ffff:ffff:ffff:ffff", "2001:f:ffff:ffff:ffff:ffff:ffff:ffff", "", true},
		{false, "2001:20::", "2001:2f:ffff:ffff:ffff:ffff:ffff:ffff", "2001:1f:ffff:ffff:ffff:ffff:ffff:ffff", "", true},
		{false, "2001:30::", "2001:3f:ffff:ffff:ffff:ffff:ffff:ffff", "", "2001:40::", true},
		{true, "2001:40::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "", "", true},
		{false, "2001:200::", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8::", true},
		{true, "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::", false},
		{false, "2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff", "", "", false},
		{false, "2003::", "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "", "3fff::", true},
		{true, "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::", false},
		{true, "4000::", "4000::1", "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "", false},
		{true, "5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "5eff::", "5f01::", true},
		{true, "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fbff::", "fe00::", true},
		{true, "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fe7f::", "", true},
		{true, "fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "", "", true},
		{true, "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "", "", true},
	} {
		check := func(addr string, want bool) {
			if addr == "" {
				return
			}
			if name, got := Special(netip.MustParseAddr(addr)); got != want {
				t.Errorf("%s: special %v (%s), want %v", addr, got, name, want)
			}
		}
		check(c.first, c.special)
		check(c.last, c.special)
		check(c.before, c.outside)
		check(c.after, c.outside)
	}
}

func TestSpecialEmbedded(t *testing.T) {
	for addr, want := range map[string]bool{
		"::ffff:127.0.0.1":       true,
		"::ffff:10.1.2.3":        true,
		"::ffff:8.8.8.8":         false,
		"::ffff:192.0.0.9":       false,
		"64:ff9b::10.0.0.1":      true,
		"64:ff9b::169.254.1.1":   true,
		"64:ff9b::8.8.8.8":       false,
		"2002:7f00:1::1":         true,  // 127.0.0.1
		"2002:c0a8:101::":        true,  // 192.168.1.1
		"2002:808:808::1":        false, // 8.8.8.8
		"2002:e000:1::":          true,  // 224.0.0.1
		"fe80::1%eth0":           true,
		"2606:4700::1111%eth0":   true,
		"2606:4700:4700::1111":   false,
		"2a00:1450:4001:801::1a": false,
	} {
		if name, got := Special(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s: special %v (%s), want %v", addr, got, name, want)
		}
	}
	if _, special := Special(netip.Addr{}); !special {
		t.Error("no address is not special")
	}
}

func TestIPv4(t *testing.T) {
	for addr, want := range map[string]string{
		"192.0.2.1":             "192.0.2.1",
		"::ffff:192.0.2.1":      "192.0.2.1",
		"64:ff9b::192.0.2.1":    "192.0.2.1",
		"2002:c000:201::1":      "192.0.2.1",
		"2001:db8::1":           "invalid IP",
		"64:ff9b:1::192.0.2.1":  "invalid IP",
		"::ffff:192.0.2.1%eth0": "192.0.2.1",
	} {
		if got := IPv4(netip.MustParseAddr(addr)); got.String() != want {
			t.Errorf("IPv4(%s) = %s, want %s", addr, got, want)
		}
	}
	if IPv4(netip.Addr{}).IsValid() {
		t.Error("IPv4 of no address")
	}
}

// TestSpecialNames: the name says the block and the RFC, for the row and the operator.
func TestSpecialNames(t *testing.T) {
	for addr, want := range map[string]string{
		"127.0.0.1":        "127.0.0.0/8 (loopback, RFC 1122 section 3.2.1.3)",
		"::ffff:10.0.0.1":  "::ffff:0.0.0.0/96 (IPv4-mapped, RFC 4291 section 2.5.5.2) of 10.0.0.0/8 (private use, RFC 1918)",
		"2001:db8::1":      "2001:db8::/32 (documentation, RFC 3849)",
		"64:ff9b::8.8.8.8": "",
		"8.8.8.8":          "",
		"2606:4700::1111":  "",
	} {
		if got, _ := Special(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s: %q, want %q", addr, got, want)
		}
	}
}

func FuzzSpecial(f *testing.F) {
	for _, b := range append(append([]block(nil), blocks4...), blocks6...) {
		f.Add(b.prefix.Addr().AsSlice())
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		a, ok := netip.AddrFromSlice(raw)
		if !ok {
			return
		}
		_, special := Special(a)
		// What the standard library holds not to be global must be refused.
		if u := a.Unmap(); (u.IsLoopback() || u.IsPrivate() || u.IsMulticast() || u.IsLinkLocalUnicast() || u.IsUnspecified()) && !special {
			t.Errorf("%s is not special", a)
		}
		if a.Is4() {
			if _, mapped := Special(netip.AddrFrom16(a.As16())); mapped != special {
				t.Errorf("%s and its mapped form differ", a)
			}
		}
	})
}
