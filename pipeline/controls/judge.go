package controls

import (
	"context"
	"slices"
	"time"

	"stscan/internal/evidence"
	"stscan/pipeline/admission"
)

// doubts are what of a name's evidence could be our own fault: when the last
// such failure was, altogether and by path. What was answered is not in doubt:
// the dark makes no answers.
type doubts struct {
	last    time.Time
	paths   map[pathID]time.Time
	earlier []evidence.Earlier
}

func (d *doubts) add(s evidence.Span) time.Time {
	at := s.End()
	if at.After(d.last) {
		d.last = at
	}
	return at
}

func (d *doubts) addConnect(kind admission.Kind, e evidence.Endpoint, s evidence.Span, f evidence.Failure) {
	at, id := d.add(s), pathOf(kind, e.Addr)
	if d.twice(e, f) {
		return
	}
	if d.paths == nil {
		d.paths = map[pathID]time.Time{}
	}
	if at.After(d.paths[id]) {
		d.paths[id] = at
	}
}

// twice reports whether the first attempt failed in the same way at the same
// endpoint: what fails twice, a while apart, is theirs.
func (d *doubts) twice(e evidence.Endpoint, f evidence.Failure) bool {
	address := e.Addr.String()
	return slices.ContainsFunc(d.earlier, func(o evidence.Earlier) bool {
		return o.Host == e.Host && o.Address == address && o.Op == f.Op && o.Kind == f.Kind
	})
}

func doubtsOf(c *evidence.Case) doubts {
	d := doubts{earlier: c.Domain.Earlier}
	if len(d.earlier) > 0 && d.earlier[0].Step == evidence.StepDomain { // the dark proves nothing
		d.earlier = nil
	}
	for i := range c.Domain.Lookups {
		if l := &c.Domain.Lookups[i]; mayBeOurs(l.Failure) || l.Failure.Kind == evidence.KindStatus {
			d.add(l.Span)
		}
	}
	for i := range c.Domain.Fetches {
		if f := &c.Domain.Fetches[i]; mayBeOurs(f.Failure) {
			d.addConnect(admission.HTTPS, f.Endpoint, f.Span, f.Failure)
		}
	}
	for i := range c.Sessions {
		if s := &c.Sessions[i]; mayBeOurs(s.Failure) {
			d.addConnect(admission.SMTP, s.Endpoint, s.Span, s.Failure)
		}
	}
	return d
}

// mayBeOurs reports whether a failure may come from our own side of the
// network: that nothing, or only a packet without content, came back.
func mayBeOurs(f evidence.Failure) bool {
	switch f.Kind {
	case evidence.KindTimeout, evidence.KindRefused, evidence.KindReset, evidence.KindUnreachable, evidence.KindEOF,
		evidence.KindNoRoute, evidence.KindLocal, evidence.KindCancelled, evidence.KindOther:
		return f.Failed()
	}
	return false
}

// Light waits while the vantage is down. What begins then lives under the
// context it returns, which ends when the vantage goes down again. The error is
// that of ctx, or says why the run cannot go on at all.
func (m *Monitor) Light(ctx context.Context) (context.Context, error) {
	for {
		m.mu.Lock()
		lit, held, unfit, changed := m.lit, m.standing.phase == phasePaused, m.unfit, m.changed
		m.mu.Unlock()
		switch {
		case unfit != nil:
			return nil, unfit
		case !held:
			return lit, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// Judge says what the controls said while a name was collected that is done
// just now: evidence.ControlsOK, ControlsFailed, ControlsOff. Where something failed that
// could be our own fault it waits for a good control after it. again: the name
// had better be collected once more: it fell into the dark (ControlsFailed), or a
// connect of it failed and nothing was heard since of the way it took
// (ControlsOK). The error is that of ctx, or says why the run cannot go on at all.
func (m *Monitor) Judge(ctx context.Context, c *evidence.Case) (state string, again bool, err error) {
	d, asked := doubtsOf(c), time.Now()
	for {
		m.mu.Lock()
		waited := time.Since(asked)
		state, again, done := m.settled(c.Domain.ScannedAt, &d, waited)
		unfit, changed := m.unfit, m.changed
		m.mu.Unlock()
		if unfit != nil {
			return "", false, unfit
		}
		if done {
			return state, again, nil
		}
		next := idleTime
		if waited >= idleTime {
			next = settleTime
		}
		if err := m.await(ctx, changed, next-waited); err != nil {
			return "", false, err
		}
	}
}

// settled is Judge's answer, if there is one already. The lock is held.
func (m *Monitor) settled(began time.Time, d *doubts, waited time.Duration) (state string, again, done bool) {
	s := &m.standing
	switch {
	case !m.on():
		return evidence.ControlsOff, false, true
	case s.phase == phasePaused, began.Before(s.darkUntil):
		return evidence.ControlsFailed, true, true
	case s.phase == phaseOverdue:
		return evidence.ControlsFailed, false, true
	case d.last.IsZero():
		return evidence.ControlsOK, false, true
	case m.good.Before(d.last):
		return "", false, false
	}
	for id, at := range d.paths {
		switch m.path(id).believes(at, waited) {
		case waiting:
			return "", false, false
		case unconfirmed:
			again = true
		}
	}
	return evidence.ControlsOK, again, true
}

// Confirm waits for a good control, from now on, before what was collected may
// be committed. When the pause limit is reached, what stands is committed.
func (m *Monitor) Confirm(ctx context.Context) error {
	asked := time.Now()
	for {
		m.mu.Lock()
		fine := !m.on() || m.standing.phase == phaseOverdue || m.standing.phase == phaseSound && !m.good.Before(asked)
		unfit, changed := m.unfit, m.changed
		m.mu.Unlock()
		if unfit != nil {
			return unfit
		}
		if fine {
			return nil
		}
		if err := m.await(ctx, changed, 0); err != nil {
			return err
		}
	}
}

// await asks for a round and waits for a change, or for so long, if that is
// more than nothing.
func (m *Monitor) await(ctx context.Context, changed <-chan struct{}, most time.Duration) error {
	kick(m.demand)
	var late <-chan time.Time
	if most > 0 {
		timer := time.NewTimer(most)
		defer timer.Stop()
		late = timer.C
	}
	select {
	case <-changed:
	case <-late:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// Paused is how long the run has been held so far, altogether.
func (m *Monitor) Paused() time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.standing.paused(time.Now())
}
