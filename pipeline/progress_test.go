package pipeline

import (
	"testing"
	"testing/synctest"
	"time"

	"stscan/internal/evidence"
)

// The counts of a run with a second pass, and of one that goes on from there.
func TestChunkStats(t *testing.T) {
	store := newMemory()
	c := collector(zone{"_mta-sts.c.example TXT": {"SERVFAIL"}})
	for range 2 { // the second finds everything done
		r := newRun(t, c, fiveNames, store)
		if _, err := r.Do(t.Context()); err != nil {
			t.Fatal(err)
		}
		if s := r.Progress.Stats(); s.Chunks != (ChunkStats{Total: 3, Committed: 3, RetryTotal: 1, RetryCommitted: 1}) || s.InFlight != 0 || s.Rows != 5 || s.Deferred != 0 {
			t.Errorf("%+v", s)
		}
	}
}

// What was spent on deferred names is counted, for a guess of the second pass.
func TestPostponed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRun(t, collector(zone{}), fiveNames, newMemory())
		ch, err := r.begin(t.Context(), job{id: evidence.FirstPass(0), attempt: 1}, func() {})
		if err != nil {
			t.Fatal(err)
		}
		ch.postpone(evidence.Deferred{Domain: "a.example"}, 3*time.Second)
		ch.postpone(evidence.Deferred{Domain: "b.example"}, 5*time.Second)
		if s := r.Progress.Stats(); s.Deferred != 2 || s.Postponed != 2 || s.PostponedIn != 8*time.Second || s.Chunks.Open != 1 {
			t.Errorf("%+v", s)
		}
	})
}

func TestHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewProgress(1)
		for range 2 {
			p.Hold("no resolver answers")
			time.Sleep(time.Minute)
			p.Hold("port 25 is blocked") // another reason, the same hold
			time.Sleep(time.Minute)
			if s := p.Stats(); s.Held != "port 25 is blocked" || s.HeldFor != time.Duration(s.Holds)*2*time.Minute {
				t.Errorf("held: %q for %v", s.Held, s.HeldFor)
			}
			p.Hold("")
			p.Hold("")
			time.Sleep(time.Hour)
		}
		if s := p.Stats(); s.Held != "" || s.Holds != 2 || s.HeldFor != 4*time.Minute {
			t.Errorf("%q, %d holds, %v", s.Held, s.Holds, s.HeldFor)
		}
	})
}
