package resolver

import "time"

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

// release closes a question.
func (w *window) release() { w.open-- }

// admit opens the question of the first that waits, if there is room.
func (w *window) admit() (c *call, ok bool) {
	if w.open >= w.limit {
		return nil, false
	}
	if c, ok = w.waiting.pop(); ok {
		w.open++
	}
	return c, ok
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
}
