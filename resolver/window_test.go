package resolver

import (
	"testing"
	"time"
)

// epochs runs a full window for so many epochs of a server that answers and
// loses as many in each as these functions of the limit say, and returns the
// limit in each.
func epochs(w *window, n int, answered, lost func(limit int) int) []int {
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	if !w.epochStart.IsZero() {
		now = w.epochStart
	}
	var limits []int
	for range n {
		sent := now
		w.full = true
		for range lost(w.limit) {
			w.missed(sent, now)
		}
		for range answered(w.limit) - 1 {
			w.heard(now)
		}
		now = now.Add(epoch)
		w.heard(now)
		limits = append(limits, w.limit)
	}
	return limits
}

func never(int) int { return 0 }

// A busy server answers no faster for being asked more: it is asked more for
// one epoch at a time, ever more seldom.
func TestWindowOfBusyServer(t *testing.T) {
	w := newWindow(4)
	attempts := 0
	for _, limit := range epochs(&w, 500, func(int) int { return 1000 }, never) {
		switch limit {
		case 256:
		case 320:
			attempts++
		default:
			t.Fatalf("limit %d", limit)
		}
	}
	// Rests of 4, 8, 16, 32, 64, 128, 256 epochs lie between them.
	if attempts < 5 || attempts > 8 {
		t.Errorf("%d attempts to grow", attempts)
	}
}

// A far server answers as much faster as it is asked more, up to our bound.
func TestWindowOfFarServer(t *testing.T) {
	w := newWindow(4)
	limits := epochs(&w, 100, func(limit int) int { return 2 * limit }, never)
	if last := limits[len(limits)-1]; last != 4096 {
		t.Errorf("limit %d after 100 epochs, want 4096", last)
	}
}

// A window that is not full is left alone.
func TestWindowOfIdleServer(t *testing.T) {
	w := newWindow(4)
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	for i := range 100 {
		w.heard(now.Add(time.Duration(i) * epoch))
	}
	if w.limit != 256 {
		t.Errorf("limit %d", w.limit)
	}
}

// Loss of a quarter halves it, once for what was sent before; the few percent
// that dead authorities cause do not; and it comes back.
func TestWindowOnLoss(t *testing.T) {
	w := newWindow(4)
	some := func(int) int { return 100 }
	if limits := epochs(&w, 50, some, func(int) int { return 40 }); limits[0] != 128 || limits[49] > 16 || limits[49] < minWindow {
		t.Errorf("at a loss of 29%%: %v", limits)
	}
	w = newWindow(4)
	for _, limit := range epochs(&w, 50, some, func(int) int { return 10 }) {
		if limit < 256 {
			t.Fatalf("at a loss of 9%%: %d", limit)
		}
	}
	w = newWindow(4)
	epochs(&w, 20, some, func(int) int { return 100 })
	if w.limit != minWindow {
		t.Errorf("at a loss of half: %d", w.limit)
	}
	if limits := epochs(&w, 100, func(limit int) int { return 2 * limit }, never); limits[99] < 256 {
		t.Errorf("after the loss: %v", limits)
	}

	// What was sent before the halving says nothing of the limit after it.
	w = newWindow(4)
	start := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	for i := range 20 {
		for range 100 {
			w.missed(start, start.Add(time.Duration(i)*epoch))
		}
	}
	if w.limit != 128 {
		t.Errorf("halved to %d for one burst", w.limit)
	}
}
