package mtasts

import (
	"net/netip"
	"strings"
)

// judgeURI judges tlsrpt-uri: a URI of RFC 3986, of scheme mailto or https, in
// which "!" is encoded (RFC 8460 section 3; "," and ";" cannot get here). It
// gives the place of the fault, or code "".
//
// A bare address or host name is called a bad scheme, not a bad URI: the scheme
// is what its author has to add.
func judgeURI(s string) (code string, at, n int) {
	if s == "" {
		return rptBadRUA, 0, 0
	}
	if isWSP(s[0]) { // white space stands around commas only
		return rptBadRUA, 0, 1
	}
	scheme, rest, ok := strings.Cut(s, ":")
	mail, web := equalFold(scheme, "mailto"), equalFold(scheme, "https") // case does not count, RFC 3986 section 3.1
	if !ok || !mail && !web {
		return rptBadScheme, 0, len(s)
	}
	if at := badURIByte(s); at >= 0 {
		return rptBadRUA, at, 1
	}
	if mail && mailDomain(rest) == "" || web && webHost(rest) == "" {
		return rptBadRUA, len(scheme) + 1, len(rest)
	}
	return "", 0, 0
}

// receiver is who gets the reports that go to a well-formed tlsrpt-uri: the
// domain of the address, or the host of the server, in lower case and without a
// final dot; an IPv6 address without its brackets.
func receiver(uri string) string {
	scheme, rest, _ := strings.Cut(uri, ":")
	to := webHost(rest)
	if equalFold(scheme, "mailto") {
		to = mailDomain(rest)
	}
	return strings.TrimSuffix(strings.ToLower(to), ".")
}

// badURIByte is the offset of the first byte that may not stand in a URI (RFC
// 3986 section 2), or of a "!" or a "%" that encodes nothing, or -1.
func badURIByte(s string) int {
	for i := range len(s) {
		c := s[i]
		switch {
		case isAlnum(c), strings.IndexByte("-._~:/?#[]@$&'()*+,;=", c) >= 0:
		case c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
		default:
			return i
		}
	}
	return -1
}

func isHex(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

// mailDomain reads what follows "mailto:": one address, and header fields behind
// a "?" (RFC 6068 section 2; more addresses would need a comma, which is
// encoded). A fragment has no meaning there, and is ignored. It gives the domain
// of the address, or "" where that is not well-formed.
func mailDomain(s string) string {
	s, fragment, _ := strings.Cut(s, "#")
	addr, fields, _ := strings.Cut(s, "?")
	local, domain, _ := strings.Cut(addr, "@")
	if local == "" || strings.Contains(addr, "/") || strings.IndexByte(domain, '@') >= 0 ||
		strings.ContainsAny(addr+fields, brackets) || !isFragment(fragment) {
		return ""
	}
	return domain
}

// brackets stand around an IPv6 address, and nowhere else in a URI (RFC 3986 section 3.2.2).
const brackets = "[]"

// isFragment judges what stands behind the first "#" (RFC 3986 section 3.5).
func isFragment(s string) bool { return !strings.ContainsAny(s, brackets+"#") }

// webHost reads what follows "https:": "//" and a host (RFC 9110 section 4.2.2),
// then the rest of the URI (RFC 3986 section 3). It gives the host, or "" where
// that is not well-formed.
func webHost(s string) string {
	authority, ok := strings.CutPrefix(s, "//")
	if !ok {
		return ""
	}
	path := ""
	if i := strings.IndexAny(authority, "/?#"); i >= 0 {
		authority, path = authority[:i], authority[i:]
	}
	path, fragment, _ := strings.Cut(path, "#")
	if strings.ContainsAny(path, brackets) || !isFragment(fragment) {
		return ""
	}
	return authorityHost(authority)
}

// authorityHost gives the host of [userinfo "@"] host [":" port] (RFC 3986
// section 3.2), an IPv6 address without its brackets, or "" where that is not
// well-formed.
func authorityHost(s string) string {
	if user, rest, ok := strings.Cut(s, "@"); ok {
		if strings.ContainsAny(user, brackets) {
			return ""
		}
		s = rest
	}
	if literal, ok := strings.CutPrefix(s, "["); ok {
		address, port, ok := strings.Cut(literal, "]")
		if !ok || !isIPv6(address) || port != "" && (port[0] != ':' || !isPort(port[1:])) {
			return ""
		}
		return address
	}
	host, port, _ := strings.Cut(s, ":")
	if strings.ContainsAny(host, brackets+"@") || !isPort(port) {
		return ""
	}
	return host
}

// isIPv6 reports whether s is an IPv6 address without a zone. A literal of a
// later version of IP, which RFC 3986 section 3.2.2 makes room for, is none:
// no report gets there.
func isIPv6(s string) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && a.Is6() && a.Zone() == ""
}

// isPort is *DIGIT (RFC 3986 section 3.2.3).
func isPort(s string) bool { return strings.Trim(s, "0123456789") == "" }
