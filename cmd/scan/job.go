package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/netip"
	"time"

	"stscan/analysis"
	"stscan/inputs"
	"stscan/internal/observe"
	"stscan/pipeline"
	"stscan/sinks"
)

const stateComplete = string(sinks.StateComplete)

// job is one run, with everything it needs: flags resolved, nothing opened yet.
type job struct {
	out, named string
	lists      []inputs.List
	stdin      io.Reader
	stderr     io.Writer
	log        *slog.Logger
	progress   string
	metricsAt  netip.AddrPort // where metrics are served; zero: nowhere
	server     *observe.Server
	settings   map[string]string // by flag name, as in force
	format     sinks.Format      // of a new snapshot; "" = Parquet
	sources    []string          // addresses we contact others from

	unit        string
	limit       int
	seed        uint64
	shard       inputs.Shard
	chunkSize   int // 0 = auto
	probeMX     string
	fetchPolicy string
	checks      []analysis.Check
	inFlight    int
	retryAfter  time.Duration
	noRetry     bool
	grace       time.Duration
	watched     watched

	rules   *analysis.Rules
	network network
	conduct conduct
}

// run takes the job to a complete snapshot, or as far as it comes.
func (j *job) run(ctx context.Context) (summary, error) {
	stopServing, err := j.listen()
	if err != nil {
		return summary{}, err
	}
	defer stopServing()
	hashed, cleanup, err := hashLists(j.out, j.lists, j.stdin, spooledLists(j.out, j.named))
	defer cleanup()
	if err != nil {
		return summary{}, err
	}
	t, err := chooseTarget(j.out, j.named, j.settings, hashed)
	if err != nil {
		return summary{}, err
	}
	if t.complete() {
		if err := sinks.Tidy(t.dir); err != nil {
			return summary{}, failf("%v", err)
		}
		j.log.Info("this snapshot is complete; it is left alone", "snapshot", t.dir)
		return summaryOf(t.dir, *t.manifest, 0), nil
	}
	j.network.servers, err = answering(ctx, j.network.servers, j.network.dialDNS, j.log)
	if err != nil {
		return summary{}, err
	}
	store, spool, err := j.open(ctx, t)
	if err != nil {
		return summary{}, err
	}
	cleanup() // the spool has the names
	defer store.Close()
	defer spool.Close()
	return j.scan(ctx, t, store, spool)
}

// open opens the snapshot and its spool; a new snapshot begins by reading the
// lists.
func (j *job) open(ctx context.Context, t target) (*sinks.Snapshot, *inputs.Spool, error) {
	options := optionsFor(j.rules)
	var store *sinks.Snapshot
	var err error
	if t.manifest != nil {
		if store, err = sinks.Open(t.dir, options); err != nil {
			return nil, nil, failf("%v", err)
		}
	}
	spool, err := j.spool(ctx, t)
	if err != nil {
		return nil, nil, errors.Join(err, closeIfOpen(store))
	}
	m := j.manifest(t, spool)
	if store != nil {
		err = store.SetManifest(m)
	} else {
		store, err = sinks.Create(t.dir, m, options)
	}
	if err == nil {
		err = store.KeepRejected(spool.Rejected())
	}
	if err != nil {
		return nil, nil, failf("%v", errors.Join(err, spool.Close(), closeIfOpen(store)))
	}
	return store, spool, nil
}

func closeIfOpen(s *sinks.Snapshot) error {
	if s == nil {
		return nil
	}
	return s.Close()
}

// scan does what is left of the snapshot.
func (j *job) scan(ctx context.Context, t target, store *sinks.Snapshot, spool *inputs.Spool) (summary, error) {
	log, err := store.Events()
	if err != nil {
		return summary{}, failf("%v", err)
	}
	defer log.Close()
	events := j.events(log)
	j.network.report = tellResolvers(events)
	tellOptOut(events, j.conduct.optOut)
	j.tellBegin(events, t, store.Manifest())
	s, err := newScanner(j.network, j.conduct, j.inFlight, j.probeMX, j.fetchPolicy, j.checks)
	if err != nil {
		return summary{}, failf("%v", err)
	}
	defer s.Close()
	if err := s.recall(store, true); err != nil {
		return summary{}, failf("%v", err)
	}
	progress := pipeline.NewProgress(spool.Summary().Names)
	unwatch, err := j.monitor(ctx, s, store, spool, j.controlsChanged(s, store, progress, events))
	if err != nil {
		return summary{}, err
	}
	run := &pipeline.Run{
		Source: spool, Snapshot: storeOf{store}, Collector: s.collector, Rules: j.rules, Slots: s.slots, Progress: progress, Events: events, Controls: s.monitor,
		NoRetry: j.noRetry, RetryAfter: j.retryAfter, ChunkSize: spool.Summary().ChunkSize, Grace: j.grace,
		Contacts: s.contacts, SecondPass: func() error { return s.secondPass(store) },
	}
	if j.server != nil {
		j.server.Serve(s.state(progress, j.forecaster()))
	}
	stopWatching := watch(progress, j.forecaster(), j.progress, j.stderr, j.log)
	outcome, runErr := run.Do(ctx)
	unwatch()
	stopWatching()
	tellEnd(events, outcome, progress.Stats().Rows, runErr)
	m, err := finish(store, outcome)
	if runErr != nil {
		return summary{}, failf("%v; what was committed stands in %s, and the same command goes on from there", runErr, t.dir)
	}
	if err != nil {
		return summary{}, failf("%v", err)
	}
	return summaryOf(t.dir, m, time.Since(progress.Stats().Started)), nil
}

// finish writes the last manifest of this process.
func finish(store *sinks.Snapshot, outcome pipeline.Outcome) (sinks.Manifest, error) {
	m := store.Manifest()
	now := time.Now().UTC()
	m.EndedAt, m.State = &now, stateOf(outcome.Complete)
	m.Counts = sinks.NewCounts()
	m.InVain.Add(outcome.Contacts)
	m.Contacts = m.InVain
	for record, err := range store.Commits() {
		if err != nil {
			return m, err
		}
		m.Counts.Add(&record)
		m.Contacts.Add(record.Contacts)
	}
	return m, store.Finish(m)
}

func (j *job) forecaster() *observe.Forecaster {
	return observe.NewForecaster(j.inFlight, j.retryAfter, !j.noRetry)
}

func stateOf(complete bool) sinks.State {
	if complete {
		return sinks.StateComplete
	}
	return sinks.StatePartial
}

// spool opens the snapshot's spool, or reads the lists into one.
func (j *job) spool(ctx context.Context, t target) (*inputs.Spool, error) {
	work := workDir(t.dir)
	spool, err := inputs.OpenSpool(work)
	if errors.Is(err, fs.ErrNotExist) {
		_, err = inputs.BuildSpool(ctx, inputs.SpoolConfig{
			Dir: work, Lists: j.lists, Stdin: j.stdin, Seed: j.seed, ChunkSize: j.chunkSize, Limit: j.limit, Shard: j.shard, Unit: j.unit,
			Progress: reading(j.log, j.progress),
		})
		if err == nil {
			spool, err = inputs.OpenSpool(work)
		}
	}
	var bad *inputs.Error
	if errors.As(err, &bad) {
		return nil, failf("%v", err)
	}
	if err != nil {
		return nil, failf("read the lists into %s: %v", work, err)
	}
	return spool, nil
}
