package analysis

import (
	"net/netip"
	"strconv"
	"strings"

	"stscan/internal/evidence"
)

// spfCheck asks whether a domain says who may send its mail (RFC 7208). It
// reads the domain's own record and follows neither include nor redirect.
func spfCheck() Check {
	return Check{
		Name: "spf",
		Cite: "RFC 7208 section 4",
		Doc: "SPF, the domain's own record. fail, softfail, neutral, pass: what all says of every other sender; redirect: another record " +
			"says it; open: nothing does, which is neutral. multiple, syntax: permanent errors (RFC 7208 sections 4.5 and 4.6).",
		Details: []string{"fail", "softfail", "neutral", "pass", "redirect", "open", detailAbsent, detailMultiple, detailSyntax, detailUnanswered},
		AskDomain: func(c *evidence.Case) []evidence.Question {
			return []evidence.Question{txtQuestion(c.Domain.Target.Domain)}
		},
		Judge: judgeSPF,
	}
}

func judgeSPF(c *evidence.Case) Adoption {
	l, ok := c.Lookup(c.Domain.Target.Domain, evidence.TypeTXT)
	if !ok {
		return Adoption{}
	}
	if !l.Answered() || l.Truncated {
		return Adoption{State: AdoptsUnknown, Detail: detailUnanswered}
	}
	var records []string
	for _, r := range l.Records {
		if terms, ok := spfTerms(string(text(r))); ok {
			records = append(records, terms)
		}
	}
	switch len(records) {
	case 0:
		return Adoption{State: AdoptsNo, Detail: detailAbsent}
	case 1:
		return spfRecord(records[0])
	}
	return Adoption{State: AdoptsBroken, Detail: detailMultiple} // RFC 7208 section 4.5
}

// spfTerms is what stands behind the version of a record. The version ends with
// a space or the record (RFC 7208 section 4.5) and has no case (RFC 5234
// section 2.3).
func spfTerms(record string) (terms string, ok bool) {
	version, terms, _ := strings.Cut(record, " ")
	return terms, strings.EqualFold(version, "v=spf1")
}

// spfRecord judges the terms of the only record.
func spfRecord(terms string) Adoption {
	end := ""
	redirects, explanations := 0, 0
	for term := range strings.SplitSeq(terms, " ") {
		if term == "" {
			continue
		}
		name, value, isModifier := spfModifier(term)
		switch {
		case isModifier && (name == "redirect" || name == "exp") && value == "":
			return Adoption{State: AdoptsBroken, Detail: detailSyntax}
		case isModifier && name == "redirect":
			redirects++
		case isModifier && name == "exp":
			explanations++
		case isModifier: // unknown ones are ignored (RFC 7208 section 6)
		default:
			result, ok := spfDirective(term)
			if !ok {
				return Adoption{State: AdoptsBroken, Detail: detailSyntax}
			}
			if end == "" { // what is behind all never counts (RFC 7208 section 5.1)
				end = result
			}
		}
	}
	switch {
	case redirects > 1, explanations > 1: // RFC 7208 section 6
		return Adoption{State: AdoptsBroken, Detail: detailSyntax}
	case end == "" && redirects == 1: // with all there, redirect does not count (RFC 7208 section 6.1)
		end = "redirect"
	case end == "": // RFC 7208 section 4.7
		end = "open"
	}
	return Adoption{State: AdoptsYes, Detail: end}
}

// spfModifier reads name=value: a name of letters, digits, "-", "_" and "."
// that begins with a letter (RFC 7208 section 4.6.1).
func spfModifier(term string) (name, value string, ok bool) {
	name, value, ok = strings.Cut(term, "=")
	if !ok || name == "" || !isLetter(name[0]) {
		return "", "", false
	}
	for i := range len(name) {
		if c := name[i]; !isLetter(c) && (c < '0' || c > '9') && c != '-' && c != '_' && c != '.' {
			return "", "", false
		}
	}
	return strings.ToLower(name), value, true
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// spfDirective reads a mechanism with its qualifier. result is what all says,
// "" for the other mechanisms.
func spfDirective(term string) (result string, ok bool) {
	result = "pass"
	switch term[0] { // RFC 7208 section 4.6.2
	case '-':
		result, term = "fail", term[1:]
	case '~':
		result, term = "softfail", term[1:]
	case '?':
		result, term = "neutral", term[1:]
	case '+':
		term = term[1:]
	}
	end := strings.IndexAny(term, ":/")
	if end < 0 {
		end = len(term)
	}
	argument := term[end:]
	switch strings.ToLower(term[:end]) { // RFC 7208 section 5
	case "all":
		return result, argument == ""
	case "include", "exists":
		return "", len(argument) > 1 && argument[0] == ':'
	case "ptr":
		return "", argument == "" || argument[0] == ':' && len(argument) > 1
	case "a", "mx":
		return "", spfHosts(argument)
	case "ip4":
		return "", spfNetwork(argument, netip.Addr.Is4)
	case "ip6":
		return "", spfNetwork(argument, netip.Addr.Is6)
	}
	return "", false
}

// spfHosts reads the argument of a and mx: ":domain", "/bits", "//bits", each
// of which may be left out (RFC 7208 sections 5.3 and 5.6). A domain may hold
// macros with slashes in them, so the prefix lengths are taken from the end.
func spfHosts(argument string) bool {
	if rest, bits, ok := cutLast(argument, "//"); ok && prefixLength(bits, 128) {
		argument = rest
	}
	if rest, bits, ok := cutLast(argument, "/"); ok && prefixLength(bits, 32) {
		argument = rest
	}
	return argument == "" || argument[0] == ':' && len(argument) > 1 && !strings.HasSuffix(argument, "/")
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func prefixLength(s string, most int) bool {
	n, err := strconv.ParseUint(s, 10, 8)
	return err == nil && int(n) <= most && (s == "0" || s[0] != '0')
}

// spfNetwork reads the argument of ip4 and ip6 (RFC 7208 section 5.6).
func spfNetwork(argument string, family func(netip.Addr) bool) bool {
	network, ok := strings.CutPrefix(argument, ":")
	if !ok || strings.Contains(network, "%") {
		return false
	}
	address, bits, hasBits := strings.Cut(network, "/")
	a, err := netip.ParseAddr(address)
	return err == nil && family(a) && (!hasBits || prefixLength(bits, a.BitLen()))
}
