package resolver

import (
	"context"
	"sync"
	"time"
)

// event is a moment in the life of an id of a socket. It is left in the wheel
// when a reply comes first: its seq then is no longer that of the id.
type event struct {
	socket *socket
	seq    uint64
	due    uint64 // tick
	id     uint16
}

// wheel is a hashed timing wheel: one goroutine and one ticker serve the
// deadlines of all queries. It stands still while it holds nothing.
type wheel struct {
	start time.Time
	wake  chan struct{}

	mu      sync.Mutex
	now     uint64 // ticks done
	pending int
	ring    [buckets][]event
	spare   [][]event
}

func newWheel() *wheel {
	return &wheel{start: time.Now(), wake: make(chan struct{}, 1)}
}

// add has e expire at t or up to a tick later.
func (w *wheel) add(e event, t time.Time) {
	e.due = w.ticks(t) + 1
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.pending == 0 {
		w.now = w.ticks(time.Now())
		select {
		case w.wake <- struct{}{}:
		default:
		}
	}
	e.due = max(e.due, w.now+1)
	i := e.due % buckets
	if w.ring[i] == nil && len(w.spare) > 0 {
		last := len(w.spare) - 1
		w.ring[i], w.spare = w.spare[last], w.spare[:last]
	}
	w.ring[i] = append(w.ring[i], e)
	w.pending++
}

// ticks is the number of whole ticks from the start until t.
func (w *wheel) ticks(t time.Time) uint64 {
	return uint64(max(0, t.Sub(w.start)) / tick)
}

// run turns the wheel until ctx ends.
func (w *wheel) run(ctx context.Context) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		ticker.Stop()
		select {
		case <-w.wake:
		case <-ctx.Done():
			return
		}
		ticker.Reset(tick)
		for w.turn() {
			select {
			case <-ticker.C:
			case <-ctx.Done():
				return
			}
		}
	}
}

// turn expires what is due by now, and reports whether anything is left.
func (w *wheel) turn() bool {
	until := w.ticks(time.Now())
	for {
		due, more := w.step(until)
		for _, e := range due {
			e.socket.expire(e)
		}
		w.recycle(due)
		if !more {
			break
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.pending > 0
}

// step does the next tick, if it is not later than until, and returns what is
// due then.
func (w *wheel) step(until uint64) (due []event, more bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.now >= until || w.pending == 0 {
		return nil, false
	}
	w.now++
	i := w.now % buckets
	bucket := w.ring[i]
	w.ring[i] = nil
	due = bucket[:0]
	for _, e := range bucket {
		if e.due > w.now {
			w.ring[i] = append(w.ring[i], e) // in a later turn
		} else {
			due = append(due, e)
		}
	}
	w.pending -= len(due)
	return due, true
}

// recycle keeps the memory of a bucket.
func (w *wheel) recycle(b []event) {
	if cap(b) == 0 {
		return
	}
	clear(b)
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.spare) < spareBuckets {
		w.spare = append(w.spare, b[:0])
	}
}
