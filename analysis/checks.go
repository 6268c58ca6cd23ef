package analysis

import "stscan/internal/evidence"

// Check is one sibling standard: what to ask, and what the answers mean.
type Check struct {
	Name string // as in --checks and in Adoption.Check
	Cite string // the standard
	Doc  string // one sentence, with the words that Adoption.Detail may have

	AskDomain func(domain string) []evidence.Question // nil = nothing
	AskMX     func(host string) []evidence.Question   // nil = nothing
	// Judge says what the evidence means: the zero Adoption when nothing was asked.
	Judge func(c *evidence.Case) Adoption
}

// Checks are all sibling standards, in the order of Verdict.Adopts.
func Checks() []Check {
	return []Check{tlsrptCheck()}
}

// judgeChecks judges every check that was asked.
func (j *judge) judgeChecks() {
	for _, check := range j.r.checks {
		if a := check.Judge(j.c); a.State != "" {
			a.Check = check.Name
			j.v.Adopts = append(j.v.Adopts, a)
		}
	}
}
