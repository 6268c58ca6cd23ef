package inputs

import (
	"strings"

	"golang.org/x/net/publicsuffix"
)

// Unit is what one target stands for.
const (
	UnitName        = "name"        // names as given
	UnitRegistrable = "registrable" // reduced to the registrable domain, by the ICANN rules
)

// Registrable returns the registrable domain of a normalised name, by the ICANN
// rules of the Public Suffix List and by all rules, private ones included. Each
// is "" for a name that is itself a public suffix by those rules.
func Registrable(domain string) (icann, private string) {
	suffix, _ := publicsuffix.PublicSuffix(domain)
	return onePlus(domain, icannSuffix(suffix)), onePlus(domain, suffix)
}

// SuffixList names the revision of the Public Suffix List in use.
func SuffixList() string { return publicsuffix.List.String() }

// icannSuffix shortens a public suffix until an ICANN rule, or none at all,
// made it. The longest rule always prevails, so an ICANN rule can stand behind
// a private one only among its parents. The flag is asked of the suffix alone:
// asked of a longer name, it is that of the last node walked over.
func icannSuffix(suffix string) string {
	for {
		_, icann := publicsuffix.PublicSuffix(suffix)
		dot := strings.IndexByte(suffix, '.')
		if icann || dot < 0 {
			return suffix
		}
		suffix, _ = publicsuffix.PublicSuffix(suffix[dot+1:])
	}
}

// onePlus returns suffix with one more label of domain, or "".
func onePlus(domain, suffix string) string {
	if len(domain) <= len(suffix) {
		return ""
	}
	head := domain[:len(domain)-len(suffix)-1]
	return domain[1+strings.LastIndexByte(head, '.'):]
}

func lastLabel(domain string) string {
	return domain[1+strings.LastIndexByte(domain, '.'):]
}
