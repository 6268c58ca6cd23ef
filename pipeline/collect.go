package pipeline

import (
	"context"
	"net/netip"
	"time"

	"stscan/analysis"
	"stscan/internal/evidence"
)

// Caps and budgets of one name.
const (
	// MaxMXHosts are probed, by (preference, name). No sender tries more, and
	// the largest real RRsets are well below.
	MaxMXHosts = 20
	// MaxAddrs of each family are probed of each host, lowest first.
	MaxAddrs = 4
	// PolicyTime is spent on probing all addresses of a policy host: the
	// minute that RFC 8461 section 3.3 suggests for the whole fetch.
	PolicyTime = time.Minute
	// ownLookups are asked for every name: its record and its MX. Each check adds
	// one or two; those of the few names that signal make the list grow.
	ownLookups = 2
	// MXTime is spent on probing the MX hosts of one name, however many there
	// are; four tarpits that use up their whole session.
	MXTime = 10 * time.Minute
)

// ProbeMX and FetchPolicy say whose MX hosts and policies are looked at.
const (
	Signalled = "signalled" // names that signal MTA-STS: a claim or a near miss
	All       = "all"       // every name with MX
	Always    = "always"    // every name
	None      = "none"
)

// Collector collects the evidence of one name at a time; one Collector serves
// all names of a run.
type Collector struct {
	DNS         Resolver // questions that belong to one name
	SharedDNS   Resolver // questions that names share: MX hosts, name servers
	Policy      PolicyProber
	MX          MXProber
	Admission   Admission
	Vantage     *Vantage
	IPv6        bool   // this machine has a route to IPv6
	ProbeMX     string // Signalled, All, None
	FetchPolicy string // Signalled, Always
	Checks      []analysis.Check
}

// Collect observes one name, from the record to its MX hosts. attempt is 1 or
// 2; earlier are the failures of the first attempt.
func (c *Collector) Collect(ctx context.Context, t evidence.Target, attempt int, earlier []evidence.Earlier) evidence.Case {
	o := observation{Collector: c, ctx: ctx, domain: evidence.Domain{
		Target: t, ScannedAt: evidence.TickOf(time.Now()), Attempt: attempt, Earlier: earlier, Controls: evidence.ControlsOff,
	}}
	if !o.permitted(evidence.StepDomain, t.Domain, netip.Addr{}) {
		return o.finish()
	}
	record := o.ask(c.DNS, analysis.RecordName(t.Domain), evidence.TypeTXT)
	mx := o.ask(c.DNS, t.Domain, evidence.TypeMX)
	if mx.RCode == evidence.RCodeServFail {
		o.explain(c.DNS, mx.Question)
	}

	signal := analysis.RecordSignal(record)
	signalled := signal == analysis.SignalClaim || signal == analysis.SignalNearMiss
	if record.Answered() && record.Total > 0 && signal != analysis.SignalClaim {
		o.ask(c.DNS, analysis.WildcardProbe(t.Domain), evidence.TypeTXT)
	}
	if signalled {
		o.askNameServers()
	}
	if signalled || c.FetchPolicy == Always {
		o.fetchPolicy(analysis.PolicyHost(t.Domain))
	}
	if o.postponed {
		return o.finish()
	}
	hosts := o.mailHosts(mx, signalled)
	o.askChecks(hosts)
	if c.ProbeMX == All || signalled {
		o.probeMX(hosts)
	}
	return o.finish()
}

// now is the time as it is stored: what is judged live is what classify reads.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// observation is the state of one Collect.
type observation struct {
	*Collector
	ctx      context.Context
	domain   evidence.Domain
	sessions []evidence.Session
	// postponed: a budget would not serve the name in time. It is done again as
	// a whole, so that nobody else is contacted for it now.
	postponed bool
}

func (o *observation) finish() evidence.Case {
	o.domain.Reached, o.domain.Masked = o.Vantage.Known()
	o.domain.Validating = o.Vantage.Validating()
	for _, s := range o.sessions {
		o.domain.Sessions = append(o.domain.Sessions, s.ID)
	}
	return evidence.Case{Domain: o.domain, Sessions: o.sessions}
}

// known is the case as it stands, but for the sessions.
func (o *observation) known() evidence.Case { return evidence.Case{Domain: o.domain} }

func (o *observation) ask(from Resolver, name, rrtype string) evidence.Lookup {
	return o.question(from, evidence.Question{Name: name, Type: rrtype})
}

// question asks once a name: an answer that this name already has is not asked
// for again.
func (o *observation) question(from Resolver, q evidence.Question) evidence.Lookup {
	if l, ok := o.domain.Find(q); ok {
		return l
	}
	l := from.Probe(o.ctx, q)
	o.Vantage.LearnLookup(l)
	if o.domain.Lookups == nil {
		o.domain.Lookups = make([]evidence.Lookup, 0, ownLookups+2*len(o.Checks))
	}
	o.domain.Lookups = append(o.domain.Lookups, l)
	return l
}

