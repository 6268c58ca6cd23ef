package main

import (
	"fmt"
	"slices"

	"stscan/analysis"
	"stscan/internal/lab"
	"stscan/sinks"
)

// compareWithTruth reads the verdicts of a snapshot of a test internet and
// returns one line for each that is not what is true there.
func compareWithTruth(world *lab.World, dir string) (wrong []string, err error) {
	for v, err := range sinks.ReadVerdicts(dir, analysis.RulesetRFC) {
		if err != nil {
			return nil, err
		}
		t := world.Truth(v.Domain)
		if v.Status != t.Status || v.Delivery != t.Delivery || !slices.Equal(v.Codes, t.Codes) {
			wrong = append(wrong, fmt.Sprintf("%s (scenario %s): want %s %s %v, got %s %s %v",
				v.Domain, world.Scenario(v.Domain).Name, t.Status, t.Delivery, t.Codes, v.Status, v.Delivery, v.Codes))
		}
	}
	return wrong, nil
}
