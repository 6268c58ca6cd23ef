//go:build cgo && !noduckdb

package main

import (
	"testing"

	"stscan/analysis/research"
	"stscan/internal/lab"
)

// Over a part of the demo every metric runs, and rows that split a set add up to it, what is unclassified or unknown included.
func TestMetricsOfTheDemo(t *testing.T) {
	out := t.TempDir()
	var snapshot string
	bubble(t, func(t *testing.T) {
		world := newWorld(t, lab.Config{Preset: demoPreset, Seed: demoSeed})
		defer world.Close()
		result, err := inMemory(t, world, out, names(400), nil)
		if err != nil {
			t.Fatal(err)
		}
		snapshot = result.Snapshot
	})
	results := runMetrics(t, snapshot, research.DefaultThresholds())
	for id, axes := range map[string]int{
		"mail": 0, "status": 0, "delivery": 0, "modes": 0, "first_failure": 0, "pol_fetch_reasons": 0, "policy_hosts": 0, "mx_hosts_by_provider": 0,
		"second_pass": 0, "delivery_if_enforced": 1, "adopts": 2, "policy_managers": 1, "coverage": 1, "tatang21_tlsrpt": 0, "tatang21_maxage": 0,
	} {
		expectWholes(t, results[id], axes)
	}
}

// expectWholes: rows that agree in their first axes add up to their total.
func expectWholes(t *testing.T, r research.Result, axes int) {
	t.Helper()
	sums := map[string][2]int64{}
	for key, c := range metricRows(t, r) {
		whole := firstAxes(key, axes)
		sums[whole] = [2]int64{sums[whole][0] + c["n"], c["total"]}
	}
	if len(sums) == 0 {
		t.Errorf("%s has no rows", r.Metric.ID)
	}
	for whole, c := range sums {
		if c[0] != c[1] {
			t.Errorf("%s %s: rows add up to %d of %d", r.Metric.ID, whole, c[0], c[1])
		}
	}
}
