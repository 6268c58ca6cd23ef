package controls

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"stscan/internal/evidence"
	"stscan/internal/neterr"
	"stscan/pipeline/admission"
)

// pathID is one way out of the vantage: to a service over a family.
type pathID struct {
	kind admission.Kind
	six  bool
}

func pathOf(kind admission.Kind, a netip.Addr) pathID {
	return pathID{kind: kind, six: !admission.IPv4(a).IsValid()}
}

// String names the path as the history has it.
func (id pathID) String() string {
	family := "IPv4"
	if id.six {
		family = "IPv6"
	}
	if id.kind == admission.SMTP {
		return "SMTP over " + family
	}
	return "HTTPS over " + family
}

// path is what the connects of one path say of it. The lock of the Monitor
// guards it.
type path struct {
	open    int                      // connects under way
	heard   time.Time                // when the last one succeeded
	failed  map[netip.Prefix]bool    // networks in which connects failed since then
	known   map[netip.Prefix]witness // endpoints that have accepted one, one a network
	awaited bool                     // somebody waits for what it says

	down     bool
	downAt   time.Time
	look     time.Duration // until it is looked at again
	lookedAt time.Time
}

// witness is an endpoint that has accepted a connection.
type witness struct {
	contact admission.Contact
	good    time.Time // when last
	asked   time.Time // when last as a witness
}

// accepted says that a connect was accepted.
func (p *path) accepted(c admission.Contact, now time.Time) {
	p.heard = now
	clear(p.failed)
	n := network(c.Addr)
	w, ok := p.known[n]
	if !ok && len(p.known) >= maxKnown {
		return // enough networks to ask
	}
	if p.known == nil {
		p.known = map[netip.Prefix]witness{}
	}
	w.contact, w.good = c, now
	p.known[n] = w
}

// missed says that a connect failed.
func (p *path) missed(c admission.Contact) {
	if p.failed == nil {
		p.failed = map[netip.Prefix]bool{}
	}
	p.failed[network(c.Addr)] = true
}

// doubted reports whether all recent connects failed, in so many networks that it
// may be our side.
func (p *path) doubted() bool { return len(p.failed) >= doubtful }

// belief is what is to be thought of a connect that failed.
type belief int

const (
	waiting     belief = iota // for what others show
	confirmed                 // the path was heard of since, or nobody can tell
	unconfirmed               // nothing was heard of the path, and there is no reason to ask
)

// believes says it of a connect that failed at a time, and has waited so long.
func (p *path) believes(at time.Time, waited time.Duration) belief {
	switch {
	case p.down:
		return waiting // for the pause, which is about to begin
	case !p.heard.Before(at), len(p.known) < minWitnesses:
		return confirmed
	case !p.doubted() && (waited >= settleTime || p.open == 0 && waited >= idleTime):
		return unconfirmed
	}
	p.awaited = true
	return waiting
}

// call takes up to n endpoints to be asked, the last ones to be good first.
// Nobody is asked twice within restTime.
func (p *path) call(n int, now time.Time) []admission.Contact {
	var rested []netip.Prefix
	for net, w := range p.known {
		if w.asked.IsZero() || now.Sub(w.asked) >= restTime {
			rested = append(rested, net)
		}
	}
	slices.SortFunc(rested, func(a, b netip.Prefix) int {
		return cmp.Or(p.known[b].good.Compare(p.known[a].good), a.Addr().Compare(b.Addr()))
	})
	var called []admission.Contact
	for _, net := range rested[:min(n, len(rested))] {
		w := p.known[net]
		w.asked = now
		p.known[net] = w
		called = append(called, w.contact)
	}
	return called
}

// network is what is taken for one operator's: a /16, or a /32 of IPv6.
func network(a netip.Addr) netip.Prefix {
	const bits4, bits6 = 16, 32
	bits := bits6
	if v4 := admission.IPv4(a); v4.IsValid() {
		a, bits = v4, bits4
	}
	p, _ := a.WithZone("").Prefix(bits) // bits fit the family
	return p
}

// Dialling hears of a connect that begins, and returns what hears how it ended.
func (m *Monitor) Dialling(c admission.Contact) func(error) {
	if c.Kind != admission.SMTP && c.Kind != admission.HTTPS {
		return func(error) {}
	}
	id := pathOf(c.Kind, c.Addr)
	m.mu.Lock()
	p := m.path(id)
	p.open++
	counted := c.Kind == admission.SMTP && m.first.begins(c)
	m.mu.Unlock()
	return func(err error) {
		kind := neterr.Failure(evidence.OpDial, err).Kind
		m.mu.Lock()
		defer m.mu.Unlock()
		p.open--
		switch {
		case err == nil:
			p.accepted(c, time.Now())
		case wasAsked(kind):
			p.missed(c)
		}
		if counted {
			m.firstEnds(err == nil, wasAsked(kind) || err == nil)
		}
		if m.on() && (p.doubted() && !p.down || p.down && err == nil) {
			kick(m.doubt)
		}
		if p.awaited && err == nil {
			p.awaited = false
			m.wake()
		}
	}
}

// path is the path of an id. The lock is held.
func (m *Monitor) path(id pathID) *path {
	p := m.paths[id]
	if p == nil {
		p = &path{}
		m.paths[id] = p
	}
	return p
}
