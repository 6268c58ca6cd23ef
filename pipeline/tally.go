package pipeline

import (
	"context"
	"maps"
	"sync"

	"stscan/internal/evidence"
)

// Tally is the decorator that counts how contacts failed.
type Tally[K comparable, E any] struct {
	next    Prober[K, E]
	failure func(E) evidence.Failure

	mu     sync.Mutex
	failed map[evidence.Kind]int64
}

// NewTally decorates next; failure takes its failure out of an answer.
func NewTally[K comparable, E any](next Prober[K, E], failure func(E) evidence.Failure) *Tally[K, E] {
	return &Tally[K, E]{next: next, failure: failure, failed: map[evidence.Kind]int64{}}
}

// Probe asks next, and counts what came of it.
func (t *Tally[K, E]) Probe(ctx context.Context, key K) E {
	answer := t.next.Probe(ctx, key)
	if f := t.failure(answer); f.Failed() {
		t.mu.Lock()
		t.failed[f.Kind]++
		t.mu.Unlock()
	}
	return answer
}

// Failed is how many contacts failed so far, by kind.
func (t *Tally[K, E]) Failed() map[evidence.Kind]int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.failed)
}
