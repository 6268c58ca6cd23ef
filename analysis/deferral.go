package analysis

import (
	"slices"
	"strconv"

	"stscan/internal/evidence"
	"stscan/internal/taxonomy"
)

// Deferrable says whether a name is to be looked at again in the second pass,
// and why: the first code, in the order of the table, whose cause may pass. A
// masked STARTTLS is such a cause too, since only the whole run can tell whether
// it is our own network that masks. What failed goes along. The reason is ""
// when the row is final, as every row of the second attempt is.
func Deferrable(v Verdict, c evidence.Case) (reason string, earlier []evidence.Earlier) {
	if c.Domain.Attempt > 1 {
		return "", nil
	}
	for _, f := range v.Findings {
		e, _ := taxonomy.Of(f.Code)
		if e.Passing || f.Code == taxonomy.SmtpStartTLSStripped {
			return string(f.Code), Failures(c)
		}
	}
	return "", nil
}

// inTheDark stands before the failures of an attempt in which our own network
// was down: they are told, but prove nothing.
func inTheDark(d *evidence.Domain) evidence.Earlier {
	return evidence.Earlier{Step: evidence.StepDomain, Host: d.Target.Domain, Kind: evidence.KindLocal, Reply: "controls failed", At: d.ScannedAt}
}

func isInTheDark(e evidence.Earlier) bool {
	return e.Step == evidence.StepDomain && e.Kind == evidence.KindLocal
}

// Failures are all failed lookups, fetches and sessions of a case, as the second
// attempt gets to know them. What was cut short did not fail.
func Failures(c evidence.Case) []evidence.Earlier {
	var out []evidence.Earlier
	if c.Domain.Controls == evidence.ControlsFailed {
		out = append(out, inTheDark(&c.Domain))
	}
	for _, l := range c.Domain.Lookups {
		if l.Failure.Failed() && l.Failure.Kind != evidence.KindCancelled {
			out = append(out, evidence.Earlier{Step: lookupStep(&c, l.Question), Host: l.Question.Name, Op: l.Failure.Op,
				Kind: l.Failure.Kind, Reply: l.RCode, At: l.Span.Start})
		}
	}
	for i := range c.Domain.Fetches {
		f := &c.Domain.Fetches[i]
		op, kind := fetchFailure(f)
		if kind == "" {
			continue
		}
		e := evidence.Earlier{Step: evidence.StepPolicy, Host: f.Endpoint.Host, Address: f.Endpoint.Addr.String(),
			Op: op, Kind: kind, At: f.Span.Start}
		if f.Status != 0 {
			e.Reply = strconv.Itoa(f.Status)
		}
		out = append(out, e)
	}
	for _, s := range c.Sessions {
		if s.Failure.Failed() {
			out = append(out, evidence.Earlier{Step: evidence.StepMX, Host: s.Endpoint.Host, Address: s.Endpoint.Addr.String(),
				Op: s.Failure.Op, Kind: s.Failure.Kind, Reply: lastReply(s), At: s.Span.Start})
		}
	}
	return out
}

// lastReply is the last line that the peer sent.
func lastReply(s evidence.Session) string {
	for _, r := range [...]evidence.Reply{s.StartTLS, s.HELO, s.EHLO, s.Greeting} {
		if len(r) > 0 {
			return bounded(r[len(r)-1])
		}
	}
	return ""
}

// lookupStep is the step that asked a question.
func lookupStep(c *evidence.Case, q evidence.Question) string {
	domain := c.Domain.Target.Domain
	switch {
	case q.Name == RecordName(domain) && q.Type == evidence.TypeTXT, q.Name == WildcardProbe(domain):
		return evidence.StepRecord
	case q.Name == PolicyHost(domain):
		return evidence.StepPolicy
	case slices.Contains([]string{evidence.TypeMX, evidence.TypeA, evidence.TypeAAAA}, q.Type):
		return evidence.StepMX
	}
	return evidence.StepChecks
}
