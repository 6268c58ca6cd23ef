package admission

import (
	"errors"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// mapping is that of package inputs: names that host name rules forbid exist in
// the DNS and may be opted out. It is never changed.
var mapping = idna.New(
	idna.MapForLookup(),
	idna.Transitional(false),
	idna.StrictDomainName(false),
	idna.CheckHyphens(false),
	idna.RemoveLeadingDots(false),
)

var errName = errors.New("no domain name")

// optOutName returns a name as lower-case A-labels without final dot. "*.x" and
// ".x" are how some write "all below x"; they mean x here, since an opt-out had
// better cover too much than too little.
func optOutName(s string) (string, error) {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "*"), ".")
	if !isASCII(s) {
		a, err := mapping.ToASCII(s)
		if err != nil || !isASCII(a) || !utf8.ValidString(s) {
			return "", errName
		}
		s = a
	}
	name := strings.ToLower(strings.TrimSuffix(s, "."))
	if len(name) > 253 { // RFC 1035 section 2.3.4
		return "", errName
	}
	for label := range strings.SplitSeq(name, ".") {
		if len(label) == 0 || len(label) > 63 || strings.ContainsFunc(label, notNameRune) {
			return "", errName
		}
	}
	if last := name[1+strings.LastIndexByte(name, '.'):]; strings.Trim(last, "0123456789") == "" {
		return "", errName // a slip in an address: it must not pass for a name (RFC 3696 section 2)
	}
	return name, nil
}

func notNameRune(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '_')
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 })
}

// operator is who runs a host, as far as its name tells: its registrable domain.
func operator(host string) string {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if o, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return o
	}
	return host
}
