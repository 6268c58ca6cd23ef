package pipeline

import (
	"context"
	"errors"
	"hash/maphash"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"

	"stscan/internal/evidence"
	"stscan/internal/neterr"
)

// Once is the decorator that asks each key one time a pass, whatever the number
// of names behind it, while the answer stays in a bounded cache. Callers that
// come while the answer is under way wait for it.
type Once[K comparable, E any] struct {
	next  Prober[K, E]
	kind  Keeping[K, E]
	cache *otter.Cache[K, E]

	mu       sync.Mutex
	seed     maphash.Seed
	asked    map[uint64]struct{} // hashes of the keys asked in this pass, if they are counted
	repeated int64
}

// Keeping says what a Once may keep.
type Keeping[K comparable, E any] struct {
	Max       int              // answers kept
	Recount   bool             // Repeated is counted, for some 20 bytes of memory a key asked
	Keep      func(E) bool     // false: nobody was contacted (a budget, a cancel), the next caller asks again
	Succeeded func(E) bool     // false: forgotten at the start of the second pass
	Left      func(K, error) E // the answer for a caller that leaves before it is there
	Ended     func(E) time.Time
}

// unkept carries an answer that must not be cached through the cache's loader.
type unkept[E any] struct{ answer E }

func (unkept[E]) Error() string { return "pipeline: answer is not kept" }

// NewOnce decorates next.
func NewOnce[K comparable, E any](next Prober[K, E], kind Keeping[K, E]) *Once[K, E] {
	return &Once[K, E]{
		next:  next,
		kind:  kind,
		cache: otter.Must(&otter.Options[K, E]{MaximumSize: kind.Max}),
		seed:  maphash.MakeSeed(),
		asked: map[uint64]struct{}{},
	}
}

// Repeated is how often a key was asked again in the same pass, because its
// answer had been pushed out of the cache; 0 if that is not counted.
func (o *Once[K, E]) Repeated() int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.repeated
}

// Probe returns the kept answer for key, or asks. What another caller was refused
// for want of time says nothing about this one: it tries for itself.
func (o *Once[K, E]) Probe(ctx context.Context, key K) E {
	for {
		mine := false
		answer, err := o.cache.Get(ctx, key, otter.LoaderFunc[K, E](func(ctx context.Context, key K) (E, error) {
			mine = true
			return o.load(ctx, key)
		}))
		if err == nil {
			return answer
		}
		var u unkept[E]
		switch {
		case !errors.As(err, &u):
			return o.kind.Left(key, outOfTime(err))
		case mine || ctx.Err() != nil:
			return u.answer
		}
	}
}

// outOfTime is a wait that lasted too long as the refusal that it is.
func outOfTime(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return neterr.Refusal{Kind: evidence.KindBudget, What: "the same contact, made for another name"}
	}
	return err
}

func (o *Once[K, E]) load(ctx context.Context, key K) (E, error) {
	answer := o.next.Probe(ctx, key)
	if !o.kind.Keep(answer) {
		return answer, unkept[E]{answer}
	}
	o.note(key)
	return answer, nil
}

func (o *Once[K, E]) note(key K) {
	if !o.kind.Recount {
		return
	}
	h := maphash.Comparable(o.seed, key)
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, again := o.asked[h]; again {
		o.repeated++
	}
	o.asked[h] = struct{}{}
}

// Fill puts an answer of an earlier run of the same scan into the cache.
func (o *Once[K, E]) Fill(key K, answer E) {
	o.cache.Set(key, answer)
	if !o.kind.Recount {
		return
	}
	h := maphash.Comparable(o.seed, key)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.asked[h] = struct{}{}
}

// ForgetSince lets what failed, and ended at t or later, be asked again: it may
// have been our own fault.
func (o *Once[K, E]) ForgetSince(t time.Time) {
	for key, answer := range o.cache.All() {
		if !o.kind.Succeeded(answer) && !o.kind.Ended(answer).Before(t) {
			o.cache.Invalidate(key)
		}
	}
}

// ForgetFailures starts the second pass: it never reads a first attempt's
// failure, but shares its successes.
func (o *Once[K, E]) ForgetFailures() {
	o.mu.Lock()
	clear(o.asked)
	o.mu.Unlock()
	for key, answer := range o.cache.All() {
		if !o.kind.Succeeded(answer) {
			o.cache.Invalidate(key)
		}
	}
}
