package differential

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"stscan/internal/mtasts"
)

func matchClasses() []class[pair] {
	return []class[pair]{
		{parser: mox, name: "name that IDNA does not take", right: bothAre,
			why:     "RFC 8461 section 4.1 compares with the MX host name as the DNS gives it; mox knows no name that IDNA refuses (RFC 5890 section 2.3.1)",
			example: pair{"ab--c.example.com", "ab--c.example.com"},
			repair: func(in pair) pair {
				return pair{withoutDoubleHyphens(in.pattern), withoutDoubleHyphens(in.host)}
			}},
		{parser: mox, name: "wildcard before what looks like an IPv4 address", right: bothAre,
			why:     "RFC 8461 section 3.2: four numbers are a Domain (RFC 5321 section 4.1.2), and five are no address; mox refuses the policy",
			example: pair{"*.192.0.2.1", "1.192.0.2.1"},
			repair: func(in pair) pair {
				if withoutAddress(in.pattern) != in.pattern {
					in = pair{in.pattern + ".example", strings.TrimSuffix(in.host, ".") + ".example"}
				}
				return in
			}},
		{parser: mox, name: "hyphen at the edge of the label under the wildcard", right: bothAre,
			why:     `RFC 8461 section 4.1: "*" stands for the whole left-most label; that this one is none of a host (RFC 5321 section 4.1.2) is not asked`,
			example: pair{"*.example.com", "-x.example.com"},
			repair:  plainFirstLabel("-")},
		{parser: mox, name: "host name beyond ASCII", right: weAre,
			why:     "RFC 8461 section 4.1: names are compared as A-labels; what the DNS gives in other bytes is no host name",
			example: pair{"mail.example.com", "ｍail.example.com"},
			lets:    func(in pair, _ mtasts.Issue) bool { return !ascii(in.host) }},
		{parser: mox, name: "host name with an empty label, or empty", right: weAre,
			why:     "RFC 1035 section 3.1: only the root has the empty label; no such name is in the DNS",
			example: pair{"*.example.com", ".example.com"},
			lets:    func(in pair, _ mtasts.Issue) bool { return emptyLabel.MatchString(in.host) }},
		{parser: mox, name: "name that is too long", right: weAre,
			why:     "RFC 1035 section 2.3.4: no such name is in the DNS",
			example: pair{strings.Repeat("l", 64) + ".example", strings.Repeat("l", 64) + ".example"},
			lets:    func(in pair, _ mtasts.Issue) bool { return tooLong(in.host) }},

		{parser: goMTASTS, name: "A-label in the host under a wildcard", right: weAre,
			why:     "RFC 8461 section 4.1: the rest of the host is compared as A-labels; go-mtasts cuts the U-label at the length of the A-label, which never matches and can be out of range (a panic)",
			example: pair{"*.example.com", "xn--bcher-kva.example.com"},
			repair:  plainFirstLabel("xn--")},
		{parser: goMTASTS, name: "panic on an A-label", right: weAre,
			why:     "RFC 8461 section 4.1: no match is an answer; the slice of the class before is out of range, so an MX host name that its owner chose ends the sender",
			example: pair{"*.org", "xn--bcher-kva.de"},
			lets: func(in pair, _ mtasts.Issue) bool {
				return strings.HasPrefix(in.pattern, "*.") && strings.HasPrefix(strings.ToLower(in.host), "xn--")
			}},
		{parser: goMTASTS, name: "A-label in upper case", right: weAre,
			why:     "RFC 8461 section 4.1 and RFC 4343 section 2: names are compared without regard to ASCII case; go-mtasts makes a U-label of one and not of the other",
			example: pair{"xn--bcher-kva.example", "XN--BCHER-KVA.example"},
			repair:  func(in pair) pair { return pair{strings.ToLower(in.pattern), strings.ToLower(in.host)} }},
		{parser: goMTASTS, name: "final dot of a pattern", right: weAre,
			why:     "RFC 8461 section 3.2: Domain has no final dot; we mark the issue contested",
			example: pair{"mail.example.com.", "mail.example.com"},
			lets:    func(in pair, _ mtasts.Issue) bool { return strings.HasSuffix(in.pattern, ".") }},
		{parser: goMTASTS, name: "underscore in a pattern", right: weAre,
			why:     "RFC 8461 section 3.2: Domain has no underscore (RFC 5321 section 4.1.2); we mark the issue contested",
			example: pair{"mail_1.example.com", "mail_1.example.com"},
			lets:    func(in pair, _ mtasts.Issue) bool { return strings.Contains(in.pattern, "_") }},
		{parser: goMTASTS, name: "IPv4 address", right: weAre,
			why:     "RFC 8461 section 4.1 matches names of hosts, and RFC 5321 section 5.1 has MX point to a name",
			example: pair{"192.0.2.1", "192.0.2.1"},
			lets: func(in pair, _ mtasts.Issue) bool {
				host := strings.TrimSuffix(in.host, ".")
				return withoutAddress(host) != host
			}},
		{parser: goMTASTS, name: "U-label", right: weAre,
			why:     "RFC 8461 section 3.2: international names stand in a policy as A-labels",
			example: pair{"bücher.example", "xn--bcher-kva.example"},
			lets:    func(in pair, _ mtasts.Issue) bool { return !ascii(in.pattern) || !ascii(in.host) }},
		{parser: goMTASTS, name: `label "xn--" with nothing behind it`, right: weAre,
			why:     "RFC 8461 section 4.1: labels are compared as they stand; go-mtasts decodes this one to nothing",
			example: pair{"mail.example.com.xn--", "mail.example.com"},
			lets:    func(in pair, _ mtasts.Issue) bool { return emptyALabel.MatchString(in.pattern + " " + in.host) }},
		{parser: goMTASTS, name: "what is no host name equals itself", right: weAre,
			why:     "RFC 8461 section 4.1: a pattern matches host names, and is one itself or a wildcard before one",
			example: pair{"postmaster@example.com", "postmaster@example.com"},
			lets:    func(in pair, _ mtasts.Issue) bool { return !hostName.MatchString(strings.TrimSuffix(in.host, ".")) }},
		{parser: goMTASTS, name: "name that is too long", right: weAre,
			why:     "RFC 1035 section 2.3.4: no such name is in the DNS",
			example: pair{strings.Repeat("l", 64) + ".example", strings.Repeat("l", 64) + ".example"},
			lets:    func(in pair, _ mtasts.Issue) bool { return tooLong(in.host) }},
	}
}

