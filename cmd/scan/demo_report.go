package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"stscan/analysis"
	"stscan/analysis/research"
	"stscan/analysis/research/duck"
	"stscan/internal/evidence"
	"stscan/internal/lab"
	"stscan/sinks"
)

// demoReport judges the snapshot by the other ruleset, too, so that the report
// shows how much hangs on the reading, and draws the report beside the snapshot.
// A build without DuckDB says so in one line.
func demoReport(ctx context.Context, w io.Writer, world *lab.World, snapshot string) error {
	rules, err := analysis.NewRules(analysis.RulesConfig{Ruleset: analysis.RulesetDeployed, Roots: world.RootsPEM()})
	if err != nil {
		return failf("%v", err)
	}
	judge := func(c evidence.Case) analysis.Verdict { return analysis.Classify(c, rules) }
	if _, err := sinks.Reclassify(ctx, snapshot, optionsFor(rules), judge); err != nil {
		return failf("%s: %v", snapshot, err)
	}
	db, err := duck.Open(ctx, []string{snapshot}, duck.Options{})
	if errors.Is(err, duck.ErrNoDuckDB) {
		fmt.Fprintf(w, "report   not drawn: %v\n", err)
		return nil
	}
	if err != nil {
		return duckError(err)
	}
	return errors.Join(drawDemo(ctx, w, db, snapshot), db.Close())
}

// drawDemo writes data/report-demo beside data/snapshot=demo.
func drawDemo(ctx context.Context, w io.Writer, db *duck.DB, snapshot string) error {
	metrics, err := research.Metrics()
	if err != nil {
		return failf("%v", err)
	}
	results, err := collectResults(ctx, db, metrics, research.DefaultThresholds())
	if err != nil {
		return err
	}
	_, id, _ := strings.Cut(filepath.Base(snapshot), "=")
	dir := filepath.Join(filepath.Dir(snapshot), "report-"+id)
	return writeReport(ctx, w, db, results, dir, analysis.RulesetRFC, "")
}
