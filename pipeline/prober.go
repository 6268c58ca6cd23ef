// Package pipeline is the order of the collection and everything around it:
// one readable function that collects one name (collect.go), the decorators
// that every arrow to the network passes (once.go, limited.go), and the run that
// takes chunks of names from a spool to committed rows, through two passes
// (run.go, chunk.go, retry.go).
//
// It knows what is asked next and who may be contacted, but no grammar (it asks
// analysis), no protocol and no file format: resolver, probe, inputs and sinks
// meet it through the interfaces declared here, and are wired by cmd/scan.
package pipeline

import (
	"context"
	"iter"

	"stscan/analysis"
	"stscan/internal/evidence"
)

// Prober is the one shape of all collectors: a key in, evidence out. It cannot
// fail; what goes wrong is in the evidence.
type Prober[K comparable, E any] interface {
	Probe(ctx context.Context, key K) E
}

// The three collectors.
type (
	Resolver     = Prober[evidence.Question, evidence.Lookup]
	PolicyProber = Prober[evidence.Endpoint, evidence.PolicyFetch]
	MXProber     = Prober[evidence.Endpoint, evidence.Session]
)

// Source hands out the names of the spool, chunk by chunk.
type Source interface {
	Chunks() int
	Targets(chunk int) ([]evidence.Target, error)
}

// Snapshot is where committed chunks live.
type Snapshot interface {
	// Commits yields the records of the chunks that are done, one at a time: a
	// record holds the deferred names of its chunk.
	Commits() iter.Seq2[evidence.Commit, error]
	// ReadCommit returns the record of one of them.
	ReadCommit(id evidence.ChunkID) (evidence.Commit, error)
	// Begin opens a new attempt of a chunk.
	Begin(id evidence.ChunkID) (Part, error)
	// PlanRetry writes the plan of the second pass, unless there is one, and
	// returns the one that stands.
	PlanRetry(RetryPlan) (RetryPlan, error)
}

// Part takes the rows of one attempt of one chunk. Write may be called by many
// goroutines at once.
type Part interface {
	Write(evidence.Case, analysis.Verdict) error
	// Commit makes the chunk done. It fills what only the writer knows (attempt,
	// rows, digests) and returns the record that stands.
	Commit(evidence.Commit) (evidence.Commit, error)
	Abort() error
}
