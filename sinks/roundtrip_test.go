package sinks

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"stscan/analysis"
	"stscan/internal/evidence"
)

var testOptions = Options{Tool: "scan test", Ruleset: "rfc", RulesVersion: "1", Rules: map[string]string{"roots_sha256": "00ff"}}

// newSnapshot creates a snapshot in a folder of its own.
func newSnapshot(t testing.TB, dir string, m Manifest) *Snapshot {
	t.Helper()
	s, err := Create(dir, m, testOptions)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// commitChunk writes cases as one chunk, each with the verdict judge gives.
func commitChunk(s *Snapshot, id evidence.ChunkID, cases []evidence.Case, judge func(evidence.Case) analysis.Verdict, deferred ...evidence.Deferred) (evidence.Commit, error) {
	part, err := s.Begin(id)
	if err != nil {
		return evidence.Commit{}, err
	}
	status := map[string]int{}
	for _, c := range cases {
		v := judge(c)
		status[string(v.Status)]++
		if err := part.Write(c, v); err != nil {
			return evidence.Commit{}, err
		}
	}
	return part.Commit(evidence.Commit{Names: len(cases) + len(deferred), Status: status, Deferred: deferred})
}

// Whatever a chunk is given comes back from its parts: nothing less would let
// `scan classify` give the verdicts of the live run.
func TestRoundTrip(t *testing.T) {
	inBoth(t, func(t *testing.T, f Format) {
		root := t.TempDir()
		rapid.Check(t, func(rt *rapid.T) { roundTrip(rt, root, f) })
	})
}

func roundTrip(rt *rapid.T, root string, f Format) {
	dir, err := os.MkdirTemp(root, "")
	if err != nil {
		rt.Fatal(err)
	}
	s, err := Create(filepath.Join(dir, "s"), Manifest{Format: f}, testOptions)
	if err != nil {
		rt.Fatal(err)
	}
	defer s.Close()
	want := drawCases(rt)
	verdicts := make([]analysis.Verdict, len(want))
	n := 0
	record, err := commitChunk(s, evidence.FirstPass(0), want, func(c evidence.Case) analysis.Verdict {
		verdicts[n] = drawVerdict(rt, c)
		n++
		return verdicts[n-1]
	})
	if err != nil {
		rt.Fatal(err)
	}
	var cases []evidence.Case
	for c, err := range ReadCases(s.Dir(), record.Chunk) {
		if err != nil {
			rt.Fatal(err)
		}
		cases = append(cases, c)
	}
	if diff := cmp.Diff(want, cases, exactly...); diff != "" {
		rt.Fatalf("cases (-want +got):\n%s", diff)
	}
	var got []analysis.Verdict
	for v, err := range ReadVerdicts(s.Dir(), "rfc") {
		if err != nil {
			rt.Fatal(err)
		}
		got = append(got, v)
	}
	if diff := cmp.Diff(verdicts, got, exactly...); diff != "" {
		rt.Fatalf("verdicts (-want +got):\n%s", diff)
	}
}

// exactly compares all but nil with empty lists, addresses by value, and cases and verdicts
// in whatever order the rows of a part stand.
var exactly = []cmp.Option{
	cmpopts.EquateEmpty(), cmpopts.EquateComparable(evidence.Endpoint{}),
	cmpopts.SortSlices(func(a, b evidence.Case) bool { return a.Domain.Target.Domain < b.Domain.Target.Domain }),
	cmpopts.SortSlices(func(a, b analysis.Verdict) bool { return a.Domain < b.Domain }),
}
