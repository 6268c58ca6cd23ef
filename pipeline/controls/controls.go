// Package controls tells our faults from theirs. While names are collected it
// watches the vantage point itself: control names, which are known to answer, are
// asked again and again, and every connect that is made anyway is heard of. When
// the resolver, a port or IPv6 goes dark, the Monitor ends what is under way,
// holds back what is new, and lets it go on when a control is good again.
//
// It knows the evidence of a name only as far as to see what in it could be our
// own fault, and refuses to know what a verdict is. It sends nothing itself: what
// it asks goes through the functions of its Config, which are the door that
// everything else passes. Of this module it imports evidence, neterr, and the
// contacts of admission.
package controls

import (
	"context"
	"errors"
	"sync"
	"time"

	"stscan/internal/evidence"
	"stscan/pipeline/admission"
)

// Times and numbers of the controls; docs/adr/009-controls.md gives the reasons.
const (
	// DefaultPauseLimit is how long a run waits for its vantage to come back:
	// a reboot of a router or a lease that is renewed, not a night.
	DefaultPauseLimit = 30 * time.Minute

	// every and everyDark are the time between two rounds of questions, while
	// all is well and while the resolver is down; soonest that between two
	// rounds that somebody waits for.
	every, everyDark, soonest = 5 * time.Second, 2 * time.Second, 250 * time.Millisecond
	// quickTime is what one name and one random name have to answer, fullTime
	// what all of them have, once one of the two did not.
	quickTime, fullTime = 2 * time.Second, 4 * time.Second

	// doubtful is in how many unrelated networks all recent connects must have
	// failed before one that had answered is asked again.
	doubtful = 5
	// witnesses endpoints, each in another network, are asked then, and fewer
	// than minWitnesses prove nothing: a single one may be down itself.
	witnesses, minWitnesses = 3, 2
	// reachTime is what a witness has to accept a connection.
	reachTime = 4 * time.Second
	// restTime is how long an endpoint that was asked as a witness is left alone.
	restTime = 10 * time.Minute
	// maxKnown endpoints are remembered for each port and family.
	maxKnown = 64
	// firstLook is when a dark port is first looked at again; the time doubles up to lastLook.
	firstLook, lastLook = 5 * time.Second, time.Minute
	// settleTime is how long a failed connect waits for another one that tells
	// more: longer than the ten seconds of a dial. idleTime is enough where no
	// connect is under way.
	settleTime, idleTime = 15 * time.Second, 5 * time.Second
)

// Config says whom to ask, and how.
type Config struct {
	Names      []string      // control names, as Choose gave them; none = the controls are off
	Why        string        // they are off
	PauseLimit time.Duration // of one pause; the run then goes on as it is
	Reached    bool          // an earlier process of the run has reached an SMTP port

	// Ask puts a question that no cache answers. Its time, within, does not
	// count the wait for budgets.
	Ask func(ctx context.Context, q evidence.Question, within time.Duration) evidence.Lookup
	// Reach opens a connection, as far as budgets and opt-outs allow, and closes it.
	Reach func(ctx context.Context, c admission.Contact, within time.Duration) evidence.Failure
	// OnChange is told what changes, one change at a time. After a pause it
	// returns before anything new begins. It must not call the Monitor.
	OnChange func(Change)
}

// Change is a change in what the controls say.
type Change struct {
	At     time.Time
	State  string    // evidence.ControlsOK, ControlsFailed, ControlsOff
	Paused bool      // nothing new is begun
	What   []string  // is down, in state failed
	Why    string    // in words
	Since  time.Time // the last good control before it went down; in state failed, and when it is over
}

// errDark ends what is under way when the vantage goes down.
var errDark = errors.New("the vantage went down")

// Monitor watches the vantage of one run. It may be used by many goroutines.
type Monitor struct {
	cfg    Config
	demand chan struct{} // somebody waits for a round
	doubt  chan struct{} // a path is to be looked at

	telling sync.Mutex // held while the standing changes and is told of

	mu       sync.Mutex
	over     bool // nobody watches, or is told, any more
	standing standing
	good     time.Time // start of the last good round
	paths    map[pathID]*path
	first    first
	unfit    error // the run cannot go on at all
	lit      context.Context
	darken   context.CancelCauseFunc // ends lit
	changed  chan struct{}           // closed when those who wait should look again
	limit    *time.Timer             // of the pause
}

// New makes a monitor; Run has it watch.
func New(cfg Config) *Monitor {
	m := &Monitor{
		cfg: cfg, demand: make(chan struct{}, 1), doubt: make(chan struct{}, 1),
		standing: standing{phase: phaseSound}, paths: map[pathID]*path{}, first: first{decided: cfg.Reached},
		good: time.Now(), changed: make(chan struct{}), // the names were chosen because they have just answered
	}
	m.lit, m.darken = context.WithCancelCause(context.Background())
	return m
}

func (m *Monitor) on() bool { return len(m.cfg.Names) > 0 }

// Run watches until ctx is done.
func (m *Monitor) Run(ctx context.Context) {
	m.cfg.OnChange(m.opening())
	if !m.on() {
		return
	}
	var watching sync.WaitGroup
	watching.Go(func() { m.watchNames(ctx) })
	watching.Go(func() { m.watchPaths(ctx) })
	watching.Wait()
	m.end()
}

// end makes sure that nothing is told any more.
func (m *Monitor) end() {
	m.telling.Lock()
	defer m.telling.Unlock()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.over = true
	if m.limit != nil {
		m.limit.Stop()
	}
}

// wake has everybody who waits look again. The lock is held.
func (m *Monitor) wake() {
	close(m.changed)
	m.changed = make(chan struct{})
}

func kick(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // it is asked for already
	}
}
