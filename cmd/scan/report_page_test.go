//go:build cgo && !noduckdb

package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stscan/internal/lab"
	"stscan/internal/taxonomy"
)

// From a snapshot to a folder that can be handed on: what the page says of the
// population is the truth of the test internet, and each notice says how to mend it.
func TestReportAsAFolder(t *testing.T) {
	out := t.TempDir()
	enforcing, failing := 0, 0 // by the lab's truth
	bubble(t, func(t *testing.T) {
		world := newWorld(t, lab.Config{Preset: demoPreset, Seed: demoSeed})
		defer world.Close()
		if _, err := inMemory(t, world, out, names(400), nil); err != nil {
			t.Fatal(err)
		}
		for name := range strings.FieldsSeq(names(400)) {
			truth := world.Truth(name)
			if truth.Status == taxonomy.StatusBrokenMatch || truth.Status == taxonomy.StatusBrokenMX {
				failing++
			}
			if truth.Status == taxonomy.StatusValidEnforce {
				enforcing++
			}
		}
	})
	snapshot := filepath.Join(out, "snapshot=test")
	folder, sent := filepath.Join(out, "report"), filepath.Join(out, "notices")
	if code, _, stderr := command(t, "", "report", "-o", folder, "--disclosure", sent, snapshot); code != exitDone {
		t.Fatalf("exit %d\n%s", code, stderr)
	}
	statuses := statusesOf(t, filepath.Join(folder, "metrics.json"))
	if got := statuses["valid_enforce"]; got != enforcing || enforcing == 0 {
		t.Errorf("%d valid_enforce in the report, %d in truth", got, enforcing)
	}
	if got := statuses["broken_match"] + statuses["broken_mx"]; got != failing || failing == 0 {
		t.Errorf("%d broken_match and broken_mx in the report, %d in truth", got, failing)
	}
	page, err := os.ReadFile(filepath.Join(folder, "report.html"))
	if err != nil || !bytes.Contains(page, []byte(`id="code-match_none"`)) {
		t.Errorf("the page has no code match_none (%v)", err)
	}
	for _, name := range []string{"figures/status.svg", "figures/status.pdf", "tables/status.csv", "tables/status.tex"} {
		if _, err := os.Stat(filepath.Join(folder, name)); err != nil {
			t.Error(err)
		}
	}
	expectAdvice(t, sent)
	expectWhole(t, snapshot)

	if code, _, stderr := command(t, "", "report", "-o", out, snapshot); code != exitUsage || strings.Count(stderr, "\n") != 1 {
		t.Errorf("a folder that holds a snapshot: exit %d, %q", code, stderr)
	}
}

// statusesOf reads how many names metrics.json gives each status.
func statusesOf(t *testing.T, file string) map[string]int {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var numbers struct {
		Metrics []struct {
			ID   string
			Rows [][]any
		}
	}
	if err := json.Unmarshal(data, &numbers); err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	for _, m := range numbers.Metrics {
		if m.ID != "status" {
			continue
		}
		for _, row := range m.Rows {
			out[row[0].(string)] = int(row[1].(float64))
		}
	}
	return out
}

// expectAdvice reads the notices: each is of a fault, and says how to mend it.
func expectAdvice(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.csv"))
	if err != nil || len(files) < 2 {
		t.Fatalf("%d files of notices, %v", len(files), err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows[1:] {
			if e, ok := taxonomy.Of(taxonomy.Code(row[1])); !ok || e.Class != taxonomy.ClassError || row[0] == "" || row[6] == "" {
				t.Errorf("%s: %q", filepath.Base(name), row)
			}
		}
	}
}
