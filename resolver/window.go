package resolver

import (
	"context"
	"errors"
	"time"
)

// errElsewhere tells one who waits for a window to look for another server.
var errElsewhere = errors.New("the server is down")

// window limits the questions open at one server, and finds the limit: it
// grows while that gives more answers a second, and is halved on loss. Callers
// hold the lock of the server.
type window struct {
	limit, ceiling, open int
	waiting              queue

	epochStart time.Time
	answered   int
	lost       int
	full       bool      // somebody had to wait in this epoch
	halved     time.Time // questions sent before were lost to the old limit

	trying   bool // limit is base and a step
	base     int
	baseRate float64 // answers a second at base
	resting  int     // epochs left
	nextRest int
}

func newWindow(sockets int) window {
	return window{limit: startPerSocket * sockets, ceiling: ceilingPerSocket * sockets, nextRest: minRest}
}

// take opens a question unless the window is full.
func (w *window) take() bool {
	if w.open >= w.limit || w.waiting.first != nil {
		w.full = true
		return false
	}
	w.open++
	return true
}

// release closes a question and lets in who waits.
func (w *window) release() {
	w.open--
	w.admit()
}

func (w *window) admit() {
	for w.open < w.limit && w.waiting.first != nil {
		c := w.waiting.first
		w.waiting.remove(c)
		w.open++
		c.turn <- true
	}
}

// heard notes that a question got a reply.
func (w *window) heard(now time.Time) {
	w.answered++
	w.judge(now)
}

// missed notes that a question sent at that time got none.
func (w *window) missed(sent, now time.Time) {
	if !sent.Before(w.halved) {
		w.lost++
	}
	w.judge(now)
}

// judge sets the limit anew at the end of an epoch.
func (w *window) judge(now time.Time) {
	if w.epochStart.IsZero() {
		w.epochStart = now
	}
	length := now.Sub(w.epochStart)
	if length < epoch {
		return
	}
	rate := float64(w.answered) / length.Seconds()
	outcomes := w.answered + w.lost
	switch {
	case outcomes >= lossSample && w.lost*lossShare >= outcomes:
		w.limit = max(minWindow, w.limit/2)
		w.halved = now
		w.trying, w.resting, w.nextRest = false, minRest, minRest
	case w.trying && rate < w.baseRate+w.baseRate/gain:
		w.limit, w.trying = w.base, false
		w.resting, w.nextRest = w.nextRest, min(maxRest, 2*w.nextRest)
	case w.trying:
		w.trying, w.nextRest = false, minRest
	case w.resting > 0:
		w.resting--
	case w.full:
		w.base, w.baseRate, w.trying = w.limit, rate, true
		w.limit = min(w.ceiling, w.limit+max(1, w.limit/step))
	}
	w.epochStart, w.answered, w.lost = now, 0, 0
	w.full = w.waiting.first != nil
	w.admit()
}

// queue is a list of calls that wait for their turn, first come first served.
type queue struct {
	first, last *call
	length      int
}

func (q *queue) add(c *call) {
	c.prev, c.next = q.last, nil
	if q.last == nil {
		q.first = c
	} else {
		q.last.next = c
	}
	q.last = c
	q.length++
	c.queued = true
}

func (q *queue) remove(c *call) {
	if c.prev == nil {
		q.first = c.next
	} else {
		c.prev.next = c.next
	}
	if c.next == nil {
		q.last = c.prev
	} else {
		c.next.prev = c.prev
	}
	q.length--
	c.prev, c.next, c.queued = nil, nil, false
}

// enter waits until the window of the server has room for one more question,
// and returns how long that took. Whoever entered must leave. The error is
// errElsewhere when the server was found dead meanwhile.
func (s *server) enter(ctx context.Context, c *call) (waited time.Duration, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	s.mu.Lock()
	if s.window.take() {
		s.mu.Unlock()
		return 0, nil
	}
	s.window.waiting.add(c)
	s.mu.Unlock()

	began := time.Now()
	select {
	case admitted := <-c.turn:
		if !admitted {
			err = errElsewhere
		}
		return time.Since(began), err
	case <-ctx.Done():
		err = ctx.Err()
	case <-s.resolver.life.Done():
		err = errClosed
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.queued {
		s.window.waiting.remove(c)
	} else if <-c.turn { // its turn came in the same moment
		s.window.release()
	}
	return time.Since(began), err
}

// evict sends away who waits, to other servers.
func (s *server) evict() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := s.window.waiting.first; c != nil; c = s.window.waiting.first {
		s.window.waiting.remove(c)
		c.turn <- false
	}
}
