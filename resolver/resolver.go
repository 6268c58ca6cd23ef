// Package resolver asks recursive resolvers one question at a time, many at
// once, and returns what they answered as an evidence.Lookup.
//
// It knows DNS messages, how to match a reply to its question, when to ask
// again and when to go to TCP. It refuses to know why a question is asked, what
// an answer means for the name, and how often anybody may be asked: budgets are
// the caller's, and may come in with the DialFunc. Inside the module it imports
// evidence and neterr.
//
// A few connected UDP sockets for each server carry all questions, each found
// again by its id; the goroutine of a Probe parks until a reader, or the timing
// wheel, fills its slot.
package resolver

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"stscan/internal/evidence"
)

// DialFunc connects to a server. The network is "udp", for a connected socket
// on which each Read is one datagram, or "tcp".
type DialFunc func(ctx context.Context, network string, addr netip.AddrPort) (net.Conn, error)

// Config says whom to ask, and how. Only Servers is needed.
type Config struct {
	Servers []netip.AddrPort
	Dial    DialFunc      // nil = net.Dialer
	Sockets int           // UDP sockets a server; 0 = DefaultSockets
	Timeout time.Duration // of the first try, each later one waits half of it longer; 0 = DefaultTimeout
	Tries   int           // of a question, over all servers; 0 = DefaultTries
	Rand    io.Reader     // of ids and sockets; nil = crypto/rand

	// Again, if set, waits until a question may be sent once more, after a try that
	// failed or over TCP. An error of it ends the lookup.
	Again func(context.Context) error

	// Report, if set, is told when a server is found to answer no more, and when
	// it answers again. It is called in the middle of a lookup: it must be short.
	Report func(server netip.AddrPort, gone bool)
}

// Resolver answers questions. It is safe for concurrent use; its probes
// may number in the tens of thousands.
type Resolver struct {
	servers []*server
	dial    DialFunc
	timeout time.Duration
	tries   int
	ids     idSource
	again   func(context.Context) error            // may be nil
	report  func(server netip.AddrPort, gone bool) // may be nil
	wheel   *wheel
	calls   sync.Pool // of *call

	next    atomic.Uint32 // server whose turn it is
	queries atomic.Int64
	dropped atomic.Int64

	life context.Context // ends with Close
	stop context.CancelFunc

	mu      sync.Mutex // of closed, and of starting goroutines
	closed  bool
	running sync.WaitGroup
}

// New makes a resolver. Nothing is sent or dialled yet. An error is one of the
// Config.
func New(c Config) (*Resolver, error) {
	if err := c.complete(); err != nil {
		return nil, fmt.Errorf("resolver: %w", err)
	}
	r := &Resolver{
		dial:    c.Dial,
		timeout: c.Timeout,
		tries:   c.Tries,
		ids:     idSource{random: c.Rand},
		again:   c.Again,
		report:  c.Report,
		wheel:   newWheel(),
		calls:   sync.Pool{New: func() any { return newCall() }},
	}
	r.life, r.stop = context.WithCancel(context.Background())
	for i, addr := range c.Servers {
		r.servers = append(r.servers, newServer(r, i, addr, c.Sockets))
	}
	r.start(func() { r.wheel.run(r.life) })
	return r, nil
}

// complete fills in the defaults and checks the rest.
func (c *Config) complete() error {
	if c.Dial == nil {
		c.Dial = dialNet
	}
	if c.Rand == nil {
		c.Rand = rand.Reader
	}
	if c.Sockets == 0 {
		c.Sockets = DefaultSockets
	}
	if c.Timeout == 0 {
		c.Timeout = DefaultTimeout
	}
	if c.Tries == 0 {
		c.Tries = DefaultTries
	}
	switch {
	case len(c.Servers) == 0:
		return errors.New("no server")
	case c.Sockets < 0 || c.Sockets > maxSockets:
		return fmt.Errorf("%d sockets a server: want 1 to %d", c.Sockets, maxSockets)
	case c.Timeout < 0 || c.Timeout > maxTimeout:
		return fmt.Errorf("timeout %v: want up to %v", c.Timeout, maxTimeout)
	case c.Tries < 0 || c.Tries > maxTries:
		return fmt.Errorf("%d tries: want 1 to %d", c.Tries, maxTries)
	}
	for _, s := range c.Servers {
		if !s.IsValid() || s.Port() == 0 {
			return fmt.Errorf("%v is no address and port", s)
		}
	}
	return nil
}

func dialNet(ctx context.Context, network string, addr netip.AddrPort) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, network, addr.String())
}

// Queries is the number of questions sent so far, retries and TCP included.
func (r *Resolver) Queries() int64 { return r.queries.Load() }

// Dropped is the number of messages received so far that answered no open
// question: late, repeated, or with another id or question.
func (r *Resolver) Dropped() int64 { return r.dropped.Load() }

// start runs f in a goroutine that Close waits for, unless r is closed.
func (r *Resolver) start(f func()) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return false
	}
	r.running.Go(f)
	return true
}

// Close ends all probes under way, as cancelled, closes the sockets and waits
// for the goroutines of r. Later probes are cancelled as well.
func (r *Resolver) Close() error {
	r.mu.Lock()
	again := r.closed
	r.closed = true
	r.mu.Unlock()
	if again {
		return nil
	}
	r.stop()
	var errs []error
	for _, s := range r.servers {
		s.shut()
		for _, sock := range s.sockets {
			errs = append(errs, sock.close())
		}
	}
	r.running.Wait()
	return errors.Join(errs...)
}

// Probe asks q until it has an answer, or has been refused or left without one
// for all tries. It never returns an error: what failed stands in Failure,
// whose Op is always OpResolve, and whose Kind is
//
//   - timeout, refused and so on when no reply came,
//   - status when the last reply was SERVFAIL, REFUSED or the like,
//   - malformed when it could not be read, or q cannot be asked at all,
//   - oversize when the answer has more CNAMEs than we follow,
//   - cancelled when ctx or the resolver was ended.
//
// When a reply was cut and TCP failed too, Transport is TransportTCP and the
// Detail begins with "tcp: ".
//
// A chain of CNAMEs that loops is an answer without records, whose Chain ends
// with the name that closes the loop. Records equal in canonical form (RFC
// 4034 section 6.3) count as one; Digest is over the canonical forms in
// their order, each with its length in two octets before it. Of TXT at a name
// without an underscored label only records that begin with "v=spf1" are in
// Records; Total and Digest are of all.
func (r *Resolver) Probe(ctx context.Context, q evidence.Question) evidence.Lookup {
	c := r.calls.Get().(*call)
	l := r.lookup(ctx, c, q)
	c.trim()
	r.calls.Put(c)
	return l
}
