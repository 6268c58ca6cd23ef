package main

import (
	"context"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"

	"stscan/analysis"
	"stscan/internal/evidence"
	"stscan/internal/neterr"
	"stscan/pipeline"
	"stscan/pipeline/admission"
	"stscan/pipeline/controls"
	"stscan/probe"
	"stscan/resolver"
	"stscan/sinks"
)

// What the caches of shared answers may hold. An answer of the resolver is some
// 700 bytes; a session with its chain some 6 KB, most of it shared. Most hosts
// belong to one name, and who is asked for often stays: more lookups kept would
// save hardly a question.
const (
	sharedLookups  = 30_000
	sharedSessions = 50_000
)

// network is how a scan reaches others: the sockets of this machine, or the
// test internet in memory.
type network struct {
	servers   []netip.AddrPort                       // resolvers
	dialDNS   resolver.DialFunc                      // nil: this machine's sockets
	dial      probe.DialFunc                         // nil: this machine's sockets
	report    func(server netip.AddrPort, gone bool) // of a resolver that stopped answering; may be nil
	ipv6      bool                                   // there is a route to IPv6
	httpsPort uint16
	smtpPort  uint16

	dnsTimeout time.Duration // of the first try of a question; 0: the resolver's default
}

// conduct is how a scan behaves towards others.
type conduct struct {
	contact      string
	ehloName     string
	limits       admission.Limits
	optOut       *admission.OptOut // nil: none
	allowSpecial bool
}

// scanner is the wired network side of a run: a collector and what counts and
// closes what is behind it.
type scanner struct {
	collector *pipeline.Collector
	slots     pipeline.Slots
	gate      *admission.Gate
	resolver  *resolver.Resolver
	lookups   *pipeline.Limited[evidence.Question, evidence.Lookup]
	policies  *pipeline.Limited[evidence.Endpoint, evidence.PolicyFetch]
	sessions  *pipeline.Limited[evidence.Endpoint, evidence.Session]
	onceDNS   *pipeline.Once[evidence.Question, evidence.Lookup]
	onceMX    *pipeline.Once[evidence.Endpoint, evidence.Session]

	failedDNS, failedHTTPS, failedSMTP func() map[evidence.Kind]int64 // contacts by how they failed

	httpsPort uint16
	smtpPort  uint16
	monitor   *controls.Monitor // nil: nobody watches this machine's own network
	witnessed atomic.Int64      // contacts made to do so
}

func newScanner(n network, c conduct, inFlight int, probeMX, fetchPolicy string, checks []analysis.Check) (*scanner, error) {
	s := &scanner{slots: pipeline.NewSlots(inFlight), httpsPort: n.httpsPort, smtpPort: n.smtpPort}
	gate := admission.NewGate(admission.GateConfig{
		Limits: c.limits, OptOut: c.optOut, AllowSpecial: c.allowSpecial, Dial: admission.DialFunc(n.dial), Dialling: s.dialling,
	})
	// Whoever is asked, the questions go to the resolvers.
	asking := admission.Contact{Kind: admission.DNS, Addr: n.servers[0].Addr()}
	dns, err := resolver.New(resolver.Config{
		Servers: n.servers, Dial: n.dialDNS, Timeout: n.dnsTimeout, Report: n.report,
		Again: func(ctx context.Context) error { return askAgain(ctx, gate, asking) },
	})
	if err != nil {
		return nil, err
	}
	s.resolver, s.gate = dns, gate
	lookups := pipeline.NewTally(dns, func(l evidence.Lookup) evidence.Failure { return l.Failure })
	fetches := pipeline.NewTally(probe.NewPolicy(probe.PolicyConfig{
		Dial: gate.Dial, Port: n.httpsPort, UserAgent: userAgent(c.contact), From: mailAddress(c.contact),
	}), func(f evidence.PolicyFetch) evidence.Failure { return f.Failure })
	sessions := pipeline.NewTally(probe.NewMX(probe.MXConfig{Dial: gate.Dial, Port: n.smtpPort, EHLOName: c.ehloName}),
		func(s evidence.Session) evidence.Failure { return s.Failure })
	s.failedDNS, s.failedHTTPS, s.failedSMTP = lookups.Failed, fetches.Failed, sessions.Failed
	s.lookups = &pipeline.Limited[evidence.Question, evidence.Lookup]{
		Next: lookups, Admission: gate, Refused: refusedLookup,
		Contact: func(evidence.Question) admission.Contact { return asking },
	}
	s.onceDNS = shareLookups(s.lookups)
	s.policies = &pipeline.Limited[evidence.Endpoint, evidence.PolicyFetch]{
		Next: fetches, Admission: gate, Slots: s.slots, Contact: contactOf(admission.HTTPS), Refused: refusedFetch,
	}
	s.sessions = &pipeline.Limited[evidence.Endpoint, evidence.Session]{
		Next: sessions, Admission: gate, Slots: s.slots, Contact: contactOf(admission.SMTP), Refused: refusedSession,
	}
	s.onceMX = shareSessions(s.sessions)
	s.collector = &pipeline.Collector{
		DNS: s.lookups, SharedDNS: s.onceDNS,
		Policy:    pipeline.Parked[evidence.Endpoint, evidence.PolicyFetch]{Next: s.policies, Slots: s.slots},
		MX:        pipeline.Parked[evidence.Endpoint, evidence.Session]{Next: s.onceMX, Slots: s.slots},
		Admission: gate, Vantage: &pipeline.Vantage{}, IPv6: n.ipv6,
		ProbeMX: probeMX, FetchPolicy: fetchPolicy, Checks: checks,
	}
	return s, nil
}

