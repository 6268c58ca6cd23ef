package sinks

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"stscan/internal/evidence"
)

func TestCompleteSnapshotHoldsTheLayoutAndNothingElse(t *testing.T) {
	inBoth(t, testCompleteSnapshot)
}

func testCompleteSnapshot(t *testing.T, f Format) {
	dir := completed(t, f)
	var want []string
	for _, id := range []string{"chunk-000000", "chunk-000001", "retry-000000"} {
		want = append(want, "chunks/"+id+".json", "domains/"+id+f.ext(), "mx/"+id+f.ext(), "certs/"+id+f.ext(),
			"verdicts/ruleset=rfc/"+id+f.ext())
	}
	want = append(want, "manifest.json", "chunks/retry-plan.json", "verdicts/ruleset=rfc/_checksums.json")
	slices.Sort(want)
	if diff := cmp.Diff(want, listing(t, dir)); diff != "" {
		t.Error(diff)
	}
	report, err := Verify(dir)
	if err != nil || !report.OK() {
		t.Errorf("verify: %v, %v", err, report.Problems)
	}
	want1 := Report{State: StateComplete, Names: 9, Rows: 9, Chunks: 3, Sessions: 2, Certificates: 6, Rulesets: []string{"rfc"}}
	if diff := cmp.Diff(want1, report); diff != "" {
		t.Error(diff)
	}
	if _, err := Open(dir, testOptions); !errors.Is(err, ErrComplete) {
		t.Errorf("open: %v, want ErrComplete", err)
	}
}

func TestSharedRowsStandOnceAChunk(t *testing.T) { inBoth(t, testSharedRows) }

func testSharedRows(t *testing.T, f Format) {
	s := newSnapshot(t, t.TempDir(), Manifest{Format: f})
	mustCommit(t, s, evidence.FirstPass(0), nameCases(0, 200)) // more than a batch; 67 share one session
	rows := 0
	if err := eachString(f, PartPath(s.Dir(), TableMX, "chunk-000000", f), "session_id", func(string) { rows++ }); err != nil || rows != 1 {
		t.Errorf("%d sessions, %v; want 1", rows, err)
	}
	var cases []evidence.Case // all kept, as no case may lie in memory that the next is read into
	for c, err := range ReadCases(s.Dir(), "chunk-000000") {
		if err != nil {
			t.Fatal(err)
		}
		cases = append(cases, c)
	}
	if diff := cmp.Diff(nameCases(0, 200), cases, exactly...); diff != "" {
		t.Error(diff)
	}
}

