package analysis

import (
	"slices"

	"stscan/internal/evidence"
)

// tellTLSA says for which MX hosts there are TLSA records, whatever they are
// worth: records of which validation fails count, too, where they were seen with
// checking disabled.
func tellTLSA(c *evidence.Case, _ Adoption) (told Told) {
	if !slices.ContainsFunc(c.Domain.Lookups, func(l evidence.Lookup) bool { return l.Question.Type == evidence.TypeTLSA && l.Total > 0 }) {
		return told
	}
	mx, _ := c.Lookup(c.Domain.Target.Domain, evidence.TypeMX)
	for _, h := range daneHosts(c, mx) {
		for _, base := range tlsaBases(c, h.Host) {
			if exists, validated := tlsaAt(c, base); exists {
				told.TLSA = append(told.TLSA, TLSA{Host: h.Host, Base: base, Validated: validated})
				break
			}
		}
	}
	return told
}

// tlsaAt reports whether a base domain was seen to have TLSA records, and
// whether the resolver validated that answer.
func tlsaAt(c *evidence.Case, base string) (exists, validated bool) {
	q := tlsaQuestion(base)
	for _, q.CD = range [...]bool{false, true} {
		if l, ok := c.Find(q); ok && l.Total > 0 {
			exists, validated = true, validated || l.AD
		}
	}
	return exists, validated
}