// shareLookups asks what names share once a pass.
func shareLookups(next pipeline.Resolver) *pipeline.Once[evidence.Question, evidence.Lookup] {
	return pipeline.NewOnce(next, pipeline.Keeping[evidence.Question, evidence.Lookup]{
		Max:       sharedLookups,
		Keep:      func(l evidence.Lookup) bool { return wasAsked(l.Failure) },
		Succeeded: evidence.Lookup.Answered,
		Ended:     func(l evidence.Lookup) time.Time { return l.Span.End() },
		Left: func(q evidence.Question, err error) evidence.Lookup {
			return refusedLookup(q, neterr.Failure(evidence.OpResolve, err))
		},
	})
}

// shareSessions meets each (host, address) once a pass.
func shareSessions(next pipeline.MXProber) *pipeline.Once[evidence.Endpoint, evidence.Session] {
	return pipeline.NewOnce(next, pipeline.Keeping[evidence.Endpoint, evidence.Session]{
		Max:       sharedSessions,
		Recount:   true,
		Keep:      func(e evidence.Session) bool { return wasAsked(e.Failure) },
		Succeeded: func(e evidence.Session) bool { return !e.Failure.Failed() },
		Ended:     func(e evidence.Session) time.Time { return e.Span.End() },
		Left: func(e evidence.Endpoint, err error) evidence.Session {
			return refusedSession(e, neterr.Failure(evidence.OpDial, err))
		},
	})
}

// wasAsked reports whether somebody was asked: what a budget or a stop prevented
// is no answer to keep.
func wasAsked(f evidence.Failure) bool {
	return f.Kind != evidence.KindCancelled && f.Kind != evidence.KindBudget
}

// contacts counts what was sent since the scanner was made.
func (s *scanner) contacts() evidence.Contacts {
	return evidence.Contacts{
		Queries: s.resolver.Queries(), Policies: s.policies.Made(), Sessions: s.sessions.Made(), Repeated: s.onceMX.Repeated(),
		Controls: s.witnessed.Load(),
	}
}

// recall puts the sessions of the committed chunks of a pass into the cache, so that a resumed
// run meets no endpoint again that it has met in the same pass.
func (s *scanner) recall(store *sinks.Snapshot, firstPass bool) error {
	committed, err := sinks.Committed(store.Dir())
	if err != nil {
		return err
	}
	for _, id := range committed {
		if id.IsFirstPass() != firstPass {
			continue
		}
		for session, err := range sinks.ReadSessions(store.Dir(), id) {
			if err != nil {
				return err
			}
			s.onceMX.Fill(session.Endpoint, session)
		}
	}
	return nil
}

// secondPass lets nothing of the second pass read a failure of the first.
func (s *scanner) secondPass(store *sinks.Snapshot) error {
	s.forgetFailures()
	return s.recall(store, false)
}

// forgetFailures lets what failed be asked again.
func (s *scanner) forgetFailures() {
	s.onceDNS.ForgetFailures()
	s.onceMX.ForgetFailures()
}

// Close ends the resolver.
func (s *scanner) Close() error { return s.resolver.Close() }

// askAgain waits for the budget of one more question, as the first waited for its own.
func askAgain(ctx context.Context, gate *admission.Gate, asking admission.Contact) error {
	release, _, err := gate.Acquire(ctx, asking, admission.Wait{})
	if err != nil {
		return err
	}
	release()
	return nil
}

func contactOf(kind admission.Kind) func(evidence.Endpoint) admission.Contact {
	return func(e evidence.Endpoint) admission.Contact {
		return admission.Contact{Kind: kind, Host: e.Host, Addr: e.Addr}
	}
}

func refusedLookup(q evidence.Question, f evidence.Failure) evidence.Lookup {
	return evidence.Lookup{Question: q, Failure: f}
}

func refusedFetch(e evidence.Endpoint, f evidence.Failure) evidence.PolicyFetch {
	return evidence.PolicyFetch{Endpoint: e, Failure: f}
}

func refusedSession(e evidence.Endpoint, f evidence.Failure) evidence.Session {
	return evidence.Session{Endpoint: e, Failure: f}
}

// userAgent says who scans and where to complain (RFC 9110 section 10.1.5).
func userAgent(contact string) string {
	v, _ := version()
	agent := "stscan/" + strings.Trim(v, "()")
	if contact != "" { // doctor asks without
		agent += " (+" + contact + ")"
	}
	return agent
}

// mailAddress is the address of a mailto: URI; "" for another.
func mailAddress(contact string) string {
	address, ok := strings.CutPrefix(contact, "mailto:")
	if !ok {
		return ""
	}
	address, _, _ = strings.Cut(address, "?")
	return address
}
