package lab

import (
	"slices"
	"testing"

	"stscan/internal/taxonomy"
)

// TestLenientTruthsHoldTogether: what TestTruthsHoldTogether asks, of the
// truths under ruleset deployed.
func TestLenientTruthsHoldTogether(t *testing.T) {
	for _, s := range contested(t) {
		truth := *s.Deployed
		rule, ok := statusRules()[truth.Status]
		if !ok || !slices.Contains(rule.deliveries, truth.Delivery) {
			t.Errorf("%s: status %s with delivery %s", s.Name, truth.Status, truth.Delivery)
		}
		if rule.because != nil && !hasError(truth.Codes, rule.because) {
			t.Errorf("%s: status %s without an error of %v: %v", s.Name, truth.Status, rule.because, truth.Codes)
		}
		if hasError(truth.Codes, rule.never) {
			t.Errorf("%s: status %s with an error of %v: %v", s.Name, truth.Status, rule.never, truth.Codes)
		}
		if !slices.IsSorted(truth.Codes) || len(slices.Compact(slices.Clone(truth.Codes))) != len(truth.Codes) {
			t.Errorf("%s: codes are not sorted, or given twice: %v", s.Name, truth.Codes)
		}
		if truth.Status == s.Truth.Status && truth.Delivery == s.Truth.Delivery && slices.Equal(truth.Codes, s.Truth.Codes) {
			t.Errorf("%s: the two truths are the same", s.Name)
		}
	}
}

// TestContestedCodesHaveTwoTruths: ruleset deployed never makes some codes, so
// that a scenario of any preset that has one has a truth of its own there.
func TestContestedCodesHaveTwoTruths(t *testing.T) {
	never := []taxonomy.Code{taxonomy.PhttpContentType, taxonomy.PsynBOM, taxonomy.PsynMaxAgeOverLimit}
	for _, preset := range Presets() {
		mixture, err := presetMixture(preset)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range mixture {
			for _, c := range m.Scenario.TruthUnder(RulesetDeployed).Codes {
				if slices.Contains(never, c) {
					t.Errorf("preset %s, scenario %s: %s under ruleset deployed", preset, m.Scenario.Name, c)
				}
			}
		}
	}
}

// contested are the scenarios of all presets that have two truths.
func contested(t *testing.T) []*Scenario {
	t.Helper()
	var out []*Scenario
	for _, preset := range Presets() {
		mixture, err := presetMixture(preset)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range mixture {
			if m.Scenario.Deployed != nil {
				out = append(out, m.Scenario)
			}
		}
	}
	if len(out) == 0 {
		t.Fatal("no scenario has two truths")
	}
	return out
}
