package pipeline

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"testing"
	"time"

	"stscan/internal/evidence"
)

// leftBehind is a list and the commit records of its first pass, in which every
// name was deferred. Neither is in memory: they are made when they are read.
type leftBehind struct {
	*memory
	chunks, size int
	read         []evidence.ChunkID
	begun        func(evidence.ChunkID)
}

func (l *leftBehind) Chunks() int { return l.chunks }

func (l *leftBehind) Targets(chunk int) ([]evidence.Target, error) {
	targets := make([]evidence.Target, l.size)
	for i := range targets {
		targets[i].Domain = nameOf(evidence.FirstPass(chunk), i)
	}
	return targets, nil
}

func nameOf(id evidence.ChunkID, i int) string { return fmt.Sprintf("name-%06d.%s.example", i, id) }

func (l *leftBehind) Commits() iter.Seq2[evidence.Commit, error] {
	return func(yield func(evidence.Commit, error) bool) {
		for n := range l.chunks {
			if !yield(l.record(evidence.FirstPass(n)), nil) {
				return
			}
		}
	}
}

func (l *leftBehind) ReadCommit(id evidence.ChunkID) (evidence.Commit, error) {
	l.read = append(l.read, id)
	return l.record(id), nil
}

func (l *leftBehind) record(id evidence.ChunkID) evidence.Commit {
	c := evidence.Commit{Chunk: id, Names: l.size}
	for i := range l.size {
		name := nameOf(id, i)
		c.Deferred = append(c.Deferred, evidence.Deferred{Domain: name, Reason: "inc_dns_timeout", Earlier: []evidence.Earlier{{
			Step: evidence.StepRecord, Host: "_mta-sts." + name, Op: evidence.OpResolve, Kind: evidence.KindTimeout, At: time.Now(),
		}}})
	}
	return c
}

func (l *leftBehind) Begin(id evidence.ChunkID) (Part, error) {
	l.begun(id)
	return l.memory.Begin(id)
}

// The names that several chunks left are cut into retry chunks in the order of
// the spool, with the failures of their first attempt; the chunks that are done
// are left out.
func TestRetryChunks(t *testing.T) {
	store := newMemory()
	store.commits = []evidence.Commit{
		{Chunk: evidence.FirstPass(0), Deferred: []evidence.Deferred{{Domain: "b.example"}}},
		{Chunk: evidence.FirstPass(1), Deferred: []evidence.Deferred{{Domain: "c.example"}, {Domain: "d.example", Earlier: []evidence.Earlier{{Host: "d.example"}}}}},
		{Chunk: evidence.FirstPass(2), Deferred: []evidence.Deferred{{Domain: "e.example"}}},
	}
	r := &Run{Source: fiveNames, Snapshot: store}
	left, names, err := r.left()
	if err != nil || names != 4 || !slices.Equal(left, []int{1, 2, 1}) {
		t.Fatalf("%d names are left, by chunk %v, %v", names, left, err)
	}
	got := map[evidence.ChunkID][]string{}
	for j, err := range r.retryChunks(RetryPlan{ChunkSize: 3}, left, map[evidence.ChunkID]bool{}) {
		if err != nil || j.attempt != 2 {
			t.Fatalf("%+v %v", j, err)
		}
		for _, w := range j.names {
			got[j.id] = append(got[j.id], w.target.Domain)
			if failed := len(w.earlier) == 1 && w.earlier[0].Host == w.target.Domain; failed != (w.target.Domain == "d.example") {
				t.Errorf("%s: earlier %+v", w.target.Domain, w.earlier)
			}
		}
	}
	if len(got) != 2 || !slices.Equal(got[evidence.SecondPass(0)], []string{"b.example", "c.example", "d.example"}) || !slices.Equal(got[evidence.SecondPass(1)], []string{"e.example"}) {
		t.Errorf("%v", got)
	}
	for j := range r.retryChunks(RetryPlan{ChunkSize: 3}, left, map[evidence.ChunkID]bool{evidence.SecondPass(0): true}) {
		if j.id != evidence.SecondPass(1) || len(j.names) != 1 {
			t.Errorf("%+v", j)
		}
	}
}

// A record is read again when the second pass comes to its names.
func TestRetryReadsInTurn(t *testing.T) {
	list := &leftBehind{memory: newMemory(), chunks: 5, size: 2}
	r := &Run{Source: list, Snapshot: list}
	for j, err := range r.retryChunks(RetryPlan{ChunkSize: 3}, []int{2, 2, 2, 0, 2}, map[evidence.ChunkID]bool{}) {
		if err != nil {
			t.Fatal(err)
		}
		want := map[evidence.ChunkID][]evidence.ChunkID{
			evidence.SecondPass(0): {evidence.FirstPass(0), evidence.FirstPass(1)},
			evidence.SecondPass(1): {evidence.FirstPass(0), evidence.FirstPass(1), evidence.FirstPass(2)},
			evidence.SecondPass(2): {evidence.FirstPass(0), evidence.FirstPass(1), evidence.FirstPass(2), evidence.FirstPass(4)},
		}[j.id]
		if !slices.Equal(list.read, want) {
			t.Errorf("%s: read are %v, want %v", j.id, list.read, want)
		}
	}
}

// Memory does not grow with the names that the first pass left.
func TestSecondPassIsFlat(t *testing.T) {
	const size, few, many = 1000, 5, 50
	grown := heapOfSecondPass(t, many, size) - heapOfSecondPass(t, few, size)
	each := float64(grown) / ((many - few) * size)
	if each > 40 { // a name with one failure takes 400
		t.Errorf("%.0f bytes for each deferred name", each)
	}
	t.Logf("%.1f bytes for each deferred name", each)
}

// heapOfSecondPass is what is alive when the second pass begins its first chunk,
// after a first pass that left every name of so many chunks.
func heapOfSecondPass(t *testing.T, chunks, size int) (bytes int64) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	list := &leftBehind{memory: newMemory(), chunks: chunks, size: size}
	list.begun = func(id evidence.ChunkID) {
		if ctx.Err() == nil && id == evidence.SecondPass(0) {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			bytes = int64(m.HeapAlloc)
			stop()
		}
	}
	r := newRun(t, collector(zone{}), list, list)
	r.ChunkSize = size
	if outcome, err := r.Do(ctx); err != nil || outcome.Awaiting != chunks*size || bytes == 0 {
		t.Fatalf("%+v %v, %d bytes", outcome, err, bytes)
	}
	return bytes
}
