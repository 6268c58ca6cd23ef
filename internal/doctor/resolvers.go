package doctor

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"stscan/analysis"
	"stscan/internal/evidence"
	"stscan/resolver"
)

const (
	// askTimeout and askTries: a resolver nearby has what a hundred thousand others
	// ask for in its cache, or finds it in a second; one lost packet may pass.
	askTimeout = 1500 * time.Millisecond
	askTries   = 2

	// slowAnswer is the middle of all answers above which a scan waits more than
	// it works: a thousand names in flight, a dozen questions each.
	slowAnswer = 500 * time.Millisecond

	// absentBelow is where a name is made up that nobody has registered: a large
	// zone, without wildcard, that every resolver reaches.
	absentBelow = "com"

	typeSOA = "SOA" // every zone has one, small and signed with the zone
)

// resolvers examines each resolver by itself.
func (c *Config) resolvers(ctx context.Context) []Finding {
	if c.NoResolver != nil {
		return []Finding{{CheckResolver, "", StateFailure, c.NoResolver.Error(), anotherResolver}}
	}
	return slices.Concat(ofEach(c.Resolvers, func(addr netip.AddrPort) []Finding { return c.server(ctx, addr) })...)
}

// server examines one. Of one that says nothing there is nothing more to tell.
func (c *Config) server(ctx context.Context, addr netip.AddrPort) []Finding {
	r, err := resolver.New(resolver.Config{Servers: []netip.AddrPort{addr}, Dial: c.DialDNS, Sockets: 1, Timeout: askTimeout, Tries: askTries})
	if err != nil {
		return []Finding{{CheckResolver, addr.String(), StateFailure, err.Error(), "name one with --resolver ADDRESS:PORT"}}
	}
	defer r.Close()
	s := &server{Resolver: r, about: addr.String()}
	found := s.answers(ctx, c.Domains)
	if s.mute {
		return found
	}
	found = append(found, inParallel(
		func() []Finding { return []Finding{s.absent(ctx)} },
		func() []Finding { return []Finding{s.tcp(ctx, c.Signed)} },
		func() []Finding { return s.extended(ctx, c.Signed) },
		func() []Finding { return []Finding{rateLimit(addr)} },
		func() []Finding { return []Finding{s.validates(ctx, c.Signed, c.Bogus)} },
	)...)
	return found
}

// server is one resolver under examination.
type server struct {
	*resolver.Resolver
	about string
	mute  bool // it has said nothing at all
}

func (s *server) says(check Check, state State, seen, do string) Finding {
	return Finding{Check: check, About: s.about, State: state, Seen: seen, Do: do}
}

const (
	noTime   = "no time was left to ask it"
	moreTime = "give it more with --timeout"
)

const anotherResolver = "run a resolver of your own (Unbound, say) and name it with --resolver ADDRESS:PORT"

// answers asks what a scan asks.
func (s *server) answers(ctx context.Context, domains []string) []Finding {
	var questions []evidence.Question
	for _, domain := range domains {
		questions = append(questions, evidence.Question{Name: analysis.RecordName(domain), Type: evidence.TypeTXT}, evidence.Question{Name: domain, Type: evidence.TypeMX})
	}
	lookups := ofEach(questions, func(q evidence.Question) evidence.Lookup { return s.Probe(ctx, q) })
	var times []time.Duration
	var failed []string
	replies, records := 0, 0
	for _, l := range lookups {
		records += l.Total
		if l.RCode != "" {
			replies++
		}
		if !l.Answered() {
			failed = append(failed, l.Question.Type+" "+l.Question.Name+": "+noAnswer(l))
			continue
		}
		times = append(times, l.Span.Duration)
	}
	s.mute = replies == 0
	slices.Sort(times)
	switch n := len(lookups); {
	case ctx.Err() != nil && replies < n:
		return []Finding{s.says(CheckResolver, StateUnknown, noTime, moreTime)}
	case s.mute:
		return []Finding{s.says(CheckResolver, StateFailure, fmt.Sprintf("none of %d questions got a reply (%s)", n, failed[0]), "start it, let its port through, or name another with --resolver ADDRESS:PORT")}
	case len(times) == 0:
		return []Finding{s.says(CheckResolver, StateFailure, fmt.Sprintf("none of %d questions was answered (%s)", n, failed[0]),
			"let it serve this machine and reach the Internet, or "+anotherResolver)}
	case records == 0:
		return []Finding{s.says(CheckResolver, StateFailure, fmt.Sprintf("it knows no record of %s: is it one of a network of its own?", strings.Join(domains, ", ")),
			"let it reach the Internet, or "+anotherResolver)}
	case len(failed) > 0:
		return []Finding{s.says(CheckResolver, StateWarning, fmt.Sprintf("%d of %d questions were answered, not %s", len(times), n, failed[0]),
			"look into its log; names it cannot answer for will be inconclusive")}
	case times[len(times)/2] > slowAnswer:
		return []Finding{s.says(CheckResolver, StateWarning, fmt.Sprintf("%d questions were answered, half of them only after %s", n, quick(times[len(times)/2])),
			"use one that is nearer")}
	}
	return []Finding{ok(CheckResolver, s.about, fmt.Sprintf("%d questions were answered, half of them within %s, all within %s",
		len(times), quick(times[len(times)/2]), quick(times[len(times)-1])))}
}