// Of several attempts at one chunk one wins, and all learn its record.
func TestAttemptsRace(t *testing.T) {
	s := newSnapshot(t, t.TempDir(), Manifest{})
	records := make([]evidence.Commit, 8)
	var wg sync.WaitGroup
	for i := range records {
		wg.Go(func() {
			var err error
			if records[i], err = commitChunk(s, evidence.FirstPass(0), nameCases(0, 3+i), judge,
				make([]evidence.Deferred, 10-i)...); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, r := range records[1:] {
		if diff := cmp.Diff(records[0], r); diff != "" {
			t.Fatal(diff)
		}
	}
	if got := listing(t, filepath.Join(s.Dir(), workDir)); !slices.Equal(got, []string{"lock"}) {
		t.Errorf("left in _work: %v", got)
	}
	committed, err := Committed(s.Dir())
	if err != nil || len(committed) != 1 {
		t.Fatalf("committed are %v, %v", committed, err)
	}
	record, err := s.ReadCommit(committed[0])
	if err != nil {
		t.Fatal(err)
	}
	if hash, err := fileSHA256(PartPath(s.Dir(), TableDomains, "chunk-000000", FormatParquet)); err != nil || hash != record.Parts[TableDomains] {
		t.Errorf("published %s, %v; recorded %s", hash, err, record.Parts[TableDomains])
	}
}

func TestCommitAccountsForEveryName(t *testing.T) {
	s := newSnapshot(t, t.TempDir(), Manifest{})
	part, err := s.Begin(evidence.FirstPass(0))
	if err != nil {
		t.Fatal(err)
	}
	if err := part.Write(nameCase(1), judge(nameCase(1))); err != nil {
		t.Fatal(err)
	}
	if _, err := part.Commit(evidence.Commit{Names: 2}); err == nil {
		t.Error("committed with a name lost")
	}
	if _, err := part.Commit(evidence.Commit{Names: 2, Deferred: []evidence.Deferred{{Domain: "d.example"}}}); err != nil {
		t.Error(err)
	}
	if err := part.Write(nameCase(2), judge(nameCase(2))); !errors.Is(err, errFinished) {
		t.Errorf("write after commit: %v", err)
	}
}

func TestWriteRefusesWhatCannotBeReadBack(t *testing.T) {
	s := newSnapshot(t, t.TempDir(), Manifest{})
	part, err := s.Begin(evidence.FirstPass(0))
	if err != nil {
		t.Fatal(err)
	}
	lost, timeless := nameCase(3), nameCase(1)
	lost.Sessions = nil
	timeless.Domain.ScannedAt = time.Time{}
	for name, try := range map[string]func() error{
		"session missing":    func() error { return part.Write(lost, judge(lost)) },
		"no time":            func() error { return part.Write(timeless, judge(timeless)) },
		"verdict of another": func() error { return part.Write(nameCase(1), judge(nameCase(2))) },
	} {
		if try() == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := part.Abort(); err != nil {
		t.Fatal(err)
	}
	if got := listing(t, filepath.Join(s.Dir(), workDir)); !slices.Equal(got, []string{"lock"}) {
		t.Errorf("left in _work: %v", got)
	}
}

// fullDisk lets room bytes through, then is full.
type fullDisk struct {
	file
	room int
}

func (d *fullDisk) Write(p []byte) (int, error) {
	if d.room -= len(p); d.room < 0 {
		return 0, &fs.PathError{Op: "write", Path: "part", Err: syscall.ENOSPC}
	}
	return d.file.Write(p)
}

func TestFullDisk(t *testing.T) {
	for _, table := range append(evidenceTables(), TableVerdicts) {
		t.Run(table, func(t *testing.T) {
			s := newSnapshot(t, t.TempDir(), Manifest{})
			s.create = func(name string) (file, error) {
				f, err := createFile(name)
				if strings.HasPrefix(filepath.Base(name), table) {
					return &fullDisk{file: f, room: 100}, err
				}
				return f, err
			}
			part, err := s.Begin(evidence.FirstPass(12))
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range nameCases(0, 10) {
				if err := part.Write(c, judge(c)); err != nil {
					t.Fatal(err)
				}
			}
			_, err = part.Commit(evidence.Commit{Names: 10})
			if want := "write " + table + " part of chunk-000012: no space left on device"; err == nil || err.Error() != want {
				t.Errorf("%v, want %s", err, want)
			}
			if !errors.Is(err, syscall.ENOSPC) {
				t.Error("not ENOSPC to errors.Is")
			}
			if err := part.Abort(); err != nil {
				t.Error(err)
			}
			if got := listing(t, s.Dir()); !slices.Equal(got, []string{"_work/lock", "manifest.json"}) {
				t.Errorf("left: %v", got)
			}
		})
	}
}

func TestCreateAndOpenRefuse(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "snapshot=x")
	s := newSnapshot(t, dir, Manifest{})
	if _, err := Open(dir, testOptions); !errors.Is(err, ErrLocked) {
		t.Errorf("open while locked: %v", err)
	}
	if _, err := Reclassify(t.Context(), dir, testOptions, judge); !errors.Is(err, ErrLocked) {
		t.Errorf("reclassify while locked: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(dir, Manifest{}, testOptions); !errors.Is(err, ErrExists) {
		t.Errorf("create over a snapshot: %v", err)
	}
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "thesis.tex"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(other, Manifest{}, testOptions); !errors.Is(err, ErrExists) {
		t.Errorf("create over other files: %v", err)
	}
	if got := listing(t, other); !slices.Equal(got, []string{"thesis.tex"}) {
		t.Errorf("refused, but left %v", got)
	}
	if _, err := Open(other, testOptions); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("open of no snapshot: %v", err)
	}
}

func TestFindUnfinished(t *testing.T) {
	out := t.TempDir()
	if id, err := FindUnfinished(filepath.Join(out, "none"), "i"); id != "" || err != nil {
		t.Errorf("no folder: %q, %v", id, err)
	}
	for id, identity := range map[string]string{"a": "i", "b": "j", "c": "k", "d": "k"} {
		newSnapshot(t, Dir(out, id), Manifest{Identity: identity})
	}
	for identity, want := range map[string]string{"i": "a", "j": "b", "none": ""} {
		if id, err := FindUnfinished(out, identity); id != want || err != nil {
			t.Errorf("%s: %q, %v; want %q", identity, id, err, want)
		}
	}
	if _, err := FindUnfinished(out, "k"); err == nil || !strings.Contains(err.Error(), "c, d") {
		t.Errorf("two: %v", err)
	}
}

func TestIdentityTellsApart(t *testing.T) {
	base := Identity(map[string]string{"limit": "0", "unit": "name"}, []Input{{Name: "l", SHA256: "00"}})
	for what, other := range map[string]string{
		"value":   Identity(map[string]string{"limit": "1", "unit": "name"}, []Input{{Name: "l", SHA256: "00"}}),
		"missing": Identity(map[string]string{"limit": "0"}, []Input{{Name: "l", SHA256: "00"}}),
		"list":    Identity(map[string]string{"limit": "0", "unit": "name"}, []Input{{Name: "l", SHA256: "01"}}),
		"twice":   Identity(map[string]string{"limit": "0", "unit": "name"}, []Input{{Name: "l", SHA256: "00"}, {Name: "l", SHA256: "00"}}),
		"spliced": Identity(map[string]string{"limit": "0\"\n\"unit\"=\"name"}, []Input{{Name: "l", SHA256: "00"}}),
	} {
		if other == base {
			t.Errorf("%s: the same identity", what)
		}
	}
}

func TestRetryPlanStands(t *testing.T) {
	s := newSnapshot(t, t.TempDir(), Manifest{})
	if plan, err := s.RetryPlan(); plan != nil || err != nil {
		t.Fatalf("%v, %v", plan, err)
	}
	first, err := s.PlanRetry(evidence.RetryPlan{Names: 7})
	if err != nil {
		t.Fatal(err)
	}
	if second, err := s.PlanRetry(evidence.RetryPlan{Names: 8}); err != nil || second != first {
		t.Errorf("%+v, %v; want the first", second, err)
	}
}
