package analysis

import "stscan/internal/evidence"

// Check is one sibling standard: what to ask, and what the answers mean.
type Check struct {
	Name    string   // as in --checks and in Adoption.Check
	Cite    string   // the standard
	Doc     string   // what the check says, and what its details mean
	Details []string // the closed list of words that Adoption.Detail may have

	// AskDomain and AskMX name questions about the domain and about one of its
	// MX hosts; nil = nothing. They are asked for again when those are answered,
	// until they name nothing that the case does not hold: a question may
	// depend on the answer to another. Each may name only so many.
	AskDomain func(c *evidence.Case) []evidence.Question
	AskMX     func(c *evidence.Case, host string) []evidence.Question
	// Judge says what the evidence means: the zero Adoption when nothing was asked.
	Judge func(c *evidence.Case) Adoption
	// Tell is what the check has to say beside its state, of a case that Judge gave
	// a; nil = nothing.
	Tell func(c *evidence.Case, a Adoption) Told
}

// Told are columns that one check alone fills.
type Told struct {
	TLSRPTRUA []string // who gets the TLS reports; empty unless the record is in order
	TLSA      []TLSA   // by MX host; empty where DANE was not asked for
}

// Checks are all sibling standards, in the order of Verdict.Adopts.
func Checks() []Check {
	return []Check{tlsrptCheck(), daneCheck(), dnssecCheck(), spfCheck(), dmarcCheck(), bimiCheck()}
}

// judgeChecks judges every check that was asked.
func (j *judge) judgeChecks() {
	for _, check := range j.r.checks {
		a := check.Judge(j.c)
		if a.State == "" {
			continue
		}
		a.Check = check.Name
		j.v.Adopts = append(j.v.Adopts, a)
		if check.Tell != nil {
			told := check.Tell(j.c, a)
			j.v.TLSRPTRUA = append(j.v.TLSRPTRUA, told.TLSRPTRUA...)
			j.v.TLSA = append(j.v.TLSA, told.TLSA...)
		}
	}
}

// Details that several checks have.
const (
	detailOK         = "ok"
	detailAbsent     = "absent"     // conclusively nothing there
	detailUnanswered = "unanswered" // the DNS gave no conclusive answer
	detailMultiple   = "multiple"   // more records than the standard allows
	detailSyntax     = "syntax"
)

// txtQuestion asks for the TXT records of a name.
func txtQuestion(name string) evidence.Question {
	return evidence.Question{Name: name, Type: evidence.TypeTXT}
}
