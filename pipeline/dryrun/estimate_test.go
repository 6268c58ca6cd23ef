package dryrun

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"stscan/analysis"
	"stscan/internal/evidence"
	"stscan/pipeline/admission"
)

// named is a case of a name with so many lookups of its own, one that all names
// share, and these MX endpoints, each "host address".
func named(n, lookups int, policy bool, sessions ...evidence.Endpoint) evidence.Case {
	name := fmt.Sprintf("d%d.example", n)
	c := evidence.Case{Domain: evidence.Domain{Target: evidence.Target{Domain: name, RegistrablePrivate: name}}}
	for i := range lookups {
		c.Domain.Lookups = append(c.Domain.Lookups, evidence.Lookup{
			Question: evidence.Question{Name: fmt.Sprintf("l%d.%s", i, name), Type: evidence.TypeA}, Span: evidence.Span{Duration: 100 * time.Millisecond},
		})
	}
	c.Domain.Lookups = append(c.Domain.Lookups, evidence.Lookup{Question: evidence.Question{Name: "mx.provider.test", Type: evidence.TypeA}})
	if policy {
		c.Domain.Lookups = append(c.Domain.Lookups, evidence.Lookup{Question: evidence.Question{Name: "_mta-sts." + name, Type: evidence.TypeTXT},
			RCode: evidence.RCodeNoError, Records: []string{"v=STSv1; id=1;"}, Total: 1})
		host := evidence.Endpoint{Host: "mta-sts." + name, Addr: netip.MustParseAddr("192.0.2.80")}
		c.Domain.Fetches = []evidence.PolicyFetch{{Endpoint: host, Status: 200}}
		c.Domain.Skipped = []evidence.Skip{{Step: evidence.StepPolicy, Host: host.Host, Address: "192.0.2.81", Why: evidence.WhyAnswered}}
	}
	for _, e := range sessions {
		c.Sessions = append(c.Sessions, evidence.Session{Endpoint: e})
	}
	return c
}

func endpoint(host, addr string) evidence.Endpoint {
	return evidence.Endpoint{Host: host, Addr: netip.MustParseAddr(addr)}
}

// 100 names of 10,000: all with four lookups and the shared one; ten signal, have
// their policy at one address of two, and their MX at one provider; one more has
// its own MX, another that of a stranger. Every figure is worked out by hand.
func TestEstimate(t *testing.T) {
	s := NewSample()
	provider := "provider"
	for n := range 100 {
		c, v := named(n, 4, false), analysis.Verdict{}
		switch {
		case n < 10:
			c = named(n, 4, true, endpoint("mx.provider.test", "198.51.100.1"))
			v.MX = []analysis.MXVerdict{{Host: "mx.provider.test", Provider: &provider}}
		case n == 10:
			c = named(n, 4, false, endpoint("mx.d10.example", "203.0.113.1"))
		case n == 11:
			c = named(n, 4, false, endpoint("mx.stranger.test", "203.0.113.2"))
		}
		s.Add(c, v)
	}
	e := s.Estimate(Plan{Names: 10_000, InFlight: 100, Tries: 1.5, Chunks: 20, Bytes: 100, Limits: admission.Limits{DNSRate: 500, HTTPSRate: 10, SMTPRate: 50, HostRate: 1}})

	// A share of 0.1 in 100 of 10,000: 1,000; two standard errors are
	// 2 * 10,000 * sqrt(0.1*0.9/100 * 0.99) = 597.
	if want := (Count{1000, 403, 1597}); e.Signalling != want {
		t.Errorf("signalling %+v, want %+v", e.Signalling, want)
	}
	// The same for the policies; at most, each at both addresses: twice that.
	if want := (Count{1000, 403, 3194}); e.Policies != want {
		t.Errorf("policies %+v, want %+v", e.Policies, want)
	}
	// Sessions: the provider's endpoint once; the own MX stands for 100 (and for 1
	// to 100 + 2 * 10,000 * sqrt(0.01*0.99/100 * 0.99) = 198); the stranger's for
	// sqrt(100) = 10 (and for 1 to 100).
	if want := (Count{111, 3, 399}); e.Sessions != want {
		t.Errorf("sessions %+v, want %+v", e.Sessions, want)
	}
	// Queries: 4 a name and the record of those that signal, 41,000, give or take
	// 597, and the shared one: 40,404 to 41,598, each 1.5 times.
	if want := (Count{61502, 60606, 62397}); e.Queries != want {
		t.Errorf("queries %+v, want %+v", e.Queries, want)
	}
	if want := []Operator{{"", 1110}, {"provider", 1}}; !slices.Equal(e.Operators, want) {
		t.Errorf("operators %+v, want %+v", e.Operators, want)
	}
	// The one address of the policies: 1,000 at 1 a second. The DNS: 61,502 at 500.
	// The policies: 1,000 at 10. In flight: 10,000 * 0.4 s / 100.
	want := []Bound{
		{admission.FlagHostRate, 1, "192.0.2.80", 1000, 1000}, {admission.FlagDNSRate, 500, "", 61502, 123.004},
		{admission.FlagHTTPSRate, 10, "", 1000, 100}, {"in-flight", 100, "", 10_000, 40}, {admission.FlagSMTPRate, 50, "", 111, 2.22},
	}
	if !slices.Equal(e.Bounds, want) || e.Seconds != 1000 {
		t.Errorf("bounds %+v\nwant %+v", e.Bounds, want)
	}
	if want := int64(61502*BytesQuery + 1000*BytesPolicy + 111*BytesSession); e.Network != want {
		t.Errorf("network %d, want %d", e.Network, want)
	}
	// Rows of sessions: 100 own ones; the provider's in each of 20 chunks; the
	// stranger's, 100 names of 10,000, in each of 20 chunks too.
	if want := int64(100*10_000 + 1000*DiskPolicy + (100+20+20)*DiskSession); e.Evidence != want {
		t.Errorf("evidence %d, want %d", e.Evidence, want)
	}
}

// A sample that is the whole list is exact, but for what only failures show.
func TestEstimateOfTheWholeList(t *testing.T) {
	s := NewSample()
	for n := range 10 {
		s.Add(named(n, n%3, n == 0, endpoint("mx.provider.test", "198.51.100.1"), endpoint(fmt.Sprintf("mx.d%d.example", n), "203.0.113.1")), analysis.Verdict{})
	}
	e := s.Estimate(Plan{Names: 10, Tries: 1})
	if (e.Queries != Count{11, 11, 11}) || (e.Sessions != Count{11, 11, 11}) || (e.Policies != Count{1, 1, 2}) || len(e.Bounds) != 0 {
		t.Errorf("%+v", e)
	}
	if e := NewSample().Estimate(Plan{}); e.Queries != (Count{}) || e.Seconds != 0 {
		t.Errorf("of nothing: %+v", e)
	}
}
