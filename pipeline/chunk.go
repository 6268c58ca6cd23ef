package pipeline

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"stscan/analysis"
	"stscan/internal/evidence"
)

// work is one name of a job, with what its first attempt left.
type work struct {
	target  evidence.Target
	earlier []evidence.Earlier
}

// job is one chunk to be done.
type job struct {
	id      evidence.ChunkID
	attempt int // 1 or 2
	names   []work
}

// chunk is one job under way: its names finish in any order, each writes its
// row or is deferred, and the last one out commits.
type chunk struct {
	run      *Run
	job      job
	part     Part
	pending  sync.WaitGroup
	work     context.Context // of its names
	drop     context.CancelFunc
	patience *patience

	mu     sync.Mutex
	record evidence.Commit
	epoch  context.Context // of the controls, under which names are collected now
	lit    context.Context // what they are collected under
	dim    func()          // ends it
	broken bool            // a name was cancelled or not started, or a row could not be written: to be done again
}

// begin opens a chunk. Its names may wait for budgets only so long if they can be
// deferred.
func (r *Run) begin(work context.Context, j job, told func()) (*chunk, error) {
	part, err := r.Snapshot.Begin(j.id)
	if err != nil {
		return nil, err
	}
	r.Progress.update(func(s *Stats) { s.Chunks.Open++ })
	c := &chunk{run: r, job: j, part: part, dim: func() {}, record: evidence.Commit{
		Chunk: j.id, Names: len(j.names),
		Status: map[string]int{}, Delivery: map[string]int{}, FirstFail: map[string]int{}, Inconcl: map[string]int{},
	}}
	work, c.drop = context.WithCancel(work)
	c.patience = newPatience(work, c.mayDefer(), told)
	c.work = c.patience.with(work)
	return c, nil
}

// mayDefer reports whether names may be left to a second pass.
func (c *chunk) mayDefer() bool { return c.job.attempt == 1 && !c.run.NoRetry }

// collect does one name: evidence, verdict, row. What falls into the dark is
// deferred, or collected again where that cannot be.
func (c *chunk) collect(w work) error {
	for tries := 1; ; tries++ {
		began := time.Now()
		observed, again, err := c.observe(w)
		if c.work.Err() != nil || err != nil {
			c.abandon()
			return err
		}
		if again && observed.Domain.Controls == evidence.ControlsFailed && !c.mayDefer() && tries < maxDark {
			continue
		}
		verdict := analysis.Classify(*observed, c.run.Rules)
		if c.mayDefer() {
			if d, ok := deferral(verdict, *observed, again); ok {
				c.postpone(d, time.Since(began))
				return nil
			}
		}
		if err := c.part.Write(*observed, verdict); err != nil {
			c.abandon()
			return err
		}
		c.count(&verdict)
		return nil
	}
}

// observe collects a name while there is light, and says what the controls said
// meanwhile. An error is a fault of ours; that of c.work is left to the caller. With
// either nothing may be observed.
func (c *chunk) observe(w work) (observed *evidence.Case, again bool, err error) {
	lit, err := c.light()
	if err == nil {
		o := c.run.Collector.Collect(lit, w.target, c.job.attempt, w.earlier)
		observed = &o
		observed.Domain.Controls, again, err = c.run.judge(c.work, observed)
	}
	if c.work.Err() != nil {
		return nil, false, nil
	}
	return observed, again, err
}

// deferral says whether a name is left out of the first pass. again: the
// controls want it to be collected again.
func deferral(v analysis.Verdict, observed evidence.Case, again bool) (evidence.Deferred, bool) {
	reason, earlier := analysis.Deferrable(v, observed)
	for _, s := range observed.Domain.Skipped {
		if s.Why == string(evidence.KindBudget) {
			reason = ReasonBudgetWait
		}
	}
	switch {
	case observed.Domain.Controls == evidence.ControlsFailed && (again || reason != ""):
		reason, earlier = ReasonControlsFailed, analysis.Failures(observed)
	case again && reason == "":
		reason, earlier = ReasonUnconfirmed, analysis.Failures(observed)
	}
	return evidence.Deferred{Domain: observed.Domain.Target.Domain, Reason: reason, Earlier: earlier}, reason != ""
}

// Reasons of a deferral beside the codes.
const (
	// ReasonControlsFailed: the name was collected in a time in which our own
	// network was down.
	ReasonControlsFailed = "controls_failed"
	// ReasonUnconfirmed: a connect failed, and nothing was heard since of the
	// port and family it took.
	ReasonUnconfirmed = "unconfirmed"
)

// ReasonBudgetWait is the reason of a deferral where a budget could not serve a
// contact before the chunk's soft deadline. It is not a failed try.
const ReasonBudgetWait = "budget_wait"

// abandon gives the chunk up: a name of it will be missing. Nobody is contacted
// any more for names that have to be done again.
func (c *chunk) abandon() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.broken = true
	c.drop()
}

func (c *chunk) postpone(d evidence.Deferred, spent time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.record.Deferred = append(c.record.Deferred, d)
	c.run.Progress.update(func(s *Stats) {
		s.Deferred++
		s.Postponed++
		s.PostponedIn += spent
	})
}

func (c *chunk) count(v *analysis.Verdict) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.record.Status[string(v.Status)]++
	c.record.Delivery[string(v.Delivery)]++
	if v.FirstFailure != "" {
		c.record.FirstFail[string(v.FirstFailure)]++
	}
	for _, code := range inconclusive(v) {
		c.record.Inconcl[code]++
	}
	c.run.Progress.row(v)
}

// confirm waits for a good control after the last name; without one the chunk
// is to be done again.
func (c *chunk) confirm() error {
	if c.broken {
		return nil
	}
	err := c.run.Controls.Confirm(c.work)
	c.broken = err != nil
	if c.work.Err() != nil {
		return nil // told to stop
	}
	return err
}

// close waits for the last name, then commits the chunk, or drops it where a
// name is missing. Deferred names stand in the record in the order of their
// names, so that the same outcome gives the same record.
func (c *chunk) close() error {
	c.pending.Wait()
	c.dim()
	err := c.confirm()
	defer c.run.Progress.update(func(s *Stats) { s.Chunks.Open-- })
	defer c.drop()
	if c.broken {
		c.run.Progress.update(func(s *Stats) { s.Chunks.Dropped++ })
		c.run.Events.Tell(evidence.EventChunkDropped, map[string]string{"chunk": string(c.job.id)})
		return errors.Join(err, c.part.Abort())
	}
	slices.SortFunc(c.record.Deferred, func(a, b evidence.Deferred) int { return strings.Compare(a.Domain, b.Domain) })
	c.record.Reached, c.record.Masked = c.run.Collector.Vantage.Known()
	c.record.Contacts = c.run.takeContacts()
	committed, err := c.part.Commit(c.record)
	if err != nil {
		return errors.Join(err, c.part.Abort())
	}
	c.run.Progress.update(func(s *Stats) { s.Chunks.commit(committed) })
	return nil
}
