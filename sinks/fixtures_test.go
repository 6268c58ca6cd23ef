package sinks

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"stscan/analysis"
	"stscan/internal/evidence"
	"stscan/internal/taxonomy"
)

var scannedAt = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

// nameCase is the case of a name with one lookup; of a number divisible by 3
// also with a policy fetch and a session, which all such names share.
func nameCase(n int) evidence.Case {
	name := fmt.Sprintf("n%d.example", n)
	d := evidence.Domain{
		Target:    evidence.Target{Domain: name, Input: name, Rank: int64(n), List: "l", TLD: "example", Registrable: name, RegistrablePrivate: name},
		ScannedAt: scannedAt, Attempt: 1, Controls: evidence.ControlsOK,
		Lookups: []evidence.Lookup{{Question: evidence.Question{Name: "_mta-sts." + name, Type: evidence.TypeTXT}, RCode: evidence.RCodeNXDomain, Chain: []string{name}}},
	}
	if n%3 != 0 {
		return evidence.Case{Domain: d}
	}
	session := evidence.Session{ID: "sharedsharedsharedsharedsh", Endpoint: evidence.Endpoint{Host: "mx.example"}, TLS: evidence.TLS{Chain: []evidence.Certificate{certOf("mx")}}}
	d.Fetches = []evidence.PolicyFetch{{Status: 200, Body: []byte("version: STSv1\nx: " + name), TLS: evidence.TLS{Chain: []evidence.Certificate{certOf("policy"), certOf("ca")}}}}
	d.Sessions = []string{session.ID}
	return evidence.Case{Domain: d, Sessions: []evidence.Session{session}}
}

// nameCases are the cases of the names from..to, to excluded.
func nameCases(from, to int) []evidence.Case {
	var cases []evidence.Case
	for n := from; n < to; n++ {
		cases = append(cases, nameCase(n))
	}
	return cases
}

func digestOf(cases []evidence.Case) string {
	var d evidence.NamesDigest
	for _, c := range cases {
		d.Add(c.Domain.Target.Domain)
	}
	return d.String()
}

func judge(c evidence.Case) analysis.Verdict {
	return analysis.Verdict{Domain: c.Domain.Target.Domain, ScannedAt: c.Domain.ScannedAt, Attempt: c.Domain.Attempt,
		Status: taxonomy.StatusNotDeployed, Delivery: taxonomy.DeliveryUnprotected}
}

func mustCommit(t testing.TB, s *Snapshot, id evidence.ChunkID, cases []evidence.Case, deferred ...evidence.Deferred) evidence.Commit {
	t.Helper()
	record, err := commitChunk(s, id, cases, judge, deferred...)
	if err != nil {
		t.Fatal(err)
	}
	return record
}

// completed makes a snapshot of nine names: two chunks, and one name that was
// deferred to the second pass.
func completed(t testing.TB, f Format) string {
	t.Helper()
	all := nameCases(0, 9)
	dir := filepath.Join(t.TempDir(), "snapshot=x")
	s := newSnapshot(t, dir, Manifest{Names: len(all), Digest: digestOf(all), Identity: "i", Format: f})
	mustCommit(t, s, evidence.FirstPass(0), all[:4])
	mustCommit(t, s, evidence.FirstPass(1), all[4:8], evidence.Deferred{Domain: "n8.example", Reason: "budget_wait"})
	if _, err := s.PlanRetry(evidence.RetryPlan{ChunkSize: 4, Chunks: 1, Names: 1}); err != nil {
		t.Fatal(err)
	}
	mustCommit(t, s, evidence.SecondPass(0), all[8:])
	finish(t, s, StateComplete)
	return dir
}

func finish(t testing.TB, s *Snapshot, state State) {
	t.Helper()
	m := s.Manifest()
	m.State, m.Counts = state, NewCounts()
	for record, err := range s.Commits() {
		if err != nil {
			t.Fatal(err)
		}
		m.Counts.Add(&record)
	}
	if err := s.Finish(m); err != nil {
		t.Fatal(err)
	}
}

// inBoth runs a test with parts of either format.
func inBoth(t *testing.T, test func(t *testing.T, f Format)) {
	for _, f := range Formats() {
		t.Run(string(f), func(t *testing.T) { test(t, f) })
	}
}

// listing is every file below dir, by its slash-separated path.
func listing(t testing.TB, dir string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			short, _ := filepath.Rel(dir, path)
			files = append(files, filepath.ToSlash(short))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(files)
	return files
}
