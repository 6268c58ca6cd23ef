package lab

import (
	"strings"
)

// Placeholders of names and texts in a Scenario.
const (
	holdDomain = "{domain}"
	holdDash   = "{dash}"
	holdID     = "{id}"
)

// pattern is a name of a scenario: fixed, or with the scanned domain in it,
// as it is or with dashes. It works both ways: from the domain to the name
// and from the name back to the domain.
type pattern struct {
	prefix, suffix string
	hold           string // holdDomain, holdDash, or "" for a fixed name, which then is the prefix
}

func newPattern(s string) pattern {
	s = strings.ToLower(strings.TrimSuffix(s, "."))
	for _, hold := range []string{holdDomain, holdDash} {
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
	}
	return p.prefix
}

// domain is the inverse of name.
func (p pattern) domain(name string) (string, bool) {
	if p.hold == "" {
		return "", name == p.prefix
	}
	rest, ok := strings.CutPrefix(name, p.prefix)
	if !ok {
		return "", false
	}
	rest, ok = strings.CutSuffix(rest, p.suffix)
	if !ok || rest == "" {
		return "", false
	}
	if p.hold == holdDash {
		return undash(rest)
	}
	return rest, true
}

// operator is the zone of the operator that p's names lie in, its last two
// labels, or "" when they lie in the zone of the scanned domain.
func (p pattern) operator() string {
	s := p.suffix
	if p.hold == "" {
		s = p.prefix
	}
	if s == "" {
		return ""
	}
	return lastTwo(s)
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
	return strings.ReplaceAll(text, holdID, id)
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
