package pipeline

import (
	"maps"
	"sync"
	"time"

	"stscan/analysis"
	"stscan/internal/evidence"
	"stscan/internal/taxonomy"
)

// Stage is what a run is doing.
type Stage string

const (
	StageFirst   Stage = "first pass"
	StageWaiting Stage = "waiting for the second pass"
	StageSecond  Stage = "second pass"
	StageDone    Stage = "done"
)

// Stats is the state of a run at one moment: what a progress line and a summary show.
type Stats struct {
	Stage     Stage
	Until     time.Time // end of the wait, in StageWaiting
	Started   time.Time // of this process's part
	Names     int       // in the list
	Rows      int       // names with a row, committed or about to be
	Fresh     int       // of these, done by this process
	Deferred  int       // names that await the second pass
	InFlight  int
	Signalled int // rows known to signal MTA-STS, this process only

	Postponed   int           // names deferred by this process
	PostponedIn time.Duration // what this process spent on them, all together

	Held    string        // why nothing new is begun; "" = it goes on
	Holds   int           // how often that happened
	HeldFor time.Duration // how long, all together, the present one included
	heldAt  time.Time

	Chunks ChunkStats

	Status       map[string]int
	Delivery     map[string]int
	FirstFailure map[string]int
	Inconclusive map[string]int // by code; a row counts once for each of its codes
}

// ChunkStats is the state of the chunks of both passes.
type ChunkStats struct {
	Total, Committed           int // of the first pass
	RetryTotal, RetryCommitted int // of the second; its total is 0 until it is planned
	Open                       int // being worked on by this process
	Dropped                    int // given up unfinished by this process
}

func (c *ChunkStats) commit(record evidence.Commit) {
	if record.IsFirstPass() {
		c.Committed++
	} else {
		c.RetryCommitted++
	}
}

// Progress counts what a run does. The zero value is not usable; see NewProgress.
type Progress struct {
	mu sync.Mutex
	s  Stats
}

// NewProgress starts counting for a list of so many names.
func NewProgress(names int) *Progress {
	return &Progress{s: Stats{
		Stage: StageFirst, Started: time.Now(), Names: names,
		Status: map[string]int{}, Delivery: map[string]int{},
		FirstFailure: map[string]int{}, Inconclusive: map[string]int{},
	}}
}

// Stats returns a copy of the present state.
func (p *Progress) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.s
	if s.Held != "" {
		s.HeldFor += time.Since(s.heldAt)
	}
	s.Status, s.Delivery = maps.Clone(s.Status), maps.Clone(s.Delivery)
	s.FirstFailure, s.Inconclusive = maps.Clone(s.FirstFailure), maps.Clone(s.Inconclusive)
	return s
}

func (p *Progress) update(f func(*Stats)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f(&p.s)
}

func (p *Progress) stage(s Stage, until time.Time) {
	p.update(func(st *Stats) { st.Stage, st.Until = s, until })
}

// Hold says why nothing new is begun from now on; "": it goes on.
func (p *Progress) Hold(why string) {
	p.update(func(s *Stats) {
		now := time.Now()
		switch {
		case s.Held == "" && why != "":
			s.Holds++
			s.heldAt = now
		case s.Held != "" && why == "":
			s.HeldFor += now.Sub(s.heldAt)
		}
		s.Held = why
	})
}

// recall counts a chunk that an earlier process committed.
func (p *Progress) recall(c evidence.Commit) {
	p.update(func(s *Stats) {
		s.Rows += c.Rows
		s.Chunks.commit(c)
		add(s.Status, c.Status)
		add(s.Delivery, c.Delivery)
		add(s.FirstFailure, c.FirstFail)
		add(s.Inconclusive, c.Inconcl)
		if c.IsFirstPass() {
			s.Deferred += len(c.Deferred)
		} else {
			s.Deferred -= c.Rows
		}
	})
}

// row counts one finished name.
func (p *Progress) row(v *analysis.Verdict) {
	p.update(func(s *Stats) {
		s.Rows++
		s.Fresh++
		s.Status[string(v.Status)]++
		s.Delivery[string(v.Delivery)]++
		if v.FirstFailure != "" {
			s.FirstFailure[string(v.FirstFailure)]++
		}
		for _, code := range inconclusive(v) {
			s.Inconclusive[code]++
		}
		if v.Status != taxonomy.StatusNotDeployed && v.Status != taxonomy.StatusInconclusive {
			s.Signalled++
		}
		if v.Attempt == 2 {
			s.Deferred--
		}
	})
}

// inconclusive lists v's codes of that class.
func inconclusive(v *analysis.Verdict) []string {
	var out []string
	for _, code := range v.Codes {
		if e, ok := taxonomy.Of(code); ok && e.Class == taxonomy.ClassInconclusive {
			out = append(out, string(code))
		}
	}
	return out
}

func add(to, from map[string]int) {
	for k, n := range from {
		to[k] += n
	}
}