// emptyLabel is a name with an empty label, or with "xn--" where IDNA makes one.
var emptyLabel = regexp.MustCompile(`(?i)^(.*\.)?(xn--)?(\..*)?$`)

var emptyALabel = regexp.MustCompile(`(?i)\bxn--(\.|\s|$)`)

// hostName is sub-domain *("." sub-domain) of RFC 5321 section 4.1.2, without
// its lengths and with the underscore of real names.
var hostName = regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*$`)

func ascii(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

// maxName is the length of the longest name in text, without its final dot.
const maxName = 253

func tooLong(host string) bool {
	host = strings.TrimSuffix(host, ".")
	if len(host) > maxName {
		return true
	}
	for label := range strings.SplitSeq(host, ".") {
		if len(label) > 63 {
			return true
		}
	}
	return false
}

// plainFirstLabel writes an "x" for the left-most label of a host under a
// wildcard if it begins or ends with mark.
func plainFirstLabel(mark string) func(pair) pair {
	return func(in pair) pair {
		label, rest, ok := strings.Cut(in.host, ".")
		if ok && strings.HasPrefix(in.pattern, "*.") && (strings.HasPrefix(strings.ToLower(label), mark) || strings.HasSuffix(label, mark)) {
			in.host = "x." + rest
		}
		return in
	}
}
