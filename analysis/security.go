package analysis

import (
	"slices"

	"stscan/internal/evidence"
)

// security is what DNSSEC says of an answer (RFC 4033 section 5), as far as
// somebody can tell who has it from a resolver.
type security string

const (
	secure        security = "secure"
	insecure      security = "insecure"      // the resolver validates, and did not have to here
	bogus         security = "bogus"         // there is an answer that fails validation
	indeterminate security = "indeterminate" // nobody saw this resolver validate
	unanswered    security = "unanswered"
)

// detailNotValidating is the detail of what hangs on DNSSEC where the resolver
// was not seen to validate in this run.
const detailNotValidating = "not_validating"

// securityOf reads the AD bit of an answer. That it is not set means something
// only if the same resolver has set it elsewhere (RFC 6840 section 5.8).
func securityOf(c *evidence.Case, l evidence.Lookup) security {
	switch {
	case !l.Answered() && failsValidation(c, l):
		return bogus
	case !l.Answered():
		return unanswered
	case l.AD:
		return secure
	case validates(c, l.Server):
		return insecure
	}
	return indeterminate
}

// validates reports whether a resolver was seen to validate: in the run before
// this row was finished, or in the row itself.
func validates(c *evidence.Case, server string) bool {
	return slices.Contains(c.Domain.Validating, server) ||
		slices.ContainsFunc(c.Domain.Lookups, func(l evidence.Lookup) bool {
			return l.AD && !l.Failure.Failed() && l.Server == server
		})
}

// askValidation names what shows whether the resolver that answered l
// validates, where nothing has shown it yet: the DS of the top-level domain.
// The root is signed, so that a resolver that validates sets AD in that answer
// whether there is a DS or not.
func askValidation(c *evidence.Case, l evidence.Lookup) []evidence.Question {
	if validates(c, l.Server) || c.Domain.Target.TLD == "" {
		return nil
	}
	return []evidence.Question{{Name: c.Domain.Target.TLD, Type: evidence.TypeDS}}
}

// askUnchecked names the question behind a SERVFAIL, with checking disabled:
// an answer to it tells bogus from broken (RFC 4035 section 3.2.2).
func askUnchecked(c *evidence.Case, l evidence.Lookup) []evidence.Question {
	if l.RCode != evidence.RCodeServFail || failsValidation(c, l) {
		return nil
	}
	q := l.Question
	q.CD = true
	return []evidence.Question{q}
}
