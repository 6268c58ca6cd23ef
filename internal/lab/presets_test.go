package lab

import (
	"errors"
	"testing"
)

// TestDemoShowsEveryScenario: about ten names of 10,000 for each scenario that
// can be played on real sockets in good time, and none for the others.
func TestDemoShowsEveryScenario(t *testing.T) {
	m, err := presetMixture(presetDemo)
	if err != nil {
		t.Fatal(err)
	}
	weights := map[string]int{}
	for _, w := range m {
		weights[w.Scenario.Name] += w.Weight
	}
	if len(weights) != len(m) {
		t.Errorf("%d entries for %d scenarios", len(m), len(weights))
	}
	for _, s := range Scenarios() {
		w, ok := weights[s.Name]
		switch {
		case !ok:
			t.Errorf("%s is left out of the mixture", s.Name)
		case s.Memory || s.Slow:
			if w != 0 {
				t.Errorf("%s: weight %d, though real sockets cannot play it in good time", s.Name, w)
			}
		case w*10000 < m.Total()*10:
			t.Errorf("%s: fewer than ten names of 10,000", s.Name)
		}
	}
}

func TestDemoShares(t *testing.T) {
	m, err := presetMixture(presetDemo)
	if err != nil {
		t.Fatal(err)
	}
	undeployed := map[string]bool{}
	for _, s := range undeployedScenarios() {
		undeployed[s.Name] = true
	}
	n := 0
	for _, w := range m {
		if undeployed[w.Scenario.Name] {
			n += w.Weight
		}
	}
	if share := 100 * n / m.Total(); share < 55 || share > 75 {
		t.Errorf("%d %% of the names have no MTA-STS, want most of them, as on the Internet", share)
	}
}

func TestPresets(t *testing.T) {
	for _, name := range Presets() {
		if _, err := presetMixture(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := presetMixture("no such"); !errors.Is(err, ErrPreset) {
		t.Errorf("error %v, want ErrPreset", err)
	}
}

// TestHostilePresetOnLoopback: the preset is played on real sockets, the slow
// scenarios too, and leads nobody to an address of this machine's network.
func TestHostilePresetOnLoopback(t *testing.T) {
	w, err := ListenLoopback(t.Context(), Config{Preset: presetHostile, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for _, m := range hostileMixture() {
		if m.Scenario.Memory != (m.Weight == 0) {
			t.Errorf("%s: weight %d", m.Scenario.Name, m.Weight)
		}
	}
}
