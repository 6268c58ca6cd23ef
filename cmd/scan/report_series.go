package main

import (
	"context"
	"errors"

	"stscan/analysis/research"
	"stscan/analysis/research/duck"
)

// resultsOverTime computes each metric of one snapshot for all that are open, oldest
// first; those of several snapshots are as they are.
func (f *reportFlags) resultsOverTime(ctx context.Context, db *duck.DB, metrics []research.Metric) ([]research.Result, error) {
	var ofOne []research.Metric
	for _, m := range metrics {
		if !m.OfAll() {
			ofOne = append(ofOne, m)
		}
	}
	each := map[string][]research.Result{} // by metric
	for _, s := range db.Snapshots() {
		results, err := f.resultsOf(ctx, s, ofOne)
		if err != nil {
			return nil, err
		}
		for _, r := range results {
			each[r.Metric.ID] = append(each[r.Metric.ID], r)
		}
	}
	var results []research.Result
	for _, m := range metrics {
		if alone := each[m.ID]; alone != nil {
			results = append(results, research.OverTime(alone))
			continue
		}
		together, err := collectResults(ctx, db, []research.Metric{m}, f.thresholds)
		if err != nil {
			return nil, err
		}
		results = append(results, together...)
	}
	return results, nil
}

// resultsOf computes metrics of one snapshot, opened by itself.
func (f *reportFlags) resultsOf(ctx context.Context, s duck.Snapshot, metrics []research.Metric) ([]research.Result, error) {
	db, err := duck.Open(ctx, []string{s.Dir}, f.open)
	if err != nil {
		return nil, duckError(err)
	}
	results, err := collectResults(ctx, db, metrics, f.thresholds)
	return results, errors.Join(err, db.Close())
}
