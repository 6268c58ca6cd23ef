//go:build cgo && !noduckdb

package main

import (
	"slices"
	"strings"

	"stscan/internal/lab"
	"stscan/internal/taxonomy"
)

func readingTruths() truths {
	return truths{
		"contested": contestedTruth, "ruleset_diff": rulesetDiffTruth, "ruleset_headlines": rulesetHeadlinesTruth,
		"strictness": strictnessTruth,
	}
}

// contestedTruth: a finding is contested if ruleset deployed does not make it.
func contestedTruth(names []declared) tally {
	t := tally{}
	var all int64
	for _, d := range names {
		if !d.rec() {
			continue
		}
		all++
		for _, code := range d.truth.Codes {
			if !slices.Contains(d.lenient.Codes, code) {
				t.add(is{"n": true, "unknown": false, "decisive": code == d.firstFault()}, string(code))
			}
		}
	}
	return t.set("total", all)
}

func rulesetDiffTruth(names []declared) tally {
	t := tally{}
	var all int64
	for _, d := range names {
		if !d.status(taxonomy.StatusNotDeployed) || d.lenient.Status != taxonomy.StatusNotDeployed {
			all++
		}
		if d.truth.Status != d.lenient.Status {
			t.put(d.undecided() || d.lenient.Status == taxonomy.StatusInconclusive, string(d.truth.Status), string(d.lenient.Status))
		}
	}
	return t.set("total", all)
}

func rulesetHeadlinesTruth(names []declared) tally {
	t := tally{}
	for _, d := range names {
		if !d.rec() {
			continue
		}
		for ruleset, truth := range map[string]lab.Truth{"rfc": d.truth, "deployed": d.lenient} {
			under := declared{truth: truth}
			for headline, holds := range map[string]bool{
				"fully working": under.works(), "protected": truth.Delivery == taxonomy.DeliveryProtected,
				"with an error":  strings.HasPrefix(string(truth.Status), "broken_"),
				"policy ignored": truth.Delivery == taxonomy.DeliveryPolicyIgnored, "mail refused at some or all hosts": under.refused(),
			} {
				t.add(is{"n": holds, "unknown": under.undecided()}, headline, ruleset)
			}
		}
	}
	return t
}

func strictnessTruth(names []declared) tally {
	t := tally{}
	for _, d := range names {
		if !d.inMX() {
			continue
		}
		t.add(is{"n": d.signals(), "unknown": d.recordUntold()}, "claims and near misses (REC)")
		t.add(is{"n": d.claims(), "unknown": d.recordUntold()}, "claims")
		t.add(is{"n": d.recOK(), "unknown": d.recordUntold()}, "valid records (--strict-rfc)")
		t.add(is{"n": d.policyOK(), "unknown": d.recordUntold() || d.recOK() && d.policyUntold()}, "policies in force")
	}
	return t
}
