package analysis

import (
	"strings"

	"stscan/internal/evidence"
	"stscan/internal/mtasts"
	"stscan/internal/taxonomy"
)

// judgeRecord judges the TXT record at _mta-sts (RFC 8461 section 3.1).
func (j *judge) judgeRecord() {
	name := RecordName(j.domain)
	l, ok := j.c.Lookup(name, evidence.TypeTXT)
	if !ok {
		j.record = stateUnknown
		j.add(j.notAsked(evidence.StepRecord), name, "")
		return
	}
	var set mtasts.RecordSet
	j.signal, set = readRecord(l)
	switch j.signal {
	case SignalUnknown: // an error of the DNS is never "no record"
		j.record = stateUnknown
		j.findings = append(j.findings, lookupFinding(l))
		return
	case SignalClaim:
		j.v.RecordPresent, j.v.RecordValid = new(true), new(!j.fatal(set.Issues))
	case SignalNearMiss:
		j.v.RecordPresent, j.v.RecordValid = new(false), new(false)
	default:
		j.v.RecordPresent = new(false)
	}
	if set.ID != "" {
		j.v.RecordID = new(bounded(evidence.Text([]byte(set.ID))))
	}
	j.record = recordState(j.signal, j.v.RecordValid)
	j.recordFindings(name, l, set)
}

func recordState(s Signal, valid *bool) state {
	switch {
	case s != SignalClaim && s != SignalNearMiss:
		return stateNone
	case *valid:
		return stateGood
	}
	return stateFailed
}

func (j *judge) recordFindings(name string, l evidence.Lookup, set mtasts.RecordSet) {
	if j.signalled() && len(l.Chain) > 0 {
		if l.Total == 0 {
			j.add(taxonomy.RecCNAMEDangling, name, lastOf(l.Chain)+": "+l.RCode)
		} else {
			j.add(taxonomy.RecDelegated, name, lastOf(l.Chain))
		}
	}
	for _, i := range set.Issues {
		if j.passes(i) {
			continue
		}
		j.findings = append(j.findings, issueFinding(i, name, text(l.Records[i.RR])))
	}
	if l.Total > 0 && j.signal != SignalClaim {
		probe := WildcardProbe(j.domain)
		if w, ok := j.c.Lookup(probe, evidence.TypeTXT); ok && w.Answered() && w.Total > 0 {
			j.add(taxonomy.RecWildcardSuspected, probe, strings.Join(w.Records, "; "))
		}
	}
}

// passes reports whether an issue is one that the deployed ruleset lets pass.
func (j *judge) passes(i mtasts.Issue) bool {
	j.disputed = j.disputed || i.Contested
	return j.lenient && i.Contested
}

// fatal reports whether a sender, as the ruleset has it, stops at one of issues.
func (j *judge) fatal(issues []mtasts.Issue) bool {
	for _, i := range issues {
		if i.Fatal && !j.passes(i) {
			return true
		}
	}
	return false
}

// notAsked says why there is no evidence at all of a step.
func (j *judge) notAsked(step string) taxonomy.Code {
	for _, s := range j.c.Domain.Skipped {
		if s.Step != step && s.Step != evidence.StepDomain {
			continue
		}
		switch s.Why {
		case string(evidence.KindCancelled):
			return taxonomy.IncCancelled
		case string(evidence.KindBudget):
			return taxonomy.IncBudgetExhausted
		}
	}
	return taxonomy.IncNotProbed
}

func lastOf(chain []string) string { return chain[len(chain)-1] }
