package pipeline

import (
	"context"
	"errors"
	"iter"
	"sync"
	"time"

	"stscan/analysis"
	"stscan/internal/evidence"
)

// Defaults of a run.
const (
	// DefaultInFlight names are worked on at once: enough to hide a resolver's
	// latency, few enough sockets for a machine's default limits.
	DefaultInFlight = 1000
	// minOpen and maxOpen chunks may be under way at once, so that the slow
	// names of one do not hold up the next: a name in trouble takes half a
	// minute, the others a fraction of a second. A crash costs at most their work.
	minOpen, maxOpen = 4, 32
	// openNames is how many names of open chunks there should be for each slot.
	openNames = 8
	// SoftDeadline is how long a chunk, all of whose names are under way, waits
	// for budgets before it defers the names behind them.
	SoftDeadline = 10 * time.Minute
	// DefaultRetryAfter is the wait before the second pass: longer than the
	// five minutes of common greylisting (RFC 6647 section 5).
	DefaultRetryAfter = 10 * time.Minute
	// DefaultGrace is given to names in flight when a run is told to stop.
	DefaultGrace = 10 * time.Second
)

// Run takes every name of Source to one committed row in Snapshot.
type Run struct {
	Source    Source
	Snapshot  Snapshot
	Collector *Collector
	Rules     *analysis.Rules
	Slots     Slots
	Progress  *Progress
	Events    Events   // may be nil
	Controls  Controls // nil: none

	NoRetry    bool          // no second pass: inconclusive rows are final
	RetryAfter time.Duration // wait before the second pass
	ChunkSize  int           // of the retry chunks
	Grace      time.Duration

	Contacts   func() evidence.Contacts // counted since the process started
	SecondPass func() error             // called before the second pass: caches forget failures

	held Slots // names that wait for a control

	contactsMu   sync.Mutex
	contactsTold evidence.Contacts
}

// Outcome says how far a run came.
type Outcome struct {
	Complete bool // every name has its row
	Awaiting int  // names that await the second pass
	// Contacts are those that stand in no commit record: made for chunks that
	// were not finished.
	Contacts evidence.Contacts
}

// Do runs, from wherever an earlier process stopped. It ends early, without an
// error, when ctx is done: names in flight then have Grace to finish. An error
// is a fault of ours: everything committed before it stands.
func (r *Run) Do(ctx context.Context) (Outcome, error) {
	if r.Controls == nil {
		r.Controls = uncontrolled{}
	}
	r.held = NewSlots(heldNames * cap(r.Slots))
	r.Progress.update(func(s *Stats) { s.Chunks.Total = r.Source.Chunks() })
	done, err := r.recall()
	if err != nil {
		return Outcome{}, err
	}
	if err := r.pass(ctx, r.firstPass(done)); err != nil || ctx.Err() != nil {
		return r.outcome(), err
	}
	if err := r.secondPass(ctx, done); err != nil || ctx.Err() != nil {
		return r.outcome(), err
	}
	r.Progress.stage(StageDone, time.Time{})
	return r.outcome(), nil
}

// recall takes up what earlier processes committed, and returns which chunks.
func (r *Run) recall() (done map[evidence.ChunkID]bool, err error) {
	done = map[evidence.ChunkID]bool{}
	for c, err := range r.Snapshot.Commits() {
		if err != nil {
			return nil, err
		}
		done[c.Chunk] = true
		r.Progress.recall(c)
		r.Collector.Vantage.Recall(c.Reached, c.Masked)
	}
	return done, nil
}

func (r *Run) outcome() Outcome {
	s := r.Progress.Stats()
	return Outcome{Complete: s.Stage == StageDone, Awaiting: s.Deferred, Contacts: r.takeContacts()}
}

// firstPass yields the chunks of the spool that are not done.
func (r *Run) firstPass(done map[evidence.ChunkID]bool) iter.Seq2[job, error] {
	return func(yield func(job, error) bool) {
		for n := range r.Source.Chunks() {
			id := evidence.FirstPass(n)
			if done[id] {
				continue
			}
			targets, err := r.Source.Targets(n)
			j := job{id: id, attempt: 1, names: make([]work, len(targets))}
			for i, t := range targets {
				j.names[i].target = t
			}
			if !yield(j, err) {
				return
			}
		}
	}
}

// pass does all jobs: names of several chunks share the slots, each chunk
// commits when its last name is done.
func (r *Run) pass(ctx context.Context, jobs iter.Seq2[job, error]) error {
	work, fail := context.WithCancelCause(context.WithoutCancel(ctx))
	defer fail(nil)
	stopGrace := context.AfterFunc(ctx, func() { fail(r.grace(ctx, work)) })
	defer stopGrace()

	var closing sync.WaitGroup
	open := newOpened(r.openChunks())
	for j, err := range jobs {
		if err != nil {
			fail(err)
			break
		}
		if open.room(ctx) != nil || work.Err() != nil {
			break
		}
		c, err := r.begin(work, j, open.changed)
		if err != nil {
			fail(err)
			break
		}
		open.add(c)
		r.start(ctx, fail, c)
		closing.Go(func() {
			defer open.remove(c)
			if err := c.close(); err != nil {
				fail(err)
			}
		})
	}
	closing.Wait()
	if cause := context.Cause(work); cause != nil && !errors.Is(cause, errStopped) {
		return cause
	}
	return nil
}

// grace gives what is in flight its time when the run was told to stop, and says
// why it is over. In the dark that is at once: no chunk is committed before the
// controls are good again, and their names have to be done again in any case.
func (r *Run) grace(told, work context.Context) error {
	lit, err := r.Controls.Light(told) // told has ended: it does not wait for the light
	switch {
	case errors.Is(err, told.Err()):
		return errStopped
	case err != nil:
		return err
	}
	timer := time.NewTimer(r.Grace)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-lit.Done():
	case <-work.Done():
	}
	return errStopped
}

// openChunks is how many chunks may be under way: the more, the smaller they are.
func (r *Run) openChunks() int {
	return min(max(minOpen, openNames*cap(r.Slots)/max(r.ChunkSize, 1)), maxOpen)
}

var errStopped = errors.New("told to stop")

// start starts every name of c, each in a slot and a goroutine of its own. It
// returns when all are started, or when the run is told to stop.
func (r *Run) start(ctx context.Context, fail context.CancelCauseFunc, c *chunk) {
	defer c.patience.started(r.Controls.Paused)
	names := c.job.names
	c.job.names = nil // an open chunk does not hold the names that are done
	for i := range names {
		w := names[i]
		names[i] = work{}
		if r.Slots.Take(ctx) != nil {
			c.abandon()
			return
		}
		if c.work.Err() != nil { // a fault of ours, or a name of it was given up
			r.Slots.give()
			c.abandon()
			return
		}
		c.patience.enter()
		r.Progress.update(func(s *Stats) { s.InFlight++ })
		c.pending.Go(func() {
			defer r.Slots.give()
			defer c.patience.leave()
			defer r.Progress.update(func(s *Stats) { s.InFlight-- })
			if err := c.collect(w); err != nil {
				fail(err)
			}
		})
	}
}

// takeContacts returns the contacts made since it was last called.
func (r *Run) takeContacts() evidence.Contacts {
	r.contactsMu.Lock()
	defer r.contactsMu.Unlock()
	now := r.Contacts()
	delta := now
	delta.Sub(r.contactsTold)
	r.contactsTold = now
	return delta
}
