// Package dryrun tells from a sample of a list what a scan of the whole will ask
// of whom, and how long the budgets make it last.
//
// It computes and contacts nobody: the cases come from a collection in which
// nothing but DNS was asked (see Stubs), and whose other probes were only noted.
// It may import evidence, analysis, the pipeline and its budgets.
package dryrun

import (
	"context"
	"math"
	"strings"
	"time"

	"stscan/analysis"
	"stscan/internal/evidence"
	"stscan/pipeline"
)

// Stubs take the place of the probers that contact others: each probe is in the
// case that is collected, as if it had succeeded.
func Stubs() (pipeline.PolicyProber, pipeline.MXProber) { return policyStub{}, mxStub{} }

type policyStub struct{}

// Probe answers like a policy host that is there.
func (policyStub) Probe(_ context.Context, e evidence.Endpoint) evidence.PolicyFetch {
	return evidence.PolicyFetch{Endpoint: e, Status: 200}
}

type mxStub struct{}

// Probe answers like a host that says nothing.
func (mxStub) Probe(_ context.Context, e evidence.Endpoint) evidence.Session {
	return evidence.Session{ID: e.Host + " " + e.Addr.String(), Endpoint: e}
}

// Sample gathers the cases of a random sample of a list. It is not safe for
// concurrent use.
type Sample struct {
	names     int
	signalled sum
	took      time.Duration // answers of the resolver were waited for, over all names

	lookups  sum // that a name asks for itself
	shared   map[evidence.Question]int
	fetches  sum // one a policy host
	fallback sum // beyond: one for each further address
	sessions sum // with hosts of the name itself
	others   map[evidence.Endpoint]int

	contacts []contact
}

// contact is a policy fetch or an SMTP session of the sample.
type contact struct {
	endpoint evidence.Endpoint
	operator string // label; "" = the name itself
	smtp     bool
	own      bool // each name has one of its own
}

// sum is of a number that each name has.
type sum struct{ total, squares float64 }

func (s *sum) add(n int) {
	s.total += float64(n)
	s.squares += float64(n) * float64(n)
}

// NewSample begins a sample.
func NewSample() *Sample {
	return &Sample{shared: map[evidence.Question]int{}, others: map[evidence.Endpoint]int{}}
}

// Names is the size of the sample so far.
func (s *Sample) Names() int { return s.names }

// Add takes a case that was collected with Stubs, and its verdict: of it only
// the labels of the operators count.
func (s *Sample) Add(c evidence.Case, v analysis.Verdict) {
	s.names++
	signalled := 0
	if record, ok := c.Lookup(analysis.RecordName(c.Domain.Target.Domain), evidence.TypeTXT); ok {
		if signal := analysis.RecordSignal(record); signal == analysis.SignalClaim || signal == analysis.SignalNearMiss {
			signalled = 1
		}
	}
	s.signalled.add(signalled)
	s.addLookups(&c)
	s.addFetches(&c, v)
	s.addSessions(&c, v)
}

func (s *Sample) addLookups(c *evidence.Case) {
	own := 0
	for _, l := range c.Domain.Lookups {
		s.took += l.Span.Duration
		if isOwn(c, l.Question.Name) {
			own++
		} else {
			s.shared[l.Question]++
		}
	}
	s.lookups.add(own)
}

func (s *Sample) addFetches(c *evidence.Case, v analysis.Verdict) {
	for _, f := range c.Domain.Fetches {
		s.contacts = append(s.contacts, contact{endpoint: f.Endpoint, operator: label(c, v.PolicyProvider), own: true})
	}
	s.fetches.add(len(c.Domain.Fetches))
	more := 0
	for _, skip := range c.Domain.Skipped {
		if skip.Step == evidence.StepPolicy && skip.Why == evidence.WhyAnswered {
			more++
		}
	}
	s.fallback.add(more)
}

func (s *Sample) addSessions(c *evidence.Case, v analysis.Verdict) {
	operators := map[string]string{}
	for _, mx := range v.MX {
		operators[mx.Host] = label(c, mx.Provider)
	}
	own := 0
	for _, session := range c.Sessions {
		e := session.Endpoint
		mine := isOwn(c, e.Host)
		if mine {
			own++
		} else if s.others[e]++; s.others[e] > 1 {
			continue
		}
		s.contacts = append(s.contacts, contact{endpoint: e, operator: operators[e.Host], smtp: true, own: mine})
	}
	s.sessions.add(own)
}

// isOwn reports whether name belongs to the case's own registrable domain, so
// that hardly another name of the list asks for it.
func isOwn(c *evidence.Case, name string) bool {
	zone := c.Domain.Target.RegistrablePrivate
	if zone == "" {
		zone = c.Domain.Target.Domain
	}
	return name == zone || strings.HasSuffix(name, "."+zone)
}

// label is an operator's; "" for the domain itself.
func label(c *evidence.Case, operator *string) string {
	if operator == nil || *operator == c.Domain.Target.RegistrablePrivate {
		return ""
	}
	return *operator
}

// Count is a number that was estimated, and the range in which it is, but for
// one time in twenty or so.
type Count struct {
	Estimate int64 `json:"estimate"`
	Low      int64 `json:"low"`
	High     int64 `json:"high"`
}

// scale is the step from the sample to the list.
type scale struct {
	names, sample float64
}

func (s scale) factor() float64 { return s.names / max(s.sample, 1) }

// linear scales a number that each name has by itself. The range is two standard
// errors of the mean of a sample without replacement.
func (s scale) linear(x sum) Count {
	mean := x.total / max(s.sample, 1)
	variance := max(0, x.squares/max(s.sample, 1)-mean*mean)
	rest := max(0, 1-s.sample/max(s.names, 1)) // the share of the list that was not asked
	margin := 2 * s.names * math.Sqrt(variance/max(s.sample, 1)*rest)
	if x.total == 0 {
		margin = 3 * s.factor() * rest // what did not turn up in n tries may be as frequent as 3 in n
	}
	all := mean * s.names
	return count(all, max(x.total, all-margin), all+margin)
}

// distinct scales the number of different things of which the names share some:
// seen are how many names of the sample want each. What two or more want is
// taken to be known; what one wants stands for the square root of the factor
// (the estimator GEE of Charikar and others, 2000, whose error is the least that
// any can guarantee). The range is from "only that one" to "each of its own".
func distinct[K comparable](s scale, seen map[K]int) Count {
	once, often := 0.0, 0.0
	for _, n := range seen {
		if n == 1 {
			once++
		} else {
			often++
		}
	}
	return count(once*math.Sqrt(s.factor())+often, once+often, once*s.factor()+often)
}

func (c Count) plus(o Count) Count {
	return Count{c.Estimate + o.Estimate, c.Low + o.Low, c.High + o.High}
}

func count(estimate, low, high float64) Count {
	const grain = 1e-6 // what sums of floating point are off by
	return Count{int64(math.Round(estimate)), int64(math.Floor(low + grain)), int64(math.Ceil(high - grain))}
}

// weight is how many contacts of the whole scan one of the sample stands for.
func (s *Sample) weight(sc scale, c contact) float64 {
	switch {
	case c.own:
		return sc.factor()
	case s.others[c.endpoint] == 1:
		return math.Sqrt(sc.factor())
	}
	return 1
}
