package controls

import (
	"context"
	"fmt"
	"sync"
	"time"

	"stscan/pipeline/admission"
)

// watchPaths looks at the paths that are in doubt or down, until ctx is done.
func (m *Monitor) watchPaths(ctx context.Context) {
	const glance = time.Second // while one is down
	for {
		var again <-chan time.Time
		if m.anyDown() {
			again = time.After(glance)
		}
		select {
		case <-m.doubt:
		case <-again:
		case <-ctx.Done():
			return
		}
		for _, id := range m.pathIDs() {
			m.lookAt(ctx, id)
		}
	}
}

func (m *Monitor) pathIDs() []pathID {
	m.mu.Lock()
	defer m.mu.Unlock()
	ids := make([]pathID, 0, len(m.paths))
	for id := range m.paths {
		ids = append(ids, id)
	}
	return ids
}

func (m *Monitor) anyDown() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range m.paths {
		if p.down {
			return true
		}
	}
	return false
}

// lookAt finds out about one path, if there is a reason to.
func (m *Monitor) lookAt(ctx context.Context, id pathID) {
	m.mu.Lock()
	p, now := m.paths[id], time.Now()
	_, noDNS := m.standing.down[partDNS]
	back := p.down && p.heard.After(p.downAt)
	due := p.down && !noDNS && now.Sub(p.lookedAt) >= p.look // without DNS nothing is gained by it
	doubted := !p.down && p.doubted()
	m.mu.Unlock()
	switch {
	case back:
		m.restore(id, p)
	case due:
		m.look(ctx, id, p)
	case doubted:
		m.verify(ctx, id, p)
	}
}

// verify asks endpoints that were good, now that all recent connects failed.
func (m *Monitor) verify(ctx context.Context, id pathID, p *path) {
	m.mu.Lock()
	networks, good := len(p.failed), p.heard
	called := p.call(witnesses, time.Now())
	m.mu.Unlock()
	accepted, refused := 0, 0
	if len(called) >= minWitnesses {
		accepted, refused = m.ask(ctx, p, called)
	}
	m.mu.Lock()
	if accepted > 0 || refused < minWitnesses || p.heard.After(good) {
		// It works, or nobody can tell: what fails is then taken for theirs.
		p.heard = time.Now()
		clear(p.failed)
		p.awaited = false
		m.wake()
		m.mu.Unlock()
		return
	}
	now := time.Now()
	p.down, p.downAt, p.look, p.lookedAt = true, now, firstLook, now
	m.mu.Unlock()
	why := fmt.Sprintf("%s: all recent connects fail, in %d networks, and so do %d endpoints that had accepted them", id, networks, refused)
	m.turn(func(s standing) standing { return s.fails(id.String(), down{why: why, good: good}, now) })
}

// look asks one endpoint whether a path is up again.
func (m *Monitor) look(ctx context.Context, id pathID, p *path) {
	m.mu.Lock()
	called := p.call(1, time.Now())
	p.lookedAt = time.Now()
	if len(called) > 0 {
		p.look = min(2*p.look, lastLook)
	}
	m.mu.Unlock()
	if accepted, _ := m.ask(ctx, p, called); accepted > 0 {
		m.restore(id, p)
	}
}

// restore says that a path is up again.
func (m *Monitor) restore(id pathID, p *path) {
	m.mu.Lock()
	p.down = false
	clear(p.failed)
	m.mu.Unlock()
	m.turn(func(s standing) standing { return s.works(id.String(), time.Now()) })
}

// ask connects to endpoints, all at once, and counts what they did. Who was not
// asked, for a budget or an opt-out, counts as neither.
func (m *Monitor) ask(ctx context.Context, p *path, called []admission.Contact) (accepted, refused int) {
	var asking sync.WaitGroup
	for _, c := range called {
		asking.Go(func() {
			f := m.cfg.Reach(ctx, c, reachTime)
			m.mu.Lock()
			defer m.mu.Unlock()
			switch {
			case !f.Failed():
				accepted++
				p.accepted(c, time.Now())
			case wasAsked(f.Kind):
				refused++
			}
		})
	}
	asking.Wait()
	return accepted, refused
}
