package sinks

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"stscan/internal/evidence"
)

// Records come in the order of their chunks, whatever that of the commits was,
// and each is read when its turn comes: one that is broken spoils none before it.
func TestCommitsInTurn(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "snapshot=x")
	s := newSnapshot(t, dir, Manifest{})
	all := nameCases(0, 6)
	deferred := evidence.Deferred{Domain: all[0].Domain.Target.Domain, Reason: "inc_dns_timeout"}
	mustCommit(t, s, evidence.SecondPass(0), all[:1])
	mustCommit(t, s, evidence.FirstPass(1), all[1:3])
	mustCommit(t, s, evidence.FirstPass(0), all[3:], deferred)
	if err := os.WriteFile(recordPath(dir, evidence.SecondPass(0)), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	want := []evidence.ChunkID{evidence.FirstPass(0), evidence.FirstPass(1), evidence.SecondPass(0)}
	if ids, err := Committed(dir); err != nil || !slices.Equal(ids, want) {
		t.Errorf("committed are %v, %v", ids, err)
	}
	counts, read := NewCounts(), []evidence.ChunkID(nil)
	var last error
	for record, err := range s.Commits() {
		if last = err; err == nil {
			read = append(read, record.Chunk)
			counts.Add(&record)
		}
	}
	if last == nil || !slices.Equal(read, want[:2]) {
		t.Errorf("read were %v, %v", read, last)
	}
	if counts.Rows != 5 || counts.Deferred != 1 {
		t.Errorf("%+v", counts)
	}
	if record, err := s.ReadCommit(evidence.FirstPass(0)); err != nil || len(record.Deferred) != 1 || record.Deferred[0].Domain != deferred.Domain {
		t.Errorf("%+v, %v", record.Deferred, err)
	}
}
