package lab

import (
	"errors"
	"fmt"
)

// ErrPreset is wrapped by the error for a preset that does not exist.
var ErrPreset = errors.New("lab: unknown preset")

const (
	presetDemo       = "demo"
	presetHostile    = "hostile"
	presetOnePercent = "onepercent"
	presetWild       = "onepercent-txt"
)

// Presets are the names of all presets.
func Presets() []string {
	return []string{presetDemo, presetIMC25, presetHostile, presetOnePercent, presetWild}
}

// presetMixture is the mixture of a preset. Every call makes new scenarios.
func presetMixture(name string) (Mixture, error) {
	switch name {
	case presetDemo:
		return demoMixture(), nil
	case presetIMC25:
		return imc25Mixture(), nil
	case presetHostile:
		return hostileMixture(), nil
	case presetOnePercent:
		return onePercentMixture(true), nil
	case presetWild:
		return onePercentMixture(false), nil
	}
	return nil, fmt.Errorf("%w %q; there is %q", ErrPreset, name, Presets())
}

// Shares of preset demo, in names of 10,000. What is left over for each of the
// many scenarios is still enough to meet every one of them in such a list.
const (
	demoUndeployed = 6000
	demoDeployed   = 1200
	demoEach       = 12 // of the other scenarios and near misses
)

// demoMixture has every scenario that real sockets can play in good time. The
// others have weight 0.
func demoMixture() Mixture {
	undeployed, deployed, others := undeployedScenarios(), deployedScenarios(), Scenarios()
	var m Mixture
	plainNames := map[string]bool{}
	for _, group := range []struct {
		scenarios []Scenario
		share     int
	}{{undeployed, demoUndeployed}, {deployed, demoDeployed}} {
		for i := range group.scenarios {
			s := &group.scenarios[i]
			plainNames[s.Name] = true
			m = append(m, Weighted{s, group.share / len(group.scenarios)})
		}
	}
	for i := range others {
		s := &others[i]
		if plainNames[s.Name] {
			continue
		}
		weight := demoEach
		if s.Memory || s.Slow {
			weight = 0
		}
		m = append(m, Weighted{s, weight})
	}
	return m
}
