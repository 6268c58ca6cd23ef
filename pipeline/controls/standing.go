package controls

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"stscan/internal/evidence"
)

// phase is where the run stands as a whole.
type phase string

const (
	phaseSound   phase = "sound"
	phasePaused  phase = "paused"  // something is down: nothing new is begun
	phaseOverdue phase = "overdue" // it still is after the longest pause: the run goes on, and says so in its rows
)

// down is one part of the vantage that is down.
type down struct {
	why  string
	good time.Time // when it was last seen to work
}

// standing is the state of the vantage: a value that only its methods change.
type standing struct {
	phase     phase
	down      map[string]down // by what is down
	since     time.Time       // when the last good control was, before all this
	pausedAt  time.Time       // of the present pause
	pausedFor time.Duration   // all pauses that are over
	darkUntil time.Time       // end of the last dark time
}

// fails says that a part of the vantage is down. In a pause that adds to what
// has to come back; when the run has gone on as it is, it stays so.
func (s standing) fails(what string, d down, now time.Time) standing {
	s.down = maps.Clone(s.down)
	if s.down == nil {
		s.down = map[string]down{}
	}
	if len(s.down) == 0 || d.good.Before(s.since) {
		s.since = d.good
	}
	s.down[what] = d
	if s.phase == phaseSound {
		s.phase, s.pausedAt = phasePaused, now
	}
	return s
}

// works says that a part of the vantage is up again.
func (s standing) works(what string, now time.Time) standing {
	s.down = maps.Clone(s.down)
	delete(s.down, what)
	if len(s.down) == 0 && s.phase != phaseSound {
		s = s.unpaused(now)
		// As rows have it, so that what begins now is not before it.
		s.phase, s.darkUntil = phaseSound, now.Truncate(time.Microsecond)
	}
	return s
}

// exceeds says that the pause has lasted as long as one may.
func (s standing) exceeds(now time.Time) standing {
	if s.phase == phasePaused {
		s = s.unpaused(now)
		s.phase = phaseOverdue
	}
	return s
}

func (s standing) unpaused(now time.Time) standing {
	if s.phase == phasePaused {
		s.pausedFor += now.Sub(s.pausedAt)
	}
	return s
}

// paused is how long the run has been held so far.
func (s standing) paused(now time.Time) time.Duration { return s.unpaused(now).pausedFor }

func (s standing) equal(o standing) bool {
	return s.phase == o.phase && maps.EqualFunc(s.down, o.down, func(a, b down) bool { return a.why == b.why })
}

// change is what is told of a standing that was just reached.
func (s standing) change(now time.Time) Change {
	c := Change{At: now.UTC(), State: evidence.ControlsOK, Since: s.since.UTC(), Why: "the controls are good again"}
	if s.phase == phaseSound {
		return c
	}
	c.State, c.Paused = evidence.ControlsFailed, s.phase == phasePaused
	c.What = slices.Sorted(maps.Keys(s.down))
	var why []string
	for _, what := range c.What {
		why = append(why, s.down[what].why)
	}
	c.Why = strings.Join(why, "; ")
	if s.phase == phaseOverdue {
		c.Why = "the pause limit is reached, and the run goes on as it is: " + c.Why
	}
	return c
}

// turn changes the standing, and tells of it. Who listens is told of a pause
// when it has begun, and of its end before anything new begins.
func (m *Monitor) turn(change func(standing) standing) {
	m.telling.Lock()
	defer m.telling.Unlock()
	m.mu.Lock()
	next := change(m.standing)
	if m.over || next.equal(m.standing) {
		m.mu.Unlock()
		return
	}
	if next.phase == phasePaused {
		m.take(next)
	}
	m.mu.Unlock()
	m.cfg.OnChange(next.change(time.Now()))
	if next.phase != phasePaused {
		m.mu.Lock()
		m.take(next)
		m.mu.Unlock()
	}
}

// take puts a standing in force. The lock is held.
func (m *Monitor) take(next standing) {
	before := m.standing.phase
	m.standing = next
	switch {
	case before != phasePaused && next.phase == phasePaused:
		m.darken(errDark)
		m.limit = time.AfterFunc(m.cfg.PauseLimit, func() {
			m.turn(func(s standing) standing { return s.exceeds(time.Now()) })
		})
	case before == phasePaused && next.phase != phasePaused:
		m.limit.Stop()
		m.lit, m.darken = context.WithCancelCause(context.Background())
	}
	m.wake()
}

// opening is what is told when the watch begins.
func (m *Monitor) opening() Change {
	c := Change{At: time.Now().UTC(), State: evidence.ControlsOff, Why: m.cfg.Why}
	if m.on() {
		c.State, c.Why = evidence.ControlsOK, "asked throughout: "+strings.Join(m.cfg.Names, ", ")
	}
	return c
}
