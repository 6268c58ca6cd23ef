package mtasts

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/publicsuffix"
)

// Lengths of names (RFC 1035 section 2.3.4; 253 is what fits into 255 bytes on the wire).
const (
	maxLabelLen  = 63
	maxDomainLen = 253
)

// patternParser judges one mx value: ["*."] Domain (sts-policy-mx-value of RFC
// 8461 section 3.2; Domain is of RFC 5321 section 4.1.2).
type patternParser struct {
	line, off int // of the value
	out       *issues
	hard      bool // an issue that no sender forgives
}

// ParsePattern judges p as the value of an mx field. Without an issue that is
// Fatal it is a pattern. A final dot and an underscore are contested.
func ParsePattern(p string) []Issue {
	var out issues
	pp := patternParser{line: 1, out: &out}
	pp.parse(p)
	return out.list
}

// parse gives the pattern as a lenient sender takes it, without its final dot,
// and whether such a sender can use it.
func (p *patternParser) parse(s string) (string, bool) {
	if s == "" {
		p.fail(psynMXEmpty, 0, 0, false)
		return "", false
	}
	if p.otherKind(s) {
		return "", false
	}
	usable := s
	if strings.HasSuffix(s, ".") && s != "*." {
		p.fail(psynMXTrailingDot, len(s)-1, 1, true)
		usable = s[:len(s)-1]
	}
	domain, wild := strings.CutPrefix(usable, "*.")
	base := len(usable) - len(domain)
	if p.stars(domain, base, wild) {
		return "", false
	}
	p.domain(domain, base)
	if p.hard {
		return "", false
	}
	switch {
	case !wild && isDottedQuad(domain):
		p.lint(plintMXIP, 0, len(domain), citeMatching)
	case wild && overbroad(domain):
		p.lint(plintMXOverbroad, 0, len(usable), citeWeak)
	}
	return usable, true
}

// otherKind reports values that are something else than a domain.
func (p *patternParser) otherKind(s string) bool {
	found := false
	if i := strings.IndexByte(s, '@'); i >= 0 {
		p.fail(psynMXEmail, i, 1, false)
		found = true
	}
	if i := strings.IndexByte(s, '/'); i >= 0 {
		p.fail(psynMXURL, 0, len(s), false)
		found = true
	}
	if i := listSeparator(s); i >= 0 {
		p.fail(psynMXListInLine, i, 1, false)
		found = true
	}
	return found
}

// listSeparator is the place where s goes on to a second name, or -1. Blanks
// separate only what looks like names on both sides: "10 mail.example.com" is
// an MX record, not a list.
func listSeparator(s string) int {
	if i := strings.IndexAny(s, ",;"); i >= 0 {
		return i
	}
	i := strings.IndexAny(s, wsp)
	if i < 0 || !strings.Contains(s[:i], ".") {
		return -1
	}
	second := strings.TrimLeft(s[i:], wsp)
	if j := strings.IndexAny(second, wsp); j >= 0 {
		second = second[:j]
	}
	if !strings.Contains(second, ".") {
		return -1
	}
	return i
}

// stars reports a "*" in any other place than alone in the leftmost label (RFC
// 8461 section 4.1: one wildcard, the whole leftmost label).
func (p *patternParser) stars(domain string, base int, wild bool) bool {
	if wild && domain == "" {
		p.fail(psynMXBadWildcard, 0, base, false)
		return true
	}
	i := strings.IndexByte(domain, '*')
	if i < 0 {
		return false
	}
	p.fail(psynMXBadWildcard, base+i, 1, false)
	return true
}

// domain judges sub-domain *("." sub-domain) (RFC 5321 section 4.1.2).
func (p *patternParser) domain(s string, base int) {
	if i := nonASCII(s); i >= 0 {
		if utf8.ValidString(s) {
			p.fail(psynMXUnicode, base, len(s), false)
		} else {
			p.fail(psynMXBadDomain, base+i, 1, false)
		}
		return
	}
	if len(s) > maxDomainLen {
		p.fail(psynMXBadDomain, base, len(s), false)
		return
	}
	underscore := -1
	for start := 0; start <= len(s); {
		label := s[start:]
		if i := strings.IndexByte(label, '.'); i >= 0 {
			label = label[:i]
		}
		at, length := badLabel(label)
		switch {
		case at >= 0:
			p.fail(psynMXBadDomain, base+start+at, length, false)
			return
		case underscore < 0 && strings.Contains(label, "_"):
			underscore = start + strings.IndexByte(label, '_')
		}
		start += len(label) + 1
	}
	if underscore >= 0 {
		p.fail(psynMXBadDomain, base+underscore, 1, true)
	}
}

// badLabel is the place of the first fault of a label, or -1: Let-dig
// [Ldh-str], 1 to 63 bytes (RFC 5321 section 4.1.2, RFC 1035 section 2.3.4).
// An underscore is left to the caller.
func badLabel(s string) (at, length int) {
	if s == "" {
		return 0, 0
	}
	for i := range len(s) {
		if c := s[i]; !isAlnum(c) && c != '-' && c != '_' {
			return i, 1
		}
	}
	switch {
	case s[0] == '-':
		return 0, 1
	case s[len(s)-1] == '-':
		return len(s) - 1, 1
	case len(s) > maxLabelLen:
		return 0, len(s)
	}
	return -1, 0
}

func nonASCII(s string) int {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return i
		}
	}
	return -1
}

// isDottedQuad reports whether s is the text of an IPv4 address. It fits the
// grammar of Domain, but no MX host has such a name.
func isDottedQuad(s string) bool {
	octets := 1
	value, digits := 0, 0
	for i := range len(s) {
		c := s[i]
		switch {
		case isDigit(c) && digits < 3:
			value = value*10 + int(c-'0')
			digits++
		case c == '.' && digits > 0:
			octets++
			value, digits = 0, 0
		default:
			return false
		}
		if value > 255 {
			return false
		}
	}
	return octets == 4 && digits > 0
}

// overbroad reports whether "*." before domain takes in hosts of everybody:
// domain is a public suffix (the ICANN section of the list), or has one label.
func overbroad(domain string) bool {
	if !strings.Contains(domain, ".") {
		return true
	}
	lowered := strings.ToLower(domain)
	suffix, icann := publicsuffix.PublicSuffix(lowered)
	return icann && suffix == lowered
}

func (p *patternParser) fail(code string, at, length int, contested bool) {
	p.hard = p.hard || !contested
	p.out.add(Issue{Code: code, Line: p.line, Offset: p.off + at, Length: length, Cite: citePolicy, Fatal: true, Contested: contested})
}

func (p *patternParser) lint(code string, at, length int, cite string) {
	p.out.add(Issue{Code: code, Line: p.line, Offset: p.off + at, Length: length, Cite: cite})
}
