package admission

import (
	"context"
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"stscan/internal/evidence"
	"stscan/internal/neterr"
)

// DialFunc connects to an address.
type DialFunc func(ctx context.Context, network string, addr netip.AddrPort) (net.Conn, error)

// GateConfig says who may be contacted, and how often.
type GateConfig struct {
	Limits       Limits
	OptOut       *OptOut  // nil = nobody asked
	AllowSpecial bool     // let special-purpose addresses be contacted, under the explicit limits only
	Dial         DialFunc // what dials once it is allowed; nil = this machine's sockets

	// Dialling hears of each connect made for a contact (see For), and what it
	// returns of how that ended; nil = nobody does.
	Dialling func(Contact) func(error)
}

// Gate is the one way to other people's machines. It may be used by many
// goroutines.
type Gate struct {
	optOut       *OptOut
	allowSpecial bool
	dial         DialFunc
	dialling     func(Contact) func(error)
	budgets      *budgets
	special      *budgets // for special-purpose addresses
	contacts     [3]atomic.Int64
	refused      [3]atomic.Int64
}

// NewGate makes a gate.
func NewGate(c GateConfig) *Gate {
	g := &Gate{
		optOut: c.OptOut, allowSpecial: c.AllowSpecial, dial: c.Dial, dialling: c.Dialling,
		budgets: newBudgets(c.Limits), special: newBudgets(c.Limits.forSpecial()),
	}
	if g.dial == nil {
		g.dial = dialSocket
	}
	return g
}

// dialSocket is given addresses only: nothing is looked up behind the check. A
// probe has a deadline for every step and no use for the keep-alives of TCP, for
// which the system would be called four times more. DialTCP, which takes an
// address as it is, binds the socket before it connects it: the port on our side
// would then be taken for all destinations, and ports run out.
func dialSocket(ctx context.Context, network string, addr netip.AddrPort) (net.Conn, error) {
	d := net.Dialer{KeepAlive: -1}
	return d.DialContext(ctx, network, addr.String())
}

// Check says whether a host, at an address, may be contacted at all. The error
// is a neterr.Refusal that names the rule. The zero address asks for the name
// alone, an empty host for the address alone.
func (g *Gate) Check(host string, addr netip.Addr) error {
	if entry := g.optOut.Name(host); entry != "" {
		return neterr.Refusal{Kind: evidence.KindOptedOut, What: entry}
	}
	if !addr.IsValid() {
		return nil
	}
	if entry := g.optOut.Addr(addr); entry != "" {
		return neterr.Refusal{Kind: evidence.KindOptedOut, What: entry}
	}
	if name, special := Special(addr); special && (!g.allowSpecial || nowhere(addr)) {
		return neterr.Refusal{Kind: evidence.KindSpecialAddress, What: name}
	}
	return nil
}

// nowhere reports whether an address is never a destination of a connection, as
// the registries have it: not even a test on loopback means anybody by it. (A
// kernel takes 0.0.0.0 for itself.)
func nowhere(a netip.Addr) bool {
	if v4 := IPv4(a); v4.IsValid() {
		a = v4
		if octets := a.As4(); octets[0] == 0 || octets == [4]byte{255, 255, 255, 255} {
			return true // this network, limited broadcast
		}
	}
	return a.IsUnspecified() || a.IsMulticast()
}

// Refuses is Check's kind: special_address or opted_out, "" if neither.
func (g *Gate) Refuses(host string, addr netip.Addr) evidence.Kind {
	var r neterr.Refusal
	if err := g.Check(host, addr); err != nil {
		r, _ = err.(neterr.Refusal)
	}
	return r.Kind
}

// Dial connects to an address, checked here once more: between the answer of the DNS
// and the dial the opt-out list may have changed, and what comes by another way
// comes here as well. Nothing else dials.
func (g *Gate) Dial(ctx context.Context, network string, addr netip.AddrPort) (net.Conn, error) {
	if !addr.Addr().IsValid() {
		return nil, g.refuse(neterr.Refusal{Kind: evidence.KindSpecialAddress, What: "no address"})
	}
	if err := g.Check("", addr.Addr()); err != nil {
		return nil, g.refuse(err)
	}
	c, known := ctx.Value(contactKey{}).(Contact)
	if g.dialling == nil || !known {
		return g.dial(ctx, network, addr)
	}
	ended := g.dialling(c)
	conn, err := g.dial(ctx, network, addr)
	ended(err)
	return conn, err
}

type contactKey struct{}

// For says for which contact a Dial below ctx is made.
func For(ctx context.Context, c Contact) context.Context {
	return context.WithValue(ctx, contactKey{}, c)
}

// Acquire waits until the budgets of a contact allow it, and returns what must
// be called when the contact is over (more than once does no harm), and the time waited. When they cannot
// serve it before the deadline of ctx, or of w's patience, the error is a neterr.Refusal of kind
// budget, at once if that can be foreseen; nothing is used up then. A cancelled
// ctx gives context.Canceled, and an error of w.Ready is handed on.
func (g *Gate) Acquire(ctx context.Context, c Contact, w Wait) (release func(), wait time.Duration, err error) {
	start := time.Now()
	b := g.budgets
	if g.allowSpecial {
		if isSpecial(c.Addr) {
			b = g.special
		}
	}
	release, err = b.acquire(ctx, c, w)
	wait = time.Since(start)
	if err != nil {
		return nil, wait, g.refuse(err)
	}
	if n := kindIndex(c.Kind); n >= 0 {
		g.contacts[n].Add(1)
	}
	return release, wait, nil
}

// refuse counts a refusal and hands it on.
func (g *Gate) refuse(err error) error {
	if r, ok := err.(neterr.Refusal); ok {
		switch r.Kind {
		case evidence.KindSpecialAddress:
			g.refused[0].Add(1)
		case evidence.KindOptedOut:
			g.refused[1].Add(1)
		case evidence.KindBudget:
			g.refused[2].Add(1)
		}
	}
	return err
}

func kindIndex(k Kind) int {
	switch k {
	case DNS:
		return 0
	case HTTPS:
		return 1
	case SMTP:
		return 2
	}
	return -1
}

// Stats is what went through the gate, and what stands before it.
type Stats struct {
	Contacts map[Kind]int64           // admitted
	Refused  map[evidence.Kind]int64  // dials to special or opted-out addresses, contacts beyond a budget
	Waiting  map[string]int64         // contacts held up now, by the flag of the budget
	Waited   map[string]time.Duration // by the same, all together, of waits that are over
}

// Stats returns the counts as they are now.
func (g *Gate) Stats() Stats {
	s := Stats{
		Contacts: map[Kind]int64{DNS: g.contacts[0].Load(), HTTPS: g.contacts[1].Load(), SMTP: g.contacts[2].Load()},
		Refused: map[evidence.Kind]int64{
			evidence.KindSpecialAddress: g.refused[0].Load(),
			evidence.KindOptedOut:       g.refused[1].Load(),
			evidence.KindBudget:         g.refused[2].Load(),
		},
		Waiting: map[string]int64{}, Waited: map[string]time.Duration{},
	}
	for _, b := range []*budgets{g.budgets, g.special} {
		for flag, d := range b.delays() {
			s.Waiting[flag] += d.now.Load()
			s.Waited[flag] += time.Duration(d.over.Load())
		}
	}
	return s
}
