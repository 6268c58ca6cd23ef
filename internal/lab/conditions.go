package lab

import (
	"net/netip"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// maxResolvers is how many addresses the resolver may have: they follow each
// other, and end before the next kind of address.
const maxResolvers = 8

// Event is one thing that a scanner did.
type Event struct {
	At   time.Time
	Kind EventKind
	Addr netip.AddrPort // whom it reached; not of Asked
	Host string         // the host named by SNI, of Named; the name asked for, of Asked
	Type string         // of the question, of Asked
}

// EventKind says what was done.
type EventKind uint8

const (
	Asked     EventKind = iota // a question reached the resolver
	Connected                  // a TCP connection was tried (in memory) or accepted (on loopback), not to the resolver
	Named                      // a TLS handshake was begun
)

func (w *World) observe(e Event) {
	if w.cfg.Observe != nil {
		e.At = time.Now()
		w.cfg.Observe(e)
	}
}

func (w *World) observeQuestion(name string, typ uint16) {
	if w.cfg.Observe != nil {
		w.observe(Event{Kind: Asked, Host: name, Type: dns.TypeToString[typ]})
	}
}

// resolverAt is the n-th address of the resolver.
func (w *World) resolverAt(n int) netip.AddrPort {
	addr := w.place.resolver.Addr()
	for range n {
		addr = addr.Next()
	}
	return netip.AddrPortFrom(addr, w.place.resolver.Port())
}

// Resolvers are all addresses of the recursive resolver, over UDP and TCP.
func (w *World) Resolvers() []netip.AddrPort {
	var all []netip.AddrPort
	for n := range max(w.cfg.Resolvers, 1) {
		all = append(all, w.resolverAt(n))
	}
	return all
}

func (w *World) isResolver(addr netip.AddrPort) bool {
	for n := range max(w.cfg.Resolvers, 1) {
		if addr == w.resolverAt(n) {
			return true
		}
	}
	return false
}

// Silence makes a resolver say nothing more over UDP, or lets it speak again;
// in memory it cannot be reached over TCP either.
func (w *World) Silence(resolver netip.AddrPort, yes bool) { w.silent.set(resolver, yes) }

// silent are the resolvers that say nothing.
type silent struct {
	mu   sync.RWMutex
	them map[netip.AddrPort]bool
}

func (s *silent) set(a netip.AddrPort, yes bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.them == nil {
		s.them = map[netip.AddrPort]bool{}
	}
	s.them[a] = yes
}

func (s *silent) is(a netip.AddrPort) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.them[a]
}

// paces are the requests of the last second at servers that take only so many.
type paces struct {
	mu   sync.Mutex
	last map[netip.Addr][]time.Time
}

// allows reports whether a server with this limit takes one more request now.
func (p *paces) allows(at netip.Addr, limit int) bool {
	if limit == 0 {
		return true
	}
	now := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.last == nil {
		p.last = map[netip.Addr][]time.Time{}
	}
	recent := p.last[at]
	for len(recent) > 0 && now.Sub(recent[0]) >= time.Second {
		recent = recent[1:]
	}
	taken := len(recent) < limit
	if taken {
		recent = append(recent, now)
	}
	p.last[at] = recent
	return taken
}
