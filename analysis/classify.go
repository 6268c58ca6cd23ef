package analysis

import (
	"slices"

	"stscan/internal/evidence"
	"stscan/internal/mtasts"
	"stscan/internal/taxonomy"
)

// Classify says what the evidence of one domain means under the rules. It is
// pure: the same case and rules give the same verdict, whatever the rules'
// cache holds. It keeps no reference to r, but may share strings with c.
func Classify(c evidence.Case, r *Rules) Verdict {
	j := newJudge(&c, r, r.deployed())
	j.judge()
	if j.disputed {
		other := newJudge(&c, r, !r.deployed())
		other.judge()
		j.contest(&other)
	}
	return j.conclude()
}

// judge goes through all layers.
func (j *judge) judge() {
	if j.optedOut() {
		return
	}
	j.judgeRecord()
	j.judgePolicy()
	j.judgeMXSet()
	j.judgeMatch()
	j.judgeContacts()
	j.judgeChecks()
}

// state is what became of one layer.
type state string

const (
	stateNone    state = ""        // not applicable, or not come to
	stateGood    state = "good"    // a sender goes on
	stateFailed  state = "failed"  // a sender stops here: there is positive evidence
	stateUnknown state = "unknown" // we could not tell
)

// judge is the state of one Classify: what the layers so far have shown.
type judge struct {
	c        *evidence.Case
	r        *Rules
	domain   string
	v        Verdict
	findings []Finding // of all but the MX hosts

	lenient  bool // what only some senders mind passes: ruleset deployed
	disputed bool // there was something of that kind

	signal    Signal
	record    state
	retrieval state
	syntax    state
	policy    *mtasts.Policy // the valid policy, wanted by a record or not; nil = none
	hosts     []mailHost
	moreHosts bool // there are MX records that were left out
}

// newJudge is one that reads the case by the text, or as lenient senders do.
func newJudge(c *evidence.Case, r *Rules, lenient bool) judge {
	d := &c.Domain
	return judge{c: c, r: r, lenient: lenient, domain: d.Target.Domain, signal: SignalUnknown, v: Verdict{
		Domain:       d.Target.Domain,
		Rank:         d.Target.Rank,
		List:         d.Target.List,
		TLD:          d.Target.TLD,
		Registrable:  d.Target.Registrable,
		ScannedAt:    d.ScannedAt,
		Attempt:      d.Attempt,
		RulesVersion: r.Version,
		MXStatus:     MXInconclusive,
	}}
}

// optedOut reports whether the whole name was left alone on request.
func (j *judge) optedOut() bool {
	for _, s := range j.c.Domain.Skipped {
		if s.Step == evidence.StepDomain && s.Why == string(evidence.KindOptedOut) {
			j.add(taxonomy.DomOptedOut, j.domain, "")
			j.record = stateUnknown
			return true
		}
	}
	return false
}

func (j *judge) add(code taxonomy.Code, where, got string) {
	j.findings = append(j.findings, newFinding(code, where, got))
}

// signalled reports whether the domain is an intended deployment: what is wrong
// with it is then an error, and not a fact about a stranger's web server.
func (j *judge) signalled() bool {
	return j.signal == SignalClaim || j.signal == SignalNearMiss
}

// inForce reports whether a sender applies the policy to the MX hosts.
func (j *judge) inForce() bool {
	return j.record == stateGood && j.policy != nil && j.policy.Mode != mtasts.ModeNone
}

// conclude puts everything together that depends on all layers.
func (j *judge) conclude() Verdict {
	v := &j.v
	v.Status = j.status()
	j.deliveries()
	j.controls()
	v.MX = slices.Grow(v.MX, len(j.hosts))
	for i := range j.hosts {
		h := &j.hosts[i]
		h.findings = inOrder(h.findings)
		j.reportable(h.findings)
		h.v.Codes, h.v.TLSRPT = codesOf(h.findings), results(h.findings)
		v.MX = append(v.MX, h.v)
	}
	j.findings = inOrder(j.findings)
	j.reportable(j.findings)
	v.PolicyTLSRPT = results(j.findings)
	v.Findings = j.findings
	for _, h := range j.hosts {
		v.Findings = append(v.Findings, h.findings...)
	}
	v.Findings = inOrder(v.Findings)
	v.Codes = codesOf(v.Findings)
	v.FirstFailure = firstFailure(v.Findings)
	return *v
}

// reportable gives findings the RFC 8460 type under which a sender reports
// them: only what lies behind a valid record, and nothing behind mode none (RFC
// 8461 section 6).
func (j *judge) reportable(findings []Finding) {
	if j.record != stateGood || j.policy != nil && j.policy.Mode == mtasts.ModeNone {
		return
	}
	for i := range findings {
		if findings[i].Class == taxonomy.ClassError {
			e, _ := taxonomy.Of(findings[i].Code)
			findings[i].Result = e.Result
		}
	}
}

// controls notes that our own network was at fault, where something could not
// be told while the controls failed.
func (j *judge) controls() {
	if j.c.Domain.Controls != evidence.ControlsFailed {
		return
	}
	inconclusive := func(findings []Finding) bool {
		for _, f := range findings {
			if f.Class == taxonomy.ClassInconclusive {
				return true
			}
		}
		return false
	}
	dark := inconclusive(j.findings)
	for _, h := range j.hosts {
		dark = dark || inconclusive(h.findings)
	}
	if dark {
		j.add(taxonomy.IncVantageDown, j.domain, "controls failed")
	}
}

// ownFault is the code of failures that say nothing about the peer: what failed
// on our side, and while the controls failed all that a firewall or a router of
// ours may have answered.
func (j *judge) ownFault(f evidence.Failure, e evidence.Endpoint) (taxonomy.Code, bool) {
	if j.c.Domain.Controls == evidence.ControlsFailed {
		switch f.Kind {
		case evidence.KindRefused, evidence.KindReset, evidence.KindUnreachable, evidence.KindEOF:
			return taxonomy.IncVantageDown, true
		}
	}
	return ownFault(f, e)
}

// failedBefore reports whether the first attempt, in sound conditions, failed in
// the same way at the same endpoint: twice is evidence.
func (j *judge) failedBefore(e evidence.Endpoint, op evidence.Op, kind evidence.Kind, reply string) bool {
	d := &j.c.Domain
	if d.Attempt < 2 || d.Controls == evidence.ControlsFailed || slices.ContainsFunc(d.Earlier, isInTheDark) {
		return false
	}
	address := e.Addr.String()
	for _, f := range d.Earlier {
		if f.Host == e.Host && f.Address == address && f.Op == op && f.Kind == kind && (reply == "" || f.Reply == reply) {
			return true
		}
	}
	return false
}

// endpointText names an endpoint in Finding.Where.
func endpointText(e evidence.Endpoint) string { return e.Host + " " + e.Addr.String() }