// noAnswer says why a lookup is none.
func noAnswer(l evidence.Lookup) string {
	if l.RCode != "" {
		return l.RCode
	}
	return string(l.Failure.Kind)
}

// absent asks for a name that nobody has. A resolver that answers with an address
// of its owner's would make every name exist.
func (s *server) absent(ctx context.Context) Finding {
	name := "stscan-" + strings.ToLower(rand.Text()) + "." + absentBelow
	l := s.Probe(ctx, evidence.Question{Name: name, Type: evidence.TypeA})
	switch {
	case l.NXDomain():
		return ok(CheckNXDomain, s.about, "a name that does not exist is said not to")
	case !l.Answered():
		return s.says(CheckNXDomain, StateUnknown, "no answer about a name that does not exist: "+noAnswer(l), "look into its log")
	case l.Total == 0:
		return s.says(CheckNXDomain, StateWarning, "of a name that does not exist it says that it exists, without addresses", anotherResolver)
	}
	return s.says(CheckNXDomain, StateFailure, "it makes up an address for a name that does not exist: "+l.Records[0],
		"turn that service off: every name would seem to exist; or "+anotherResolver)
}

func (s *server) tcp(ctx context.Context, name string) Finding {
	l := s.Sound(ctx, evidence.Question{Name: name, Type: typeSOA}, evidence.TransportTCP)
	if l.RCode == "" && ctx.Err() != nil {
		return s.says(CheckDNSTCP, StateUnknown, noTime, moreTime)
	}
	if l.RCode == "" {
		return s.says(CheckDNSTCP, StateFailure, "no answer over TCP: "+string(l.Failure.Kind),
			"let TCP through to its port (RFC 7766): long answers would be inconclusive")
	}
	return ok(CheckDNSTCP, s.about, "answers over TCP, within "+quick(l.Span.Duration))
}

// extended looks at one reply itself: its EDNS record, and whether the server recurses.
func (s *server) extended(ctx context.Context, name string) []Finding {
	var l resolver.Sounding
	for range askTries {
		if l = s.Sound(ctx, evidence.Question{Name: name, Type: typeSOA}, evidence.TransportUDP); l.RCode != "" {
			break
		}
	}
	if l.RCode == "" {
		return []Finding{s.says(CheckEDNS, StateUnknown, "no answer about "+name+": "+noAnswer(l.Lookup), "name another with --dnssec-signed")}
	}
	var found []Finding
	if !l.Recursion {
		found = append(found, s.says(CheckResolver, StateFailure, "it offers no recursion: it answers for its own names alone", "name a recursive resolver with --resolver ADDRESS:PORT"))
	}
	if l.Cut {
		return append(found, s.says(CheckEDNS, StateWarning, "it cuts even a short answer (TC), as resolvers do that limit who asks too much", anotherResolver))
	}
	if l.EDNS == 0 {
		return append(found, s.says(CheckEDNS, StateWarning, "its reply has no EDNS record, or something on the way took it out",
			"let EDNS (RFC 6891) through: without, nothing is known of DNSSEC, and answers above 512 octets need TCP"))
	}
	return append(found, ok(CheckEDNS, s.about, fmt.Sprintf("speaks EDNS, takes %d octets over UDP", l.EDNS)))
}
