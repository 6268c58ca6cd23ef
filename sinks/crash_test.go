package sinks

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stscan/internal/evidence"
)

// A process may be killed between any two steps. Each case leaves a snapshot as
// such a kill does; opening it again must mend it without a trace.
func TestRecover(t *testing.T) { inBoth(t, testRecover) }

func testRecover(t *testing.T, f Format) {
	all := nameCases(0, 4)
	spool := "_work/spool/names"
	part := "chunk-000000" + f.ext()
	done := []string{spool, "certs/" + part, "chunks/chunk-000000.json", "domains/" + part, "manifest.json", "mx/" + part, "verdicts/ruleset=rfc/" + part}
	fresh := []string{spool, "manifest.json"}
	for _, c := range []struct {
		name  string
		leave func(t *testing.T, s *Snapshot)
		want  []string
	}{
		{"nothing written", func(*testing.T, *Snapshot) {}, fresh},
		{"in the middle of an attempt", func(t *testing.T, s *Snapshot) { begun(t, s, all) }, fresh},
		{"files closed, no record", func(t *testing.T, s *Snapshot) {
			if _, err := begun(t, s, all).closeFiles(); err != nil {
				t.Fatal(err)
			}
		}, fresh},
		{"temporary file of a record", func(t *testing.T, s *Snapshot) {
			if _, err := durableTemp(filepath.Join(s.Dir(), workDir), []byte("{")); err != nil {
				t.Fatal(err)
			}
		}, fresh},
		{"record written, nothing published", func(t *testing.T, s *Snapshot) { unpublish(t, s, mustCommit(t, s, "chunk-000000", all), 4) }, done},
		{"one part published", func(t *testing.T, s *Snapshot) { unpublish(t, s, mustCommit(t, s, "chunk-000000", all), 3) }, done},
		{"all but one published", func(t *testing.T, s *Snapshot) { unpublish(t, s, mustCommit(t, s, "chunk-000000", all), 1) }, done},
		{"published, another attempt begun", func(t *testing.T, s *Snapshot) {
			mustCommit(t, s, "chunk-000000", all)
			begun(t, s, all)
		}, done},
		{"published", func(t *testing.T, s *Snapshot) { mustCommit(t, s, "chunk-000000", all) }, done},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "snapshot=x")
			s := newSnapshot(t, dir, Manifest{Names: len(all), Digest: digestOf(all), Format: f})
			if err := os.MkdirAll(s.SpoolDir(), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, spool), nil, 0o644); err != nil {
				t.Fatal(err)
			}
			c.leave(t, s)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s, err := Open(dir, testOptions)
			if err != nil {
				t.Fatal(err)
			}
			want := append(slices.Clone(c.want), "_work/lock")
			slices.Sort(want)
			if diff := cmp.Diff(want, listing(t, dir)); diff != "" {
				t.Error(diff)
			}
			if len(c.want) == len(fresh) {
				mustCommit(t, s, "chunk-000000", all)
			}
			finish(t, s, StateComplete)
			if report, err := Verify(dir); err != nil || !report.OK() {
				t.Errorf("verify: %v, %v", err, report.Problems)
			}
		})
	}
}

// begun is an attempt with its rows written and its files open, left as it is.
func begun(t *testing.T, s *Snapshot, cases []evidence.Case) *Part {
	t.Helper()
	part, err := s.Begin("chunk-000000")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		if err := part.Write(c, judge(c)); err != nil {
			t.Fatal(err)
		}
	}
	return part
}

// unpublish takes the first n parts back to the attempt's folder.
func unpublish(t *testing.T, s *Snapshot, record evidence.Commit, n int) {
	t.Helper()
	folder := attemptDir(s.Dir(), record.Chunk, record.Attempt)
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	back := map[string]string{VerdictPath(s.Dir(), "rfc", record.Chunk, s.format): attemptVerdicts(folder, "rfc", s.format)}
	for _, table := range evidenceTables() {
		back[PartPath(s.Dir(), table, record.Chunk, s.format)] = attemptPart(folder, table, s.format)
	}
	for final, work := range back {
		if n--; n < 0 {
			return
		}
		if err := os.Rename(final, work); err != nil {
			t.Fatal(err)
		}
	}
}

// A kill after the last manifest leaves _work in a complete snapshot.
func TestRecoverComplete(t *testing.T) {
	dir := completed(t, FormatParquet)
	before := listing(t, dir)
	if err := os.MkdirAll(filepath.Join(dir, workDir, spoolDir), 0o755); err != nil {
		t.Fatal(err)
	}
	if report, err := Verify(dir); err != nil || report.OK() {
		t.Errorf("verify does not see _work: %v", err)
	}
	if _, err := Open(dir, testOptions); err == nil {
		t.Error("a complete snapshot was opened")
	}
	if _, err := os.Stat(filepath.Join(dir, workDir)); !os.IsNotExist(err) {
		t.Errorf("_work: %v", err)
	}
	if diff := cmp.Diff(before, listing(t, dir)); diff != "" {
		t.Error(diff)
	}
}

func TestOpenTellsOfALostPart(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "snapshot=x")
	s := newSnapshot(t, dir, Manifest{})
	mustCommit(t, s, "chunk-000000", nameCases(0, 2))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(PartPath(dir, TableMX, "chunk-000000", FormatParquet)); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, testOptions); err == nil || err.Error() != "publish mx part of chunk-000000: chunk-000000.parquet is lost" {
		t.Errorf("%v", err)
	}
}
