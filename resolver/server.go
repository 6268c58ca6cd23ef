package resolver

import (
	"context"
	"errors"
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
		s.sockets = append(s.sockets, &socket{resolver: r, addr: addr, slots: make(map[uint16]slot)})
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

// ask sends the question in c once, over UDP, and waits for the reply, which
// it leaves in c.message. The caller has entered the window; ask leaves it.
func (s *server) ask(ctx context.Context, c *call, timeout time.Duration) error {
	sent := time.Now()
	s.mu.Lock()
	s.health.sent(sent)
	s.mu.Unlock()

	err := s.exchange(ctx, c, sent, timeout)

	now := time.Now()
	inVain, turned := s.leave(err, sent, now)
	if inVain && s.resolver.otherLives(s, now) {
		s.evict()
	}
	if turned && s.resolver.report != nil {
		s.resolver.report(s.addr, s.stats().Gone)
	}
	return err
}

// leave closes a question sent at that time, with what came of it. It reports
// that others wait for a server that is down, and that it is down, or lives,
// since now.
func (s *server) leave(err error, sent, now time.Time) (inVain, turned bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err == nil, errors.Is(err, errMalformed):
		s.answers++
		s.health.heard()
		s.window.heard(now)
	case errors.Is(err, errTimeout):
		s.timeouts++
		s.window.missed(sent, now)
	case refused(err):
		s.refusals++
		s.health.refused = true
		s.health.trial = now
	}
	s.window.release()
	gone := s.health.down(now)
	turned, s.gone = gone != s.gone, gone
	return gone && s.window.waiting.first != nil, turned
}

// exchange sends c on one of the sockets and parks until its slot is filled.
func (s *server) exchange(ctx context.Context, c *call, now time.Time, timeout time.Duration) error {
	n, err := s.resolver.ids.next()
	if err != nil {
		return err
	}
	sock := s.sockets[int(n>>16)%len(s.sockets)]
	ticket, err := sock.send(ctx, c, uint16(n), now.Add(timeout))
	if err != nil {
		return err
	}
	select {
	case <-c.done:
	case <-ctx.Done():
		if sock.abandon(ticket) {
			return ctx.Err()
		}
		<-c.done // filled in the same moment
	}
	return c.err
}
