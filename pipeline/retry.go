package pipeline

import (
	"context"
	"iter"
	"strconv"
	"time"

	"stscan/internal/evidence"
)

// RetryPlan is how the deferred names are cut into the chunks of the second
// pass. The names follow from the commit records: all deferred names of the
// first pass, in the order of the spool.
type RetryPlan = evidence.RetryPlan

// secondPass plans it when the first pass is over, waits, and does what is not
// done. Its rows are final.
func (r *Run) secondPass(ctx context.Context, done map[evidence.ChunkID]bool) error {
	left, names, err := r.left()
	if err != nil || names == 0 {
		return err
	}
	plan, err := r.Snapshot.PlanRetry(RetryPlan{
		ChunkSize: r.ChunkSize,
		Chunks:    (names + r.ChunkSize - 1) / r.ChunkSize,
		Names:     names,
		CreatedAt: time.Now().UTC(),
		NotBefore: time.Now().UTC().Add(r.RetryAfter),
	})
	if err != nil {
		return err
	}
	r.Progress.update(func(s *Stats) { s.Chunks.RetryTotal = plan.Chunks })
	r.Events.Tell(evidence.EventRetryPlanned, map[string]string{
		"names": strconv.Itoa(plan.Names), "chunks": strconv.Itoa(plan.Chunks), "not_before": plan.NotBefore.Format(time.RFC3339),
	})
	if !r.NoRetry && !r.waitUntil(ctx, plan.NotBefore) {
		return nil
	}
	r.Progress.stage(StageSecond, time.Time{})
	r.Events.Tell(evidence.EventRetryBegun, map[string]string{"names": strconv.Itoa(plan.Names)})
	if err := r.SecondPass(); err != nil {
		return err
	}
	return r.pass(ctx, r.retryChunks(plan, left, done))
}

// waitUntil waits for the second pass to begin. A shorter --retry-after at a
// resume shortens the wait.
func (r *Run) waitUntil(ctx context.Context, t time.Time) bool {
	wait := min(time.Until(t), r.RetryAfter)
	if wait <= 0 {
		return ctx.Err() == nil
	}
	r.Progress.stage(StageWaiting, time.Now().Add(wait))
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// left counts the names that the first pass left, by chunk and altogether.
func (r *Run) left() (byChunk []int, names int, err error) {
	byChunk = make([]int, r.Source.Chunks())
	for n := range byChunk {
		record, err := r.Snapshot.ReadCommit(evidence.FirstPass(n))
		if err != nil {
			return nil, 0, err
		}
		byChunk[n] = len(record.Deferred)
		names += len(record.Deferred)
	}
	return byChunk, names, nil
}

// retryChunks yields the chunks of the second pass that are not done. The spool
// is in hash order, so they are too.
func (r *Run) retryChunks(plan RetryPlan, left []int, done map[evidence.ChunkID]bool) iter.Seq2[job, error] {
	return func(yield func(job, error) bool) {
		next, chunks := job{id: evidence.SecondPass(0), attempt: 2}, 1
		for w, err := range r.deferred(left) {
			if err != nil {
				yield(job{}, err)
				return
			}
			next.names = append(next.names, w)
			if len(next.names) < plan.ChunkSize {
				continue
			}
			if !done[next.id] && !yield(next, nil) {
				return
			}
			next, chunks = job{id: evidence.SecondPass(chunks), attempt: 2}, chunks+1
		}
		if len(next.names) > 0 && !done[next.id] {
			yield(next, nil)
		}
	}
}

// deferred yields the names that the first pass left, in the order of the spool.
// Those of a chunk are read when their turn comes: together they may be a large
// part of the list.
func (r *Run) deferred(left []int) iter.Seq2[work, error] {
	return func(yield func(work, error) bool) {
		for n, names := range left {
			if names == 0 {
				continue
			}
			again, err := r.deferredOf(n)
			if err != nil {
				yield(work{}, err)
				return
			}
			for _, w := range again {
				if !yield(w, nil) {
					return
				}
			}
		}
	}
}

// deferredOf are the names that the n-th chunk of the spool left.
func (r *Run) deferredOf(n int) ([]work, error) {
	record, err := r.Snapshot.ReadCommit(evidence.FirstPass(n))
	if err != nil {
		return nil, err
	}
	targets, err := r.Source.Targets(n)
	if err != nil {
		return nil, err
	}
	earlier := make(map[string][]evidence.Earlier, len(record.Deferred))
	for _, d := range record.Deferred {
		earlier[d.Domain] = d.Earlier
	}
	again := make([]work, 0, len(earlier))
	for _, t := range targets {
		if e, ok := earlier[t.Domain]; ok {
			again = append(again, work{target: t, earlier: e})
		}
	}
	return again, nil
}
