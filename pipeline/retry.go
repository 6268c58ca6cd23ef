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
	records, err := r.Snapshot.Committed()
	if err != nil {
		return err
	}
	deferred, names := deferredNames(records)
	if names == 0 {
		return nil
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
	return r.pass(ctx, r.retryChunks(plan, deferred, done))
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

// deferredNames gathers what the first pass left, by chunk.
func deferredNames(records []evidence.Commit) (byChunk map[evidence.ChunkID]map[string][]evidence.Earlier, names int) {
	byChunk = map[evidence.ChunkID]map[string][]evidence.Earlier{}
	for _, c := range records {
		if !c.IsFirstPass() || len(c.Deferred) == 0 {
			continue
		}
		of := make(map[string][]evidence.Earlier, len(c.Deferred))
		for _, d := range c.Deferred {
			of[d.Domain] = d.Earlier
		}
		byChunk[c.Chunk] = of
		names += len(of)
	}
	return byChunk, names
}

// retryChunks yields the chunks of the second pass that are not done. The spool
// is in hash order, so they are too.
func (r *Run) retryChunks(plan RetryPlan, deferred map[evidence.ChunkID]map[string][]evidence.Earlier, done map[evidence.ChunkID]bool) iter.Seq2[job, error] {
	return func(yield func(job, error) bool) {
		next := job{id: evidence.SecondPass(0), attempt: 2}
		chunks := 0
		flush := func() bool {
			if len(next.names) == 0 || done[next.id] {
				next.names = nil
			} else if !yield(next, nil) {
				return false
			}
			chunks++
			next = job{id: evidence.SecondPass(chunks), attempt: 2}
			return true
		}
		for n := range r.Source.Chunks() {
			of := deferred[evidence.FirstPass(n)]
			if len(of) == 0 {
				continue
			}
			targets, err := r.Source.Targets(n)
			if err != nil {
				yield(job{}, err)
				return
			}
			for _, t := range targets {
				earlier, ok := of[t.Domain]
				if !ok {
					continue
				}
				next.names = append(next.names, work{target: t, earlier: earlier})
				if len(next.names) == plan.ChunkSize && !flush() {
					return
				}
			}
		}
		if len(next.names) > 0 {
			flush()
		}
	}
}
