package memnet

import (
	"sync"
	"time"
)

// deadline is a point in time after which calls fail. It is guarded by the
// lock of the condition that set is given.
type deadline struct {
	at    time.Time
	timer *time.Timer
}

// set moves the deadline to t, the zero time meaning none, and has everybody
// who waits on cond look again when it passes.
func (d *deadline) set(t time.Time, cond *sync.Cond) {
	d.stop()
	d.at = t
	if !t.IsZero() {
		d.timer = time.AfterFunc(max(time.Until(t), 0), func() {
			cond.L.Lock()
			defer cond.L.Unlock()
			cond.Broadcast()
		})
	}
	cond.Broadcast()
}

func (d *deadline) stop() {
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
}

func (d *deadline) passed() bool { return !d.at.IsZero() && !time.Now().Before(d.at) }
