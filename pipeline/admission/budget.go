package admission

import (
	"context"
	"net/netip"
	"sync/atomic"
	"time"

	"stscan/internal/evidence"
	"stscan/internal/neterr"
)

const (
	// net4 and net6 are what one site usually holds: the longest prefixes that
	// are routed between networks.
	net4 = 24
	net6 = 48
)

// Contact is one contact to be made.
type Contact struct {
	Kind Kind
	// Host is the name that was asked for, by which the operator is told; ""
	// = none. Who knows better (the end of a CNAME chain) may say so.
	Host string
	Addr netip.Addr
}

// AddrKey, NetKey and OperatorKey are what the budgets of a contact are counted by.
func (c Contact) AddrKey() netip.Addr  { return reached(c.Addr) }
func (c Contact) NetKey() netip.Prefix { return network(reached(c.Addr)) }
func (c Contact) OperatorKey() string  { return operator(c.Host) }

// budgets are the lanes under one set of limits.
type budgets struct {
	hosts     *lanes[netip.Addr]
	nets      *lanes[netip.Prefix]
	operators *lanes[string]
	kinds     *lanes[Kind]
	ceilings  map[Kind]float64 // never changed
	atCeiling map[Kind]*delays // never changed
}

func newBudgets(l Limits) *budgets {
	return &budgets{
		hosts: newLanes(l.HostRate, l.HostConcurrency, func(a netip.Addr) string {
			return FlagHostRate + " or " + FlagHostConcurrency + " of " + a.String()
		}),
		nets:      newLanes(l.NetRate, 0, func(p netip.Prefix) string { return FlagNetRate + " of " + p.String() }),
		operators: newLanes(l.OperatorRate, 0, func(o string) string { return FlagOperatorRate + " of " + o }),
		kinds:     newLanes(0, 0, func(k Kind) string { return string(k) + "-rate" }),
		ceilings:  map[Kind]float64{DNS: l.DNSRate, HTTPS: l.HTTPSRate, SMTP: l.SMTPRate},
		atCeiling: map[Kind]*delays{DNS: {}, HTTPS: {}, SMTP: {}},
	}
}

// delays are what each budget holds up, by its flag.
func (b *budgets) delays() map[string]*delays {
	return map[string]*delays{
		FlagDNSRate: b.atCeiling[DNS], FlagHTTPSRate: b.atCeiling[HTTPS], FlagSMTPRate: b.atCeiling[SMTP],
		FlagHostRate: &b.hosts.waiting, FlagHostConcurrency: &b.hosts.full,
		FlagNetRate: &b.nets.waiting, FlagOperatorRate: &b.operators.waiting,
	}
}

// seats are the lanes of one contact, the most particular first: who waits for
// a hot address does not keep others from passing the lanes behind it.
type seats struct {
	lanes [4]*lane
	ahead [4]int
	n     int
	done  atomic.Bool // released
}

func (s *seats) add(l *lane, ahead int) {
	if l != nil {
		s.lanes[s.n], s.ahead[s.n] = l, ahead
		s.n++
	}
}

func (b *budgets) enter(c Contact) *seats {
	s := &seats{}
	if c.Kind != DNS {
		if c.Addr.IsValid() {
			s.add(b.hosts.enter(c.AddrKey()))
			s.add(b.nets.enter(c.NetKey()))
		}
		if c.Host != "" && b.operators.rate > 0 {
			s.add(b.operators.enter(c.OperatorKey()))
		}
	}
	s.add(b.ceiling(c.Kind))
	return s
}

// ceiling is the lane of a kind, each with a rate of its own.
func (b *budgets) ceiling(k Kind) (l *lane, ahead int) {
	if b.ceilings[k] <= 0 {
		return nil, 0
	}
	b.kinds.mu.Lock()
	defer b.kinds.mu.Unlock()
	l = b.kinds.byKey[k]
	if l == nil {
		l = b.kinds.add(k, b.ceilings[k])
		l.waiting, l.ceiling = b.atCeiling[k], true
	}
	return l, l.enter()
}

