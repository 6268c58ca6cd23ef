//go:build cgo && !noduckdb

package duck

import (
	"path/filepath"
	"testing"
	"time"

	"stscan/analysis"
	"stscan/internal/evidence"
	"stscan/internal/taxonomy"
	"stscan/sinks"
)

var scannedAt = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

// name is one name of a snapshot: its verdict, and what was met for it.
type name struct {
	verdict  analysis.Verdict
	lists    []evidence.ListEntry
	lookups  []evidence.Lookup
	fetches  []evidence.PolicyFetch
	sessions []evidence.Session
}

// on says in which lists the name stands; twice in one is two lines of it.
func (n name) on(lists ...string) name {
	for i, l := range lists {
		n.lists = append(n.lists, evidence.ListEntry{List: l, Line: int64(i + 1)})
	}
	return n
}

func (n name) met(sessions ...evidence.Session) name {
	n.sessions = append(n.sessions, sessions...)
	return n
}

// named is the verdict of a name that signals nothing.
func named(domain string, adjust ...func(*analysis.Verdict)) name {
	no := false
	v := analysis.Verdict{
		Domain: domain, List: "l", TLD: filepath.Ext(domain)[1:], Registrable: domain, ScannedAt: scannedAt, Attempt: 1,
		Status: taxonomy.StatusNotDeployed, Delivery: taxonomy.DeliveryUnprotected,
		MXStatus: analysis.MXExplicit, RecordPresent: &no,
		Adopts: []analysis.Adoption{{Check: "tlsrpt", State: analysis.AdoptsNo, Detail: "absent"}},
	}
	for _, a := range adjust {
		a(&v)
	}
	return name{verdict: v}
}

func session(id, host string, certs ...string) evidence.Session {
	s := evidence.Session{ID: id, Endpoint: evidence.Endpoint{Host: host}}
	for _, c := range certs {
		s.TLS.Chain = append(s.TLS.Chain, evidence.Certificate{SHA256: c, DER: []byte(c)})
	}
	return s
}

// snapshot writes a complete snapshot, a chunk for each list of names.
func snapshot(t *testing.T, root string, m sinks.Manifest, id string, chunks ...[]name) string {
	t.Helper()
	dir := sinks.Dir(root, id)
	s, err := sinks.Create(dir, m, sinks.Options{Tool: "test", Ruleset: rulesetRFC, RulesVersion: "1"})
	if err != nil {
		t.Fatal(err)
	}
	for n, names := range chunks {
		writeChunk(t, s, evidence.FirstPass(n), names)
	}
	done := s.Manifest()
	done.State = sinks.StateComplete
	if err := s.Finish(done); err != nil {
		t.Fatal(err)
	}
	return dir
}

func writeChunk(t *testing.T, s *sinks.Snapshot, id evidence.ChunkID, names []name) {
	t.Helper()
	part, err := s.Begin(id)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		v := n.verdict
		d := evidence.Domain{
			Target:    evidence.Target{Domain: v.Domain, Input: v.Domain, Rank: v.Rank, List: v.List, TLD: v.TLD, Registrable: v.Registrable, RegistrablePrivate: v.Registrable},
			ScannedAt: v.ScannedAt, Attempt: v.Attempt, Controls: evidence.ControlsOff, Lookups: n.lookups, Fetches: n.fetches,
		}
		d.Target.Lists = n.lists
		for _, s := range n.sessions {
			d.Sessions = append(d.Sessions, s.ID)
		}
		if err := part.Write(evidence.Case{Domain: d, Sessions: n.sessions}, v); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := part.Commit(evidence.Commit{Names: len(names)}); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, o Options, dirs ...string) *DB {
	t.Helper()
	o.Threads = 2
	db, err := Open(t.Context(), dirs, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// answer is all rows of a question.
func answer(t *testing.T, db *DB, sql string) [][]any {
	t.Helper()
	rows, err := db.Query(t.Context(), sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	defer rows.Close()
	var out [][]any
	for row, err := range rows.All() {
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		out = append(out, append([]any(nil), row...))
	}
	return out
}

func ptr[T any](v T) *T { return &v }
