package resolver

import (
	"net/netip"
	"sync"
	"time"
)

// server is one recursive resolver.
type server struct {
	resolver *Resolver
	addr     netip.AddrPort
	index    int    // in resolver.servers
	name     string // addr as text, for evidence
	sockets  []*socket
	tcp      chan struct{} // one for each connection open

	mu     sync.Mutex
	window window
	health health
	gone   bool // as it was last told
	closed bool

	answers, timeouts, refusals int64
}

func newServer(r *Resolver, index int, addr netip.AddrPort, sockets int) *server {
	s := &server{
		resolver: r,
		index:    index,
		addr:     addr,
		name:     addr.String(),
		tcp:      make(chan struct{}, maxTCP),
		window:   newWindow(sockets),
	}
	for range sockets {
		s.sockets = append(s.sockets, &socket{server: s, slots: make(map[uint16]slot)})
	}
	return s
}

// health tells a dead server from a slow one.
type health struct {
	unheard int       // questions sent since the last reply
	since   time.Time // when the first of them was sent
	refused bool      // its port was closed when last tried
	trial   time.Time // when it was last tried while down
}

func (h *health) sent(now time.Time) {
	if h.unheard == 0 {
		h.since = now
	}
	h.unheard++
}

func (h *health) heard() { *h = health{} }

func (h *health) down(now time.Time) bool {
	return h.refused || h.unheard >= downAfter && now.Sub(h.since) >= downSilence
}

// usable reports whether s is worth a question now. A server that is down is
// worth one every trialInterval, when it is its turn; that it gets it now is
// noted.
func (s *server) usable(now time.Time, turn, evenFull bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	room := s.window.open < s.window.limit
	if s.health.down(now) {
		if !turn || !room || now.Sub(s.health.trial) < trialInterval {
			return false
		}
		s.health.trial = now
		return true
	}
	return evenFull || room
}

// lives reports that s is not known to be down.
func (s *server) lives(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.health.down(now)
}
