//go:build cgo && !noduckdb

package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stscan/analysis"
	"stscan/analysis/research"
	"stscan/analysis/research/duck"
	"stscan/internal/lab"
	"stscan/sinks"
)

// Names of all scenarios, scanned as JSON lines, and the same evidence and verdicts
// written as Parquet: each table has the same columns and rows, each metric the same
// result.
func TestReportOverJSONLines(t *testing.T) {
	if testing.Short() {
		t.Skip("scans every scenario, and computes every metric twice")
	}
	var list strings.Builder
	assigned := map[string]*lab.Scenario{}
	for i, s := range append(lab.Scenarios(), mixedScenarios()...) {
		name := fmt.Sprintf("%s.%s", s.Name, []string{"com", "net", "org", "se"}[i%4])
		if s.Slow {
			continue
		}
		assigned[name] = &s
		fmt.Fprintf(&list, "%d,%s\n", i+1, name)
	}
	out := t.TempDir()
	const lines, parquet = "in-lines", "in-parquet"
	bubble(t, func(t *testing.T) {
		world := newWorld(t, lab.Config{Seed: 1, Assign: assigned})
		defer world.Close()
		result, err := inMemory(t, world, out, list.String(), func(j *job) { j.named, j.format, j.chunkSize = lines, sinks.FormatJSONL, 100 })
		if err != nil {
			t.Fatal(err)
		}
		expectTruth(t, world, result.Snapshot)
		writeAsParquet(t, result.Snapshot, sinks.Dir(out, parquet))
		for _, id := range []string{lines, parquet} {
			classifyAs(t, world, sinks.Dir(out, id), lab.RulesetDeployed)
		}
	})
	want, got := reportOf(t, sinks.Dir(out, parquet)), reportOf(t, sinks.Dir(out, lines))
	for id, result := range want {
		if diff := cmp.Diff(result, got[id]); diff != "" {
			t.Errorf("%s (-parquet +lines):\n%s", id, diff)
		}
	}
	expectSameTables(t, out, []string{lines, parquet})
}

// writeAsParquet writes the evidence and verdicts of a snapshot as a scan into Parquet
// would have written them.
func writeAsParquet(t *testing.T, from, to string) {
	t.Helper()
	m, err := sinks.ReadManifest(from)
	if err != nil {
		t.Fatal(err)
	}
	m.Format = sinks.FormatParquet
	s, err := sinks.Create(to, m, sinks.Options{Tool: "test", Ruleset: analysis.RulesetRFC, RulesVersion: m.RulesVersion})
	if err != nil {
		t.Fatal(err)
	}
	judged := verdictsUnder(t, from, analysis.RulesetRFC)
	for _, commit := range commitsOf(t, from) {
		part, err := s.Begin(commit.Chunk)
		if err != nil {
			t.Fatal(err)
		}
		for c, err := range sinks.ReadCases(from, commit.Chunk) {
			if err != nil {
				t.Fatal(err)
			}
			if err := part.Write(c, judged[c.Domain.Target.Domain]); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := part.Commit(commit); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Finish(m); err != nil {
		t.Fatal(err)
	}
}

// reportOf is what each metric gives, but for the time it took and the snapshot's name.
func reportOf(t *testing.T, snapshot string) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for id, r := range runMetrics(t, snapshot, research.DefaultThresholds()) {
		text := fmt.Sprint(r.Missing, r.Columns, r.Names, r.Unknown, r.Rows)
		texts[id] = strings.NewReplacer("] [", "]\n[", r.Snapshots[0], "SNAPSHOT").Replace(text)
	}
	return texts
}

func expectSameTables(t *testing.T, out string, ids []string) {
	t.Helper()
	db, err := duck.Open(context.Background(), []string{sinks.Dir(out, ids[0]), sinks.Dir(out, ids[1])}, duck.Options{Together: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, table := range duck.Tables() {
		const half = "SELECT * EXCLUDE (snapshot) FROM %s WHERE snapshot = '%s'"
		for i, id := range ids {
			if n := rowsOf(t, db, fmt.Sprintf(half+" EXCEPT ALL "+half, table.Name, id, table.Name, ids[1-i])); n > 0 {
				t.Errorf("%s: %d rows of %s alone", table.Name, n, id)
			}
		}
		if rowsOf(t, db, "FROM "+table.Name) == 0 {
			t.Errorf("%s is empty, and shows nothing", table.Name)
		}
	}
}

func rowsOf(t *testing.T, db *duck.DB, sql string) int {
	t.Helper()
	rows, err := db.Query(context.Background(), sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	defer rows.Close()
	n := 0
	for _, err := range rows.All() {
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		n++
	}
	return n
}