// Wait says how a contact is waited for.
type Wait struct {
	// Patience ends the wait for the budgets of a destination (host, network,
	// operator). The ceilings are our own pace: for them everybody waits as long
	// as it takes. nil = the context of the contact.
	Patience context.Context
	// Ready waits for whatever else the contact needs, once every budget has a
	// token for it and before any is spent: a token spent earlier would be
	// followed by the contact some time later, together with that of another. nil
	// = nothing.
	Ready func(context.Context) error
}

func (w *Wait) ready(ctx context.Context) error {
	if w.Ready == nil {
		return nil
	}
	return w.Ready(ctx)
}

// unbounded reports that no lane is for a contact: a question without a ceiling, of
// which every name has some.
func (b *budgets) unbounded(c Contact) bool { return c.Kind == DNS && b.ceilings[DNS] <= 0 }

// acquire waits until every lane of a contact has a token, then takes them all.
func (b *budgets) acquire(ctx context.Context, c Contact, w Wait) (release func(), err error) {
	if w.Patience == nil {
		w.Patience = ctx
	}
	if b.unbounded(c) {
		return func() {}, w.ready(ctx)
	}
	s := b.enter(c)
	if l := s.hopeless(ctx, w.Patience); l != nil {
		s.leave()
		return nil, neterr.Refusal{Kind: evidence.KindBudget, What: l.what}
	}
	if l := s.hottest(); l != nil {
		if err := send(w.Patience, l.ahead, l.waiting); err != nil {
			s.leave()
			return nil, l.refusal(err)
		}
		defer func() { <-l.ahead }()
	}
	for i, l := range s.lanes[:s.n] {
		if err := l.reach(l.patience(ctx, w.Patience)); err != nil {
			s.give(i, true)
			s.leave()
			return nil, l.refusal(err)
		}
	}
	if err := w.ready(ctx); err != nil {
		s.give(s.n, true)
		s.leave()
		return nil, err
	}
	now := time.Now()
	for _, l := range s.lanes[:s.n] {
		l.limiter.AllowN(now, 1) // there is one, and nobody else may take it: we have the turn
		l.admitted()
	}
	s.give(s.n, false)
	return s.release, nil
}

// hopeless returns a lane that cannot serve the contact before the deadline of
// the wait for it, by the contacts that wait there already: it is told at once,
// rather than after the time is up.
func (s *seats) hopeless(ctx, patience context.Context) *lane {
	now := time.Now()
	for i, l := range s.lanes[:s.n] {
		deadline, ok := l.patience(ctx, patience).Deadline()
		if ok && l.estimate(now, s.ahead[i]) > deadline.Sub(now) {
			return l
		}
	}
	return nil
}

// hottest is the lane of the destination in which the contact waits longest; nil
// if it waits in none.
func (s *seats) hottest() *lane {
	now := time.Now()
	var hot *lane
	var longest time.Duration
	for i, l := range s.lanes[:s.n] {
		if wait := l.estimate(now, s.ahead[i]); !l.ceiling && wait > longest {
			hot, longest = l, wait
		}
	}
	return hot
}

// give hands on the turns of the first n lanes, and their slots.
func (s *seats) give(n int, slots bool) {
	for _, l := range s.lanes[:n] {
		<-l.turn
		if slots && l.slots != nil {
			<-l.slots
		}
	}
}

// leave lets go of all lanes without a contact.
func (s *seats) leave() {
	for _, l := range s.lanes[:s.n] {
		l.admitted()
		l.leave()
	}
}

// release ends a contact, once.
func (s *seats) release() {
	if s.done.Swap(true) {
		return
	}
	for _, l := range s.lanes[:s.n] {
		if l.slots != nil {
			<-l.slots
		}
		l.leave()
	}
}

// reached is the address under which a host is counted: that of IPv4 where one
// is embedded, so that no form of it is another host.
func reached(a netip.Addr) netip.Addr {
	if v4 := IPv4(a); v4.IsValid() {
		return v4
	}
	return a.WithZone("")
}

func network(a netip.Addr) netip.Prefix {
	bits := net6
	if a.Is4() {
		bits = net4
	}
	p, _ := a.Prefix(bits) // bits fit the family
	return p
}
