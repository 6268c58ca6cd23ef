package pipeline

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"stscan/internal/evidence"
)

// gauge counts what is under way, and remembers the most there ever was.
type gauge struct {
	mu        sync.Mutex
	now, most int
}

func (g *gauge) add(n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.now += n
	g.most = max(g.most, g.now)
}

// gauged is a store that counts its open parts.
type gauged struct {
	*memory
	open *gauge
}

func (g gauged) Begin(id evidence.ChunkID) (Part, error) {
	g.open.add(1)
	part, err := g.memory.Begin(id)
	return gaugedPart{part, g.open}, err
}

type gaugedPart struct {
	Part
	open *gauge
}

func (p gaugedPart) Commit(c evidence.Commit) (evidence.Commit, error) {
	defer p.open.add(-1)
	return p.Part.Commit(c)
}

// A slow sink slows the scan; what waits for it does not grow. Each row takes the
// sink a second while a name is asked in a millisecond: without backpressure nearly
// all names would be waiting, with their evidence, before the first hundred rows are
// written.
func TestSlowSinkSlowsTheScan(t *testing.T) {
	const names, inFlight, chunkSize = 3000, 20, 10
	synctest.Test(t, func(t *testing.T) {
		var list []string
		for n := range names {
			list = append(list, fmt.Sprintf("n%d.example", n))
		}
		unwritten, parts := &gauge{}, &gauge{}
		c := collector(zone{})
		c.DNS = probeFunc[evidence.Question, evidence.Lookup](func(ctx context.Context, q evidence.Question) evidence.Lookup {
			if q.Type == evidence.TypeTXT { // the first that is asked of a name
				unwritten.add(1)
			}
			time.Sleep(time.Millisecond)
			return zone{}.Probe(ctx, q)
		})
		store := newMemory()
		disk := NewSlots(1)
		store.writeErr = func(string) error {
			disk.take()
			defer disk.give()
			time.Sleep(time.Second)
			unwritten.add(-1)
			return nil
		}
		r := newRun(t, c, chunksOf{list, chunkSize}, store)
		r.Snapshot, r.Slots, r.ChunkSize = gauged{store, parts}, NewSlots(inFlight), chunkSize
		began := time.Now()
		outcome, err := r.Do(t.Context())
		if err != nil || !outcome.Complete {
			t.Fatalf("%+v %v", outcome, err)
		}
		expectOnce(t, store, list)
		if took := time.Since(began); took < names*time.Second {
			t.Errorf("took %v, but the sink alone takes %v", took, names*time.Second)
		}
		if unwritten.most > inFlight {
			t.Errorf("%d names asked and not written at once, want at most the %d slots", unwritten.most, inFlight)
		}
		if parts.most > r.openChunks() || parts.most > maxOpen {
			t.Errorf("%d chunks were open at once, want at most %d", parts.most, r.openChunks())
		}
	})
}
