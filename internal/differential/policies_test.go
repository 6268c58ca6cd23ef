package differential

import (
	"testing"

	"stscan/internal/mtasts"
)

func ourPolicy(body string) ours {
	got := mtasts.ParsePolicy([]byte(body))
	if !got.Valid {
		return ours{issues: got.Issues}
	}
	p := got.Policy
	return ours{opinion{accept: true, read: policyRead(string(p.Mode), p.MaxAge, p.MX), ext: pairs(p.Extensions, ":")}, got.Issues}
}

func policies(t *testing.T) subject[string] {
	return subject[string]{
		ours: ourPolicy,
		others: []parser[string]{
			{name: mox, ask: moxPolicy, extensions: true},
			{name: goMTASTS, ask: goMTASTSPolicy},
			{name: abnf, ask: rfcPolicy(newGrammar(t, policyGrammar).is), onlyAccept: true},
		},
		classes: policyClasses(),
	}
}

func policyPieces() []string {
	return []string{"\n", "\r", "\r\n", "\n\n", " ", "\t", ":", ": ", " :", "*", "*.", ".", "-", "--", "_", "@", ",", "#", "<", "\ufeff", "\x00", "\xe9", "é", "\u00a0",
		"version: STSv1\n", "\nversion: STSv2\n", "mode: none\n", "\nmode: testing\n", "\nmode: x\n", "\nmax_age: 1\n", "max_age: -1\n", "99999",
		"mx: a.example\n", "\nmx:\n", "mx: a_b.example\n", "mx: a.example.\n", "mx: ab--c.example\n", "mx: 192.0.2.1\n", "mx: xn--a.example\n",
		"a: b\n", "\na: b:c\n", "\na:\n", "-a: b\n", "\n_a: b\n", "a b: c\n", "# x: y\n", "x"}
}

func TestPolicies(t *testing.T) {
	var seeds []string
	for _, c := range corpus(t, "policies.txt") {
		seeds = append(seeds, c...)
	}
	seeds = append(seeds, labPolicies()...)
	for _, fields := range newGrammar(t, policyGrammar).generate("sts-policy-record") {
		seeds = append(seeds, fields, "version: STSv1\nmode: enforce\nmax_age: 86400\nmx: a.example\n"+fields)
	}
	policies(t).check(t, append(seeds, mutatedTexts(seeds, policyPieces())...))
}

func TestPolicyClasses(t *testing.T) { policies(t).checkClasses(t) }
