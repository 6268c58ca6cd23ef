package pipeline

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"stscan/internal/evidence"
)

// told keeps what a run told.
type told struct {
	mu     sync.Mutex
	events []Event
}

func (o *told) tell(e Event) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.events = append(o.events, e)
}

func (o *told) kinds() []evidence.EventKind {
	var kinds []evidence.EventKind
	for _, e := range o.events {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

// A second pass is told of twice: when it is known, and when it begins.
func TestEventsOfTheSecondPass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := collector(zone{"_mta-sts.c.example TXT": {"SERVFAIL"}})
		r := newRun(t, c, fiveNames, newMemory())
		r.RetryAfter = 10 * time.Minute
		var o told
		r.Events = o.tell
		began := now()
		if _, err := r.Do(t.Context()); err != nil {
			t.Fatal(err)
		}
		if want := []evidence.EventKind{evidence.EventRetryPlanned, evidence.EventRetryBegun}; !slices.Equal(o.kinds(), want) {
			t.Fatalf("told %v, want %v", o.kinds(), want)
		}
		planned, begun := o.events[0], o.events[1]
		if planned.Fields["names"] != "1" || planned.Fields["chunks"] != "1" || planned.Fields["not_before"] != began.Add(r.RetryAfter).Format(time.RFC3339) {
			t.Errorf("planned: %v", planned.Fields)
		}
		if !begun.At.Equal(began.Add(r.RetryAfter)) {
			t.Errorf("begun at %v, %v after the start", begun.At, begun.At.Sub(began))
		}
	})
}

// A chunk that is given up is told of; the others are not.
func TestEventsOfADroppedChunk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		c := collector(zone{})
		c.DNS = probeFunc[evidence.Question, evidence.Lookup](func(ctx context.Context, q evidence.Question) evidence.Lookup {
			if q.Name == "_mta-sts.c.example" {
				stop()
				<-ctx.Done()
			}
			return zone{}.Probe(ctx, q)
		})
		store := newMemory()
		r := newRun(t, c, fiveNames, store)
		r.Grace = 10 * time.Second // enough for all names but the one that hangs
		var o told
		r.Events = o.tell
		if _, err := r.Do(ctx); err != nil {
			t.Fatal(err)
		}
		dropped := map[string]bool{}
		for _, e := range o.events {
			if e.Kind != evidence.EventChunkDropped {
				t.Errorf("told %+v", e)
			}
			dropped[e.Fields["chunk"]] = true
		}
		if !dropped[string(evidence.FirstPass(1))] {
			t.Errorf("dropped %v", dropped)
		}
		for _, commit := range store.commits {
			if dropped[string(commit.Chunk)] {
				t.Errorf("%s is committed and was told to be dropped", commit.Chunk)
			}
		}
	})
}
