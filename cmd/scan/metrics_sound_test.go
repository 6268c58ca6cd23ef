//go:build cgo && !noduckdb

package main

import (
	"context"
	"math"
	"testing"

	"stscan/analysis/research"
	"stscan/analysis/research/duck"
)

// runMetrics runs every metric over a snapshot and checks what holds for all.
func runMetrics(t *testing.T, snapshot string, thresholds research.Thresholds) map[string]research.Result {
	t.Helper()
	db, err := duck.Open(context.Background(), []string{snapshot}, duck.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	all, err := research.Metrics()
	if err != nil {
		t.Fatal(err)
	}
	results := map[string]research.Result{}
	for _, m := range all {
		r, err := db.Run(context.Background(), m, thresholds)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		results[m.ID] = r
		if r.Missing == "" {
			expectSound(t, r)
		}
	}
	return results
}

// expectSound: counts are counts, no part is larger than its whole, no number is
// none, and the columns that a chart draws are there.
func expectSound(t *testing.T, r research.Result) {
	t.Helper()
	n, total, unknown := columnOf(t, r, "n"), columnOf(t, r, "total"), columnOf(t, r, "unknown")
	for _, row := range r.Rows {
		if row[total] == nil || row[n] == nil || row[unknown] == nil {
			t.Errorf("%s: a count is null: %v", r.Metric.ID, row)
			continue
		}
		a, b := row[n].(int64), row[total].(int64)
		if a < 0 || a > b || row[unknown].(int64) < 0 {
			t.Errorf("%s: %v", r.Metric.ID, row)
		}
		for _, v := range row {
			if f, ok := v.(float64); ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
				t.Errorf("%s: %v", r.Metric.ID, row)
			}
		}
	}
	if c := r.Metric.Chart; c != nil {
		for _, name := range []string{c.X, c.Y, c.Color, c.Facet} {
			if name != "" {
				columnOf(t, r, name)
			}
		}
	}
	for _, axis := range r.Metric.Axes {
		columnOf(t, r, axis)
	}
}
