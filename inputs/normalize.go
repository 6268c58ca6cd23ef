package inputs

import (
	"net/netip"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// Reason says why a line of a list gives no name. The list is closed.
type Reason string

const (
	ReasonEmpty         Reason = "empty"          // nothing left: "", "." or an empty CSV field
	ReasonEmptyLabel    Reason = "empty_label"    // two dots in a row, or one in front
	ReasonLabelTooLong  Reason = "label_too_long" // RFC 1035 section 2.3.4: 63 octets
	ReasonNameTooLong   Reason = "name_too_long"  // RFC 1035 section 2.3.4: 253 characters in text form
	ReasonBadCharacter  Reason = "bad_character"  // anything but letters, digits, hyphen, underscore and dot
	ReasonBadEncoding   Reason = "bad_encoding"   // not UTF-8
	ReasonBadIDN        Reason = "bad_idn"        // not to be written in A-labels (UTS #46)
	ReasonWildcard      Reason = "wildcard"       // "*.example.com": a pattern, not a name
	ReasonIPAddress     Reason = "ip_address"     // an address, or a last label of digits only
	ReasonSingleLabel   Reason = "single_label"   // "localhost", "com"
	ReasonPublicSuffix  Reason = "public_suffix"  // unit registrable: the name has no registrable part
	ReasonNoDomainField Reason = "no_domain_field"
	ReasonBadURL        Reason = "bad_url"
	ReasonBadQuoting    Reason = "bad_quoting" // a CSV quote that does not end on its line
	ReasonLineTooLong   Reason = "line_too_long"
)

// Reasons returns every reason there is.
func Reasons() []Reason {
	return []Reason{
		ReasonEmpty, ReasonEmptyLabel, ReasonLabelTooLong, ReasonNameTooLong, ReasonBadCharacter,
		ReasonBadEncoding, ReasonBadIDN, ReasonWildcard, ReasonIPAddress, ReasonSingleLabel,
		ReasonPublicSuffix, ReasonNoDomainField, ReasonBadURL, ReasonBadQuoting, ReasonLineTooLong,
	}
}

// NameError is what Normalize returns for what is no domain name.
type NameError struct{ Reason Reason }

func (e *NameError) Error() string {
	return "not a domain name: " + strings.ReplaceAll(string(e.Reason), "_", " ")
}

const (
	maxLabel = 63  // RFC 1035 section 2.3.4
	maxName  = 253 // 255 octets on the wire, less the first length octet and the root's
)

// Normalize returns s as lower-case A-labels without a final dot, or a
// *NameError. Underscores, hyphens anywhere and A-labels that idna would not
// write itself are kept: such names exist in the DNS. Names of one label, IP
// addresses and wildcards are refused: none of them can be the domain of a
// mail address that MTA-STS covers (RFC 8461 section 3), and the popularity
// lists carry all three.
func Normalize(s string) (string, error) {
	name, reason := normalize(s)
	if reason != "" {
		return "", &NameError{reason}
	}
	return name, nil
}

func normalize(s string) (string, Reason) {
	if !isASCII(s) {
		if !utf8.ValidString(s) {
			return "", ReasonBadEncoding
		}
		var ok bool
		if s, ok = toASCII(s); !ok {
			return "", ReasonBadIDN
		}
	}
	name := strings.TrimSuffix(strings.ToLower(s), ".")
	if reason := checkName(name); reason != "" {
		return "", reason
	}
	return name, ""
}

// lookup maps as a browser does (UTS #46), but lets pass what the DNS has and
// host name rules forbid: underscores, "ab--cd". It is never changed.
var lookup = idna.New(
	idna.MapForLookup(),
	idna.Transitional(false),
	idna.StrictDomainName(false),
	idna.CheckHyphens(false),
	idna.RemoveLeadingDots(false),
)

// toASCII returns A-labels. They still need checkName: idna checks neither
// lengths nor empty labels, and lets spaces pass.
func toASCII(s string) (string, bool) {
	a, err := lookup.ToASCII(s)
	return a, err == nil && isASCII(a)
}

// checkName checks a lower-case ASCII name without final dot.
func checkName(name string) Reason {
	if name == "" {
		return ReasonEmpty
	}
	if strings.HasPrefix(name, "*.") {
		return ReasonWildcard
	}
	if isIPv6(name) {
		return ReasonIPAddress
	}
	start, digits := 0, true // of the label at hand
	for i := 0; i <= len(name); i++ {
		if i < len(name) && name[i] != '.' {
			if !nameByte(name[i]) {
				return ReasonBadCharacter
			}
			digits = digits && name[i] >= '0' && name[i] <= '9'
			continue
		}
		if i == start {
			return ReasonEmptyLabel
		}
		if i-start > maxLabel {
			return ReasonLabelTooLong
		}
		if i == len(name) {
			break
		}
		start, digits = i+1, true
	}
	switch {
	case len(name) > maxName:
		return ReasonNameTooLong
	case digits: // no top-level domain is all digits (RFC 3696 section 2): 192.0.2.1, or a slip in one
		return ReasonIPAddress
	case start == 0:
		return ReasonSingleLabel
	}
	return ""
}

// isIPv6 tells an IPv6 address, bracketed or not, from a name with a stray colon.
func isIPv6(s string) bool {
	if strings.IndexByte(s, ':') < 0 {
		return false
	}
	_, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(s, "["), "]"))
	return err == nil
}

func nameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_'
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
