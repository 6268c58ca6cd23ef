package lab

import (
	"net/netip"
	"strconv"
	"strings"
)

// Placeholders of names and texts in a Scenario.
const (
	holdDomain = "{domain}"
	holdDash   = "{dash}"
	holdUnder  = "{underscore}"
	holdGroup  = "{group}"
	holdID     = "{id}"
	holdAddr   = "{address}"
)

// pattern is a name of a scenario: fixed, or with the scanned domain in it,
// as it is or with dashes. It works both ways: from the domain to the name
// and from the name back to the domain.
type pattern struct {
	prefix, suffix string
	hold           string // holdDomain, holdDash, holdUnder, holdGroup, or "" for a fixed name, which then is the prefix
}

func newPattern(s string) pattern {
	s = strings.ToLower(strings.TrimSuffix(s, "."))
	for _, hold := range []string{holdDomain, holdDash, holdUnder, holdGroup} {
		if before, after, ok := strings.Cut(s, hold); ok {
			return pattern{prefix: before, suffix: after, hold: hold}
		}
	}
	return pattern{prefix: s}
}

func newPatterns(names []string) []pattern {
	var ps []pattern
	for _, s := range names {
		ps = append(ps, newPattern(s))
	}
	return ps
}

// name is the name that p stands for in the deployment of domain.
func (p pattern) name(domain string) string {
	switch p.hold {
	case holdDomain:
		return p.prefix + domain + p.suffix
	case holdDash:
		return p.prefix + dash(domain) + p.suffix
	case holdUnder:
		return p.prefix + strings.ReplaceAll(domain, ".", "_") + p.suffix
	case holdGroup:
		return p.prefix + group(domain) + p.suffix
	}
	return p.prefix
}

// shared reports whether p's names are the same for several domains, so that
// they do not lead back to one.
func (p pattern) shared() bool { return p.hold == "" || p.hold == holdGroup }

// domain is the inverse of name.
func (p pattern) domain(name string) (string, bool) {
	switch p.hold {
	case "":
		return "", name == p.prefix
	case holdGroup:
		return "", false
	}
	rest, ok := strings.CutPrefix(name, p.prefix)
	if !ok {
		return "", false
	}
	rest, ok = strings.CutSuffix(rest, p.suffix)
	if !ok || rest == "" {
		return "", false
	}
	switch p.hold {
	case holdDash:
		return undash(rest)
	case holdUnder:
		return strings.ReplaceAll(rest, "_", "."), !strings.Contains(rest, ".")
	}
	return rest, true
}

// operator is the zone of the operator that p's names lie in, its last two
// labels, or "" when they lie in the zone of the scanned domain.
func (p pattern) operator() string {
	if p.hold == holdGroup {
		return "" // one of many, see group
	}
	s := p.suffix
	if p.hold == "" {
		s = p.prefix
	}
	if s == "" {
		return ""
	}
	return lastTwo(s)
}

// groups is how many groups the domains of a world are in: as many as give each
// group of preset imc25 more than 5 and fewer than 50 of the domains that
// have a host of their group's.
const groups = 400

// group is the {group} of a domain. Domains with numbers are in them by turns,
// so that the groups are of one size.
func group(domain string) string {
	n, ok := nameNumber(domain)
	if !ok {
		n = int(hash(0, "group", domain) % groups)
	}
	return groupLabel(n % groups)
}

// groupLabel is how the group of this number is written: in three digits.
func groupLabel(n int) string { return strconv.Itoa(groups + n) }

// groupOf is the number of the group whose name of pattern p this is.
func (p pattern) groupOf(name string) int {
	n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(name, p.prefix), p.suffix))
	if err != nil {
		return 0
	}
	return n - groups
}

// dash writes a domain as one label: a dot becomes a dash, a dash two. It can
// be undone unless a label begins or ends with a dash; dashable says so.
func dash(domain string) string {
	return strings.ReplaceAll(strings.ReplaceAll(domain, "-", "--"), ".", "-")
}

func undash(label string) (string, bool) {
	if strings.Contains(label, ".") {
		return "", false
	}
	const hyphen = "\x00"
	domain := strings.ReplaceAll(label, "--", hyphen)
	domain = strings.ReplaceAll(domain, "-", ".")
	domain = strings.ReplaceAll(domain, hyphen, "-")
	return domain, dash(domain) == label && dashable(domain)
}

func dashable(domain string) bool {
	for label := range strings.SplitSeq(domain, ".") {
		if label == "" || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
	}
	return true
}

// expand fills the placeholders of a text.
func expand(text, domain, id string) string {
	if !strings.Contains(text, "{") {
		return text
	}
	text = strings.ReplaceAll(text, holdDomain, domain)
	text = strings.ReplaceAll(text, holdDash, dash(domain))
	if strings.Contains(text, holdGroup) {
		text = strings.ReplaceAll(text, holdGroup, group(domain))
	}
	if strings.Contains(text, holdAddr) {
		text = strings.ReplaceAll(text, holdAddr, addressOf(domain))
	}
	return strings.ReplaceAll(text, holdID, id)
}

// addressOf is the {address} of a name: one that is nobody's in this world.
func addressOf(domain string) string {
	h := hash(0, "address", domain)
	return netip.AddrFrom4([4]byte{192, byte(h), byte(h >> 8), byte(h >> 16)}).String()
}

// firstLabel splits a name at its first dot; rest is "" for a single label.
func firstLabel(name string) (label, rest string) {
	label, rest, _ = strings.Cut(name, ".")
	return label, rest
}

// lastTwo is the name's last two labels, or the whole of a shorter name.
func lastTwo(name string) string {
	i := strings.LastIndexByte(name, '.')
	if i < 0 {
		return name
	}
	return name[strings.LastIndexByte(name[:i], '.')+1:]
}
