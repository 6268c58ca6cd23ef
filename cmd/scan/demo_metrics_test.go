//go:build cgo && !noduckdb

package main

import (
	"strings"
	"testing"

	"stscan/analysis/research"
	"stscan/internal/lab"
)

// Over a part of the demo every metric runs, statuses are those of the lab, and
// rows that split a set add up to it, what is unclassified or unknown included.
func TestMetricsOfTheDemo(t *testing.T) {
	out := t.TempDir()
	var snapshot string
	status := counts{}
	bubble(t, func(t *testing.T) {
		world := newWorld(t, lab.Config{Preset: demoPreset, Seed: demoSeed})
		defer world.Close()
		result, err := inMemory(t, world, out, names(400), nil)
		if err != nil {
			t.Fatal(err)
		}
		snapshot = result.Snapshot
		var deployed int64
		for _, v := range verdicts(t, snapshot) {
			if s := string(world.Scenario(v.Domain).Truth.Status); s != "not_deployed" {
				c := status[s]
				status[s] = [2]int64{c[0] + 1}
				deployed++
			}
		}
		for s, c := range status {
			status[s] = [2]int64{c[0], deployed}
		}
	})
	results := runMetrics(t, snapshot)
	expectCounts(t, "status", status, metricRows(t, results["status"]))
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
		whole := strings.Join(strings.Split(key, " | ")[:axes], " | ")
		sums[whole] = [2]int64{sums[whole][0] + c[0], c[1]}
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
