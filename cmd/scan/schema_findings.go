package main

import (
	"fmt"

	"stscan/analysis"
	"stscan/internal/lab"
	"stscan/internal/taxonomy"
)

// findingsGuide says what verdicts say.
type findingsGuide struct {
	RulesVersion string       `json:"rules_version"`
	Statuses     []word       `json:"statuses"`
	Deliveries   []word       `json:"deliveries"`
	Classes      []word       `json:"classes"`
	Triggers     []word       `json:"triggers"`
	Layers       []word       `json:"layers"`
	Findings     []findingDoc `json:"findings"` // in the order of the layers
}

// findingDoc is a row of the finding table, with what follows from it and what
// the test internet has of it.
type findingDoc struct {
	Code       taxonomy.Code    `json:"code"`
	Class      taxonomy.Class   `json:"class"`
	Layer      taxonomy.Layer   `json:"layer"`
	Trigger    taxonomy.Trigger `json:"trigger"`
	Passing    bool             `json:"passing"` // asked again in the second pass
	Text       string           `json:"text"`
	Advice     string           `json:"advice"`
	Cite       string           `json:"cite"`
	Result     taxonomy.Result  `json:"tlsrpt"`
	Status     taxonomy.Status  `json:"status"` // that it leads to; "" = it never decides
	Counts     string           `json:"counts"`
	Examples   []example        `json:"examples"`
	NearMisses []example        `json:"near_misses"`
}

// example is one deployment of the test internet, and what is true of it.
type example struct {
	Scenario string            `json:"scenario"`
	Doc      string            `json:"doc"`
	Status   taxonomy.Status   `json:"status"`
	Delivery taxonomy.Delivery `json:"delivery"`
}

func newFindingsGuide() findingsGuide {
	g := findingsGuide{
		RulesVersion: analysis.RulesVersion,
		Statuses:     meanings(taxonomy.Statuses()), Deliveries: meanings(taxonomy.Deliveries()),
		Classes: meanings(taxonomy.Classes()), Triggers: meanings(taxonomy.Triggers()), Layers: meanings(taxonomy.Layers()),
	}
	examples, nearMisses := examplesByCode()
	for _, e := range taxonomy.Table() {
		g.Findings = append(g.Findings, findingDoc{
			Code: e.Code, Class: e.Class, Layer: e.Layer, Trigger: e.Trigger, Passing: e.Passing, Text: e.Text, Advice: e.Advice,
			Cite: e.Cite, Result: e.Result, Status: e.Status(), Counts: howItCounts(e),
			Examples: examples[e.Code], NearMisses: nearMisses[e.Code],
		})
	}
	return g
}

func meanings[T interface {
	~string
	Meaning() string
}](values []T) []word {
	words := make([]word, len(values))
	for i, v := range values {
		words[i] = word{string(v), v.Meaning()}
	}
	return words
}

// examplesByCode gathers the scenarios made for each code.
func examplesByCode() (examples, nearMisses map[taxonomy.Code][]example) {
	examples, nearMisses = map[taxonomy.Code][]example{}, map[taxonomy.Code][]example{}
	for _, s := range lab.Scenarios() {
		if s.For == "" {
			continue
		}
		into := examples
		if s.NearMiss {
			into = nearMisses
		}
		into[s.For] = append(into[s.For], example{s.Name, s.Doc, s.Truth.Status, s.Truth.Delivery})
	}
	return examples, nearMisses
}

// howItCounts says what a finding does to the status of a name.
func howItCounts(e taxonomy.Entry) string {
	if e.Layer == taxonomy.LayerTLSRPT {
		return "Never stands in the codes of a verdict: it is the detail of check tlsrpt in adopts, and a finding of lint."
	}
	switch e.Class {
	case taxonomy.ClassInconclusive:
		text := "Status inconclusive, unless an earlier layer failed; at an MX host only if no host could be judged."
		if e.Passing {
			text += " Asked again in the second pass."
		}
		return text
	case taxonomy.ClassError:
		return howAnErrorCounts(e)
	}
	return howALesserFindingCounts(e.Code)
}

func howAnErrorCounts(e taxonomy.Entry) string {
	decides := fmt.Sprintf("Status %s, unless an earlier layer failed", e.Status())
	switch e.Layer {
	case taxonomy.LayerPolicyTCP, taxonomy.LayerPolicyTLS:
		return decides + ", and unless another address of the policy host gives an HTTP response: then it is of class lint."
	case taxonomy.LayerMXSMTP, taxonomy.LayerMXTLS, taxonomy.LayerMXCert:
		return decides + ", and unless another address of the same host is good: then it is of class lint. " +
			"Without a policy in force, or with mode none, it is of class info and does not decide."
	case taxonomy.LayerMatch:
		return decides + ". Without a policy in force, or with mode none, it does not occur."
	}
	switch e.Code {
	case taxonomy.RecBadVersion, taxonomy.RecPolicyInTXT, taxonomy.RecCNAMEDangling:
		return decides + ". To a sender it is no record at all, so that the delivery is unprotected."
	}
	return decides + "."
}

// howALesserFindingCounts is of the classes info and lint, which decide by
// what they leave to be judged, if at all (RFC 5321 section 5.1).
func howALesserFindingCounts(c taxonomy.Code) string {
	const unjudged = "Never decides; the host is not judged, and if no other is, the status is inconclusive"
	switch c {
	case taxonomy.DomNoMX, taxonomy.DomNullMX:
		return "Never decides; behind a policy in force the delivery is no_mail."
	case taxonomy.DomOptedOut:
		return "Never decides; what was not asked leaves the status inconclusive."
	case taxonomy.PlintModeNone:
		return "Never decides; mode none is what makes the status valid_none."
	case taxonomy.MxdnsNXDomain, taxonomy.MxdnsNoData, taxonomy.MxdnsIPLiteral, taxonomy.MxdnsSpecialAddress, taxonomy.MxdnsLocalhost:
		return unjudged + "; if every MX host is dead in such a way, and listed, the delivery is no_mail."
	case taxonomy.MxdnsDNSSECBogus, taxonomy.SmtpTCPRefused, taxonomy.SmtpNotSMTP:
		return unjudged + "."
	}
	return "Never decides."
}
