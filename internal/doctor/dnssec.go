package doctor

import (
	"context"
	"fmt"
	"strings"

	"stscan/internal/evidence"
)

const useValidating = "let it validate, or name one that does with --resolver: without, checks dane and dnssec say not_validating of every name"

// validates asks for a name that is signed, and for names that are signed
// wrongly. Only a name that is refused, and answered when checking is disabled
// (RFC 4035 section 3.2.2), proves that the signatures are looked at: a bit says
// what whoever sets it likes, and a SERVFAIL has many causes.
func (s *server) validates(ctx context.Context, signed string, bogus []string) Finding {
	var marked evidence.Lookup
	trials := inParallel(
		func() []trial { return ofEach(bogus, func(name string) trial { return s.try(ctx, name) }) },
		func() []trial { marked = s.Probe(ctx, evidence.Question{Name: signed, Type: typeSOA}); return nil },
	)
	var refused, let, dead []string
	for _, t := range trials {
		switch {
		case t.refused:
			refused = append(refused, t.name)
		case t.answered:
			let = append(let, t.name)
		default:
			dead = append(dead, t.name)
		}
	}
	switch {
	case !marked.Answered():
		return s.says(CheckDNSSEC, StateUnknown, fmt.Sprintf("no answer about %s, which is signed: %s", signed, noAnswer(marked)), "name another with --dnssec-signed")
	case !marked.AD:
		return s.says(CheckDNSSEC, StateWarning, fmt.Sprintf("does not validate: its answer about %s, which is signed, has no AD bit", signed), useValidating)
	case len(let) > 0 && len(refused) == 0:
		return s.says(CheckDNSSEC, StateFailure, fmt.Sprintf("marks %s as validated, and answers for %s, which is signed wrongly", signed, strings.Join(let, ", ")),
			"take away its exceptions (negative trust anchors), or whatever sets the AD bit: what is forged would count as proven")
	case len(refused) == 0:
		return s.says(CheckDNSSEC, StateUnknown, fmt.Sprintf("marks %s as validated; whether it refuses what is signed wrongly cannot be told: no answer about %s, even without checking",
			signed, strings.Join(dead, ", ")), "name another such name with --dnssec-bogus")
	}
	return ok(CheckDNSSEC, s.about, fmt.Sprintf("validates: marks %s, refuses what is signed wrongly: %s", signed, strings.Join(refused, ", ")))
}

// trial is what came of a name that is signed wrongly: refused, and answered
// without checking; or answered as if nothing were wrong; or neither.
type trial struct {
	name              string
	refused, answered bool
}

func (s *server) try(ctx context.Context, name string) trial {
	q := evidence.Question{Name: name, Type: evidence.TypeMX}
	checked := s.Probe(ctx, q)
	if checked.Answered() {
		return trial{name: name, answered: true}
	}
	q.CD = true
	return trial{name: name, refused: checked.RCode == evidence.RCodeServFail && s.Probe(ctx, q).Answered()}
}
