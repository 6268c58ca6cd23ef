package pipeline

import (
	"context"
	"sync"
	"time"
)

// patience is how long the names of one chunk wait for the budgets of others,
// and for probes that names of other chunks have begun. It ends after a soft
// deadline, or earlier because another chunk wants the place. It counts the names
// that wait.
type patience struct {
	over chan struct{} // closed when nobody of the chunk waits any longer
	told func()        // called when the chunk begins or ceases to do nothing but wait

	mu      sync.Mutex
	limited bool      // false: they wait as long as it takes
	until   time.Time // the soft deadline, once all names are started
	ended   bool
	timer   *time.Timer // of the soft deadline
	names   int         // started and not finished
	waiting int         // of these, neither at work nor on the network
}

// newPatience is that of a chunk whose work ends with a context.
func newPatience(work context.Context, limited bool, told func()) *patience {
	p := &patience{over: make(chan struct{}), told: told, limited: limited}
	context.AfterFunc(work, p.end)
	return p
}

type patienceKey struct{}

// with lets what runs below ctx find p.
func (p *patience) with(ctx context.Context) context.Context {
	return context.WithValue(ctx, patienceKey{}, p)
}

func patienceOf(ctx context.Context) *patience {
	p, _ := ctx.Value(patienceKey{}).(*patience)
	return p
}

// started says that the last name is under way: the soft deadline counts from
// here, since until then the chunk is open for other reasons. paused is how long
// the run has been held so far: that time does not count.
func (p *patience) started(paused func() time.Duration) {
	before := paused()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.limited && !p.ended {
		p.until = time.Now().Add(SoftDeadline)
		p.timer = time.AfterFunc(SoftDeadline, func() { p.late(paused, before) })
	}
}

// late ends the patience, but for the time paused since before.
func (p *patience) late(paused func() time.Duration, before time.Duration) {
	now := paused()
	if now == before {
		p.end()
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.ended {
		p.until = time.Now().Add(now - before)
		p.timer = time.AfterFunc(now-before, func() { p.late(paused, now) })
	}
}

// end ends the patience.
func (p *patience) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return
	}
	p.ended = true
	close(p.over)
	if p.timer != nil {
		p.timer.Stop()
	}
}

// enter and leave count a name, rest and resume its waits.
func (p *patience) enter()  { p.count(1, 0) }
func (p *patience) leave()  { p.count(-1, 0) }
func (p *patience) rest()   { p.count(0, 1) }
func (p *patience) resume() { p.count(0, -1) }

func (p *patience) count(names, waiting int) {
	p.mu.Lock()
	before := p.idle()
	p.names += names
	p.waiting += waiting
	changed := p.idle() != before
	p.mu.Unlock()
	if changed {
		p.told()
	}
}

// idle reports that the names left do nothing but wait. The lock is held.
func (p *patience) idle() bool { return p.names > 0 && p.names == p.waiting }

// state reports whether the names left do nothing but wait, and are let, and
// whether that can be ended.
func (p *patience) state() (waits, endable bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	waits = p.idle() && !p.ended
	return waits, waits && p.limited
}

// impatient is the context of a wait: that of the work, but it ends, like one
// whose deadline has passed, with the patience of the chunk.
type impatient struct {
	context.Context
	patience *patience
}

// Deadline is the soft deadline, as far as it can be foreseen.
func (i impatient) Deadline() (time.Time, bool) {
	p := i.patience
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case !p.limited:
		return i.Context.Deadline()
	case p.ended:
		return time.Now(), true
	case p.until.IsZero():
		return time.Now().Add(SoftDeadline), true
	}
	return p.until, true
}

// Done is closed when the patience is over, or the work was ended.
func (i impatient) Done() <-chan struct{} { return i.patience.over }

// Err tells a patience that is over, as a deadline, from work that was ended.
func (i impatient) Err() error {
	if err := i.Context.Err(); err != nil {
		return err
	}
	select {
	case <-i.patience.over:
		return context.DeadlineExceeded
	default:
		return nil
	}
}
