package analysis

import (
	"slices"

	"stscan/internal/evidence"
)

// dnssecCheck asks whether where a domain's mail goes is said in a signed zone.
func dnssecCheck() Check {
	return Check{
		Name: "dnssec",
		Cite: "RFC 4035 section 4.3",
		Doc: "DNSSEC of the answer to the MX question. unsigned: no chain of trust leads to it; unsupported: there is a DS, and yet the " +
			"resolver takes the zone for unsigned, as of an algorithm it does not know (RFC 4035 section 5.2); bogus: the answer " +
			"fails validation; nxdomain: there is no such domain; not_validating: the resolver was not seen to validate in this run.",
		Details: []string{detailOK, "unsigned", "unsupported", "bogus", "nxdomain", detailNotValidating, detailUnanswered},
		AskDomain: func(c *evidence.Case) []evidence.Question {
			l, ok := c.Lookup(c.Domain.Target.Domain, evidence.TypeMX)
			if _, asked := c.Find(dsQuestion(c)); !asked || !ok {
				return []evidence.Question{dsQuestion(c)}
			}
			return slices.Concat(askUnchecked(c, l), askValidation(c, l))
		},
		Judge: judgeDNSSEC,
	}
}

func dsQuestion(c *evidence.Case) evidence.Question {
	return evidence.Question{Name: c.Domain.Target.Domain, Type: evidence.TypeDS}
}

func judgeDNSSEC(c *evidence.Case) Adoption {
	ds, asked := c.Find(dsQuestion(c))
	l, ok := c.Lookup(c.Domain.Target.Domain, evidence.TypeMX)
	if !asked || !ok {
		return Adoption{}
	}
	if l.NXDomain() && len(l.Chain) == 0 {
		return Adoption{State: AdoptsNo, Detail: "nxdomain"}
	}
	switch securityOf(c, l) {
	case secure:
		return Adoption{State: AdoptsYes, Detail: detailOK}
	case bogus:
		return Adoption{State: AdoptsBroken, Detail: "bogus"}
	case insecure:
		if ds.Total > 0 && len(l.Chain) == 0 { // behind an alias it is another zone that is unsigned
			return Adoption{State: AdoptsBroken, Detail: "unsupported"}
		}
		return Adoption{State: AdoptsNo, Detail: "unsigned"}
	case indeterminate:
		return Adoption{State: AdoptsUnknown, Detail: detailNotValidating}
	}
	return Adoption{State: AdoptsUnknown, Detail: detailUnanswered}
}
