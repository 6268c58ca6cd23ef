package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"stscan/analysis"
	"stscan/internal/evidence"
	"stscan/pipeline/admission"
)

// probeFunc is a prober that is a function.
type probeFunc[K comparable, E any] func(context.Context, K) E

func (f probeFunc[K, E]) Probe(ctx context.Context, key K) E { return f(ctx, key) }

// zone is a resolver: records by "name TYPE", with "NXDOMAIN" or "SERVFAIL" in
// place of a record. What it does not hold is NODATA.
type zone map[string][]string

func (z zone) Probe(_ context.Context, q evidence.Question) evidence.Lookup {
	l := evidence.Lookup{Question: q, RCode: evidence.RCodeNoError, Span: evidence.Span{Start: time.Now(), Tries: 1}}
	key := q.Name + " " + q.Type
	if q.CD {
		key += " CD"
	}
	switch records := z[key]; {
	case slices.Equal(records, []string{"NXDOMAIN"}):
		l.RCode = evidence.RCodeNXDomain
	case slices.Equal(records, []string{"SERVFAIL"}):
		l.RCode, l.Failure = evidence.RCodeServFail, evidence.Failure{Op: evidence.OpResolve, Kind: evidence.KindStatus}
	default:
		l.Records, l.Total = records, len(records)
	}
	return l
}

// open is an admission that refuses only what it is told to.
type open map[string]evidence.Kind // by host or address

func (o open) Refuses(host string, addr netip.Addr) evidence.Kind {
	if kind := o[host]; kind != "" {
		return kind
	}
	return o[addr.String()]
}

func (o open) Acquire(ctx context.Context, _ admission.Contact, w admission.Wait) (func(), time.Duration, error) {
	return func() {}, 0, w.Ready(ctx)
}

// deployed is a zone in which name signals MTA-STS and has one MX host at 192.0.2.1.
func deployed(name string) zone {
	return zone{
		"_mta-sts." + name + " TXT": {"v=STSv1; id=1"},
		name + " MX":                {"10 mx." + name + "."},
		"mta-sts." + name + " A":    {"192.0.2.80"},
		"mx." + name + " A":         {"192.0.2.1"},
	}
}

func collector(z zone) *Collector {
	return &Collector{
		DNS: z, SharedDNS: z,
		Policy: probeFunc[evidence.Endpoint, evidence.PolicyFetch](func(_ context.Context, e evidence.Endpoint) evidence.PolicyFetch {
			return evidence.PolicyFetch{Endpoint: e, Status: 200}
		}),
		MX: probeFunc[evidence.Endpoint, evidence.Session](func(_ context.Context, e evidence.Endpoint) evidence.Session {
			return evidence.Session{ID: e.Host + " " + e.Addr.String(), Endpoint: e, Span: evidence.Span{Start: time.Now()}}
		}),
		Admission: open{}, Vantage: &Vantage{}, IPv6: true, ProbeMX: Signalled, FetchPolicy: Signalled,
	}
}

// until are controls that are good until lit ends, and never again.
type until struct{ lit context.Context }

func (u until) Light(ctx context.Context) (context.Context, error) {
	if u.lit.Err() != nil {
		return nil, u.Confirm(ctx)
	}
	return u.lit, nil
}

func (u until) Judge(context.Context, *evidence.Case) (state string, again bool, err error) {
	if u.lit.Err() != nil {
		return evidence.ControlsFailed, true, nil
	}
	return evidence.ControlsOK, false, nil
}

func (u until) Confirm(ctx context.Context) error {
	if u.lit.Err() == nil {
		return nil
	}
	<-ctx.Done()
	return ctx.Err()
}

func (u until) Paused() time.Duration { return 0 }

// chunksOf is a source of n names a chunk.
type chunksOf struct {
	names []string
	n     int
}

func (s chunksOf) Chunks() int { return (len(s.names) + s.n - 1) / s.n }

func (s chunksOf) Targets(chunk int) ([]evidence.Target, error) {
	var targets []evidence.Target
	for _, name := range s.names[chunk*s.n : min((chunk+1)*s.n, len(s.names))] {
		targets = append(targets, evidence.Target{Domain: name})
	}
	return targets, nil
}

// memory is a snapshot in memory. Its failures are set by a test.
type memory struct {
	mu      sync.Mutex
	commits []evidence.Commit
	rows    map[string]int // by name: how often it has a row in a committed chunk
	attempt map[string]int // of the row
	plan    *RetryPlan
	open    int // parts neither committed nor aborted

	writeErr  func(domain string) error
	commitErr func(evidence.ChunkID) error
}

func newMemory() *memory { return &memory{rows: map[string]int{}, attempt: map[string]int{}} }

func (m *memory) Commits() iter.Seq2[evidence.Commit, error] {
	m.mu.Lock()
	defer m.mu.Unlock()
	commits := slices.Clone(m.commits)
	return func(yield func(evidence.Commit, error) bool) {
		for _, record := range commits {
			if !yield(record, nil) {
				return
			}
		}
	}
}

func (m *memory) ReadCommit(id evidence.ChunkID) (evidence.Commit, error) {
	for record := range m.Commits() {
		if record.Chunk == id {
			return record, nil
		}
	}
	return evidence.Commit{}, fs.ErrNotExist
}

func (m *memory) Begin(id evidence.ChunkID) (Part, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.open++
	return &memoryPart{store: m, id: id}, nil
}

func (m *memory) PlanRetry(p RetryPlan) (RetryPlan, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.plan == nil {
		m.plan = &p
	}
	return *m.plan, nil
}

type memoryPart struct {
	store *memory
	id    evidence.ChunkID
	mu    sync.Mutex
	rows  []evidence.Case
	done  bool
}

func (p *memoryPart) Write(c evidence.Case, _ analysis.Verdict) error {
	if p.store.writeErr != nil {
		if err := p.store.writeErr(c.Domain.Target.Domain); err != nil {
			return err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rows = append(p.rows, c)
	return nil
}

func (p *memoryPart) Commit(c evidence.Commit) (evidence.Commit, error) {
	if p.store.commitErr != nil {
		if err := p.store.commitErr(p.id); err != nil {
			return c, err
		}
	}
	p.store.mu.Lock()
	defer p.store.mu.Unlock()
	if c.Names != len(p.rows)+len(c.Deferred) {
		return c, fmt.Errorf("%s: %d names, %d rows, %d deferred", p.id, c.Names, len(p.rows), len(c.Deferred))
	}
	c.Rows = len(p.rows)
	for _, row := range p.rows {
		p.store.rows[row.Domain.Target.Domain]++
		p.store.attempt[row.Domain.Target.Domain] = row.Domain.Attempt
	}
	p.store.commits = append(p.store.commits, c)
	p.store.open--
	p.done = true
	return c, nil
}

func (p *memoryPart) Abort() error {
	p.store.mu.Lock()
	defer p.store.mu.Unlock()
	if !p.done {
		p.store.open--
		p.done = true
	}
	return nil
}

func newRun(t *testing.T, c *Collector, source Source, store Snapshot) *Run {
	t.Helper()
	rules, err := analysis.NewRules(analysis.RulesConfig{})
	if err != nil {
		t.Fatal(err)
	}
	return &Run{
		Source: source, Snapshot: store, Collector: c, Rules: rules, Slots: NewSlots(4), Progress: NewProgress(0), Controls: uncontrolled{},
		ChunkSize: 2, Contacts: func() evidence.Contacts { return evidence.Contacts{} }, SecondPass: func() error { return nil },
	}
}

var errFull = errors.New("no space left on device")
