package lab

import (
	"maps"
	"net/netip"
	"sync"

	"github.com/miekg/dns"
)

// Contact is a host that was named by SNI at an address.
type Contact struct {
	Host string
	Addr netip.Addr
}

// Counters is what was sent to a world so far, for tests of conduct. Names
// are counted only in memory: a scan of a million names over loopback would
// fill the memory of the lab with them.
type Counters struct {
	Questions   int64                    // UDP and TCP, lost ones not counted
	Queries     map[string]int64         // by "name TYPE"
	Connects    map[netip.AddrPort]int64 // in memory: tried, also where nobody listens; on loopback: accepted
	Contacts    map[Contact]int64        // TLS handshakes begun
	Strays      map[netip.AddrPort]int64 // in memory: connects to addresses that are not of this world
	Mail        int64                    // MAIL, RCPT, DATA, VRFY, EXPN or AUTH commands: a scanner sends none
	Excess      int64                    // requests and sessions beyond the limit of a server
	BadRequests int64                    // HTTPS requests that are not a GET of the policy of the host named by SNI
}

type counters struct {
	names bool // count names too
	mu    sync.Mutex
	c     Counters
}

func newCounters(names bool) counters {
	return counters{names: names, c: Counters{
		Queries: map[string]int64{}, Connects: map[netip.AddrPort]int64{},
		Contacts: map[Contact]int64{}, Strays: map[netip.AddrPort]int64{},
	}}
}

// Counters returns a copy of the counts.
func (w *World) Counters() Counters {
	w.count.mu.Lock()
	defer w.count.mu.Unlock()
	c := w.count.c
	c.Queries, c.Connects = maps.Clone(c.Queries), maps.Clone(c.Connects)
	c.Contacts, c.Strays = maps.Clone(c.Contacts), maps.Clone(c.Strays)
	return c
}

func (c *counters) add(f func(*Counters)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f(&c.c)
}

func (c *counters) query(name string, typ uint16) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.c.Questions++
	if c.names {
		c.c.Queries[name+" "+dns.TypeToString[typ]]++
	}
}

func (c *counters) connect(addr netip.AddrPort) {
	c.add(func(n *Counters) { n.Connects[addr]++ })
}

func (c *counters) contact(host string, addr netip.Addr) {
	if c.names {
		c.add(func(n *Counters) { n.Contacts[Contact{host, addr}]++ })
	}
}

// firsts remembers who has had a session: mail servers by their address, policy
// hosts by name.
type firsts[K comparable] struct {
	mu   sync.Mutex
	seen map[K]bool
}

// first reports, once, that k has had no session before.
func (f *firsts[K]) first(k K) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.seen == nil {
		f.seen = map[K]bool{}
	}
	seen := f.seen[k]
	f.seen[k] = true
	return !seen
}