// addresses asks for A and AAAA of host.
func (o *observation) addresses(from Resolver, host string) (v4, v6 []netip.Addr) {
	a, aaaa := o.ask(from, host, evidence.TypeA), o.ask(from, host, evidence.TypeAAAA)
	for _, l := range []evidence.Lookup{a, aaaa} {
		if l.RCode == evidence.RCodeServFail {
			o.explain(from, l.Question)
		}
	}
	return analysis.Addresses(a), analysis.Addresses(aaaa)
}

// explain asks what is behind a SERVFAIL: with checking disabled, an answer
// means that DNSSEC is what fails (RFC 4035 section 3.2.2); else the aliases of
// the name, step by step, may turn out to be a loop.
func (o *observation) explain(from Resolver, q evidence.Question) {
	q.CD = true
	if o.question(from, q).Answered() {
		return
	}
	for {
		alias, more := analysis.AliasQuestion(evidence.Case{Domain: o.domain}, q.Name)
		if !more {
			return
		}
		o.question(from, alias)
	}
}

// askNameServers asks for the name servers of the domain, or of the registrable
// domain above it where the name is no zone of its own.
func (o *observation) askNameServers() {
	t := o.domain.Target
	l := o.ask(o.SharedDNS, t.Domain, evidence.TypeNS)
	if l.NoData() && t.RegistrablePrivate != "" && t.RegistrablePrivate != t.Domain {
		o.ask(o.SharedDNS, t.RegistrablePrivate, evidence.TypeNS)
	}
}

// permitted asks the door, and notes a refusal. The zero address asks for the
// host name alone.
func (o *observation) permitted(step, host string, addr netip.Addr) bool {
	kind := o.Admission.Refuses(host, addr)
	if kind == "" {
		return true
	}
	o.skip(step, host, addr, string(kind))
	return false
}

func (o *observation) skip(step, host string, addr netip.Addr, why string) {
	s := evidence.Skip{Step: step, Host: host, Why: why}
	if addr.IsValid() {
		s.Address = addr.String()
	}
	o.domain.Skipped = append(o.domain.Skipped, s)
}

// endpoints are the addresses of host that may be contacted: IPv6 first if this
// machine has it, ascending within a family, capped. The others are noted.
func (o *observation) endpoints(step, host string, v4, v6 []netip.Addr) []evidence.Endpoint {
	var out []evidence.Endpoint
	for _, family := range [][]netip.Addr{v6, v4} {
		taken := 0
		for _, a := range family {
			switch {
			case !o.permitted(step, host, a):
			case a.Is6() && !o.IPv6:
				o.skip(step, host, a, evidence.WhyNoIPv6)
			case taken == MaxAddrs:
				o.skip(step, host, a, evidence.WhyCap)
			default:
				taken++
				out = append(out, evidence.Endpoint{Host: host, Addr: a})
			}
		}
	}
	return out
}

// fetchPolicy tries the addresses of the policy host in order until one gives
// an HTTP answer (RFC 8461 section 3.3).
func (o *observation) fetchPolicy(host string) {
	if !o.permitted(evidence.StepPolicy, host, netip.Addr{}) {
		return
	}
	v4, v6 := o.addresses(o.DNS, host)
	left := PolicyTime
	answered := false
	for _, e := range o.endpoints(evidence.StepPolicy, host, v4, v6) {
		switch {
		case answered:
			o.skip(evidence.StepPolicy, host, e.Addr, evidence.WhyAnswered)
			continue
		case left <= 0:
			o.skip(evidence.StepPolicy, host, e.Addr, string(evidence.KindBudget))
			continue
		}
		f := o.Policy.Probe(ProbeTime(o.ctx, left), e)
		if notContacted(f.Failure) {
			if o.notMade(evidence.StepPolicy, e, f.Failure); o.postponed {
				return
			}
			continue
		}
		o.domain.Fetches = append(o.domain.Fetches, f)
		left -= f.Span.Duration
		answered = f.Status != 0
	}
}

// notMade notes a contact that was not made.
func (o *observation) notMade(step string, e evidence.Endpoint, f evidence.Failure) {
	o.skip(step, e.Host, e.Addr, string(f.Kind))
	o.postponed = f.Kind == evidence.KindBudget
}

// notContacted reports whether a failure says that nobody was contacted.
func notContacted(f evidence.Failure) bool {
	switch f.Kind {
	case evidence.KindSpecialAddress, evidence.KindOptedOut, evidence.KindBudget, evidence.KindCancelled:
		return true
	}
	return false
}
