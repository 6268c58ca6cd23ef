package pipeline

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"stscan/internal/evidence"
)

// one collects example.com.
func one(t *testing.T, c *Collector) evidence.Case {
	t.Helper()
	return c.Collect(t.Context(), evidence.Target{Domain: "example.com", RegistrablePrivate: "example.com"}, 1, nil)
}

func questions(c evidence.Case) []string {
	var out []string
	for _, l := range c.Domain.Lookups {
		q := l.Question.Name + " " + l.Question.Type
		if l.Question.CD {
			q += " CD"
		}
		out = append(out, q)
	}
	return out
}

// What is asked, and of whom, in order.
func TestCollect(t *testing.T) {
	for _, c := range []struct {
		name     string
		zone     zone
		adjust   func(*Collector)
		asked    []string
		fetched  int
		sessions int
		skipped  []evidence.Skip
	}{
		{name: "a name that signals nothing costs two questions",
			zone:  zone{"example.com MX": {"10 mx.example.com."}},
			asked: []string{"_mta-sts.example.com TXT", "example.com MX"}},
		{name: "without MX its address is asked for, AAAA only without A",
			zone:  zone{"example.com A": {"192.0.2.1"}},
			asked: []string{"_mta-sts.example.com TXT", "example.com MX", "example.com A"}},
		{name: "a deployment is followed to its MX",
			zone: deployed("example.com"),
			asked: []string{"_mta-sts.example.com TXT", "example.com MX", "example.com NS", "mta-sts.example.com A", "mta-sts.example.com AAAA",
				"mx.example.com A", "mx.example.com AAAA"},
			fetched: 1, sessions: 1},
		{name: "foreign TXT: is it a wildcard?",
			zone:  zone{"_mta-sts.example.com TXT": {"v=spf1 -all"}, "example.com MX": {"0 ."}},
			asked: []string{"_mta-sts.example.com TXT", "example.com MX", "_stscan-* TXT"}},
		{name: "no MX is contacted with --probe-mx none",
			zone: deployed("example.com"), adjust: func(c *Collector) { c.ProbeMX = None },
			asked: []string{"_mta-sts.example.com TXT", "example.com MX", "example.com NS", "mta-sts.example.com A", "mta-sts.example.com AAAA",
				"mx.example.com A", "mx.example.com AAAA"},
			fetched: 1, skipped: []evidence.Skip{{Step: "mx", Host: "mx.example.com", Address: "192.0.2.1", Why: evidence.WhyNotAsked}}},
		{name: "every MX is contacted with --probe-mx all",
			zone:   zone{"example.com MX": {"10 mx.example.com."}, "mx.example.com A": {"192.0.2.1"}},
			adjust: func(c *Collector) { c.ProbeMX = All },
			asked:  []string{"_mta-sts.example.com TXT", "example.com MX", "mx.example.com A", "mx.example.com AAAA"}, sessions: 1},
		{name: "a policy is fetched without a record with --fetch-policy always",
			zone:    zone{"example.com MX": {"0 ."}, "mta-sts.example.com A": {"192.0.2.80"}},
			adjust:  func(c *Collector) { c.FetchPolicy = Always },
			asked:   []string{"_mta-sts.example.com TXT", "example.com MX", "mta-sts.example.com A", "mta-sts.example.com AAAA"},
			fetched: 1},
		{name: "an opted-out name is not even asked for",
			zone: deployed("example.com"), adjust: func(c *Collector) { c.Admission = open{"example.com": evidence.KindOptedOut} },
			skipped: []evidence.Skip{{Step: "domain", Host: "example.com", Why: "opted_out"}}},
		{name: "a special address is left out",
			zone: deployed("example.com"), adjust: func(c *Collector) { c.Admission = open{"192.0.2.1": evidence.KindSpecialAddress} },
			asked: []string{"_mta-sts.example.com TXT", "example.com MX", "example.com NS", "mta-sts.example.com A", "mta-sts.example.com AAAA",
				"mx.example.com A", "mx.example.com AAAA"},
			fetched: 1, skipped: []evidence.Skip{{Step: "mx", Host: "mx.example.com", Address: "192.0.2.1", Why: "special_address"}}},
		{name: "behind a SERVFAIL: DNSSEC?",
			zone: zone{"_mta-sts.example.com TXT": {"v=STSv1; id=1"}, "example.com MX": {"0 ."}, "mta-sts.example.com A": {"SERVFAIL"},
				"mta-sts.example.com A CD": {"192.0.2.80"}},
			asked: []string{"_mta-sts.example.com TXT", "example.com MX", "example.com NS", "mta-sts.example.com A", "mta-sts.example.com AAAA",
				"mta-sts.example.com A CD"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			collector := collector(c.zone)
			if c.adjust != nil {
				c.adjust(collector)
			}
			got := one(t, collector)
			asked := questions(got)
			for i, q := range asked {
				if len(q) > 8 && q[:8] == "_stscan-" {
					asked[i] = "_stscan-* TXT"
				}
			}
			if !slices.Equal(asked, c.asked) {
				t.Errorf("asked\n%q, want\n%q", asked, c.asked)
			}
			if len(got.Domain.Fetches) != c.fetched || len(got.Sessions) != c.sessions || len(got.Domain.Sessions) != c.sessions {
				t.Errorf("%d fetches, %d sessions; want %d, %d", len(got.Domain.Fetches), len(got.Sessions), c.fetched, c.sessions)
			}
			if !slices.Equal(got.Domain.Skipped, c.skipped) {
				t.Errorf("skipped %+v, want %+v", got.Domain.Skipped, c.skipped)
			}
		})
	}
}

// At most 20 MX hosts by (preference, name), and 4 addresses of each family,
// lowest first; the rest is noted.
func TestCaps(t *testing.T) {
	z := deployed("example.com")
	z["example.com MX"] = nil
	for i := range 25 {
		host := fmt.Sprintf("mx%02d.example.com", i)
		z["example.com MX"] = append([]string{"10 " + host + "."}, z["example.com MX"]...)
		z[host+" A"] = []string{"192.0.2.6", "192.0.2.5", "192.0.2.4", "192.0.2.3", "192.0.2.2", "192.0.2.1"}
		z[host+" AAAA"] = []string{"2001:db8::1"}
	}
	got := one(t, collector(z))
	if len(got.Sessions) != MaxMXHosts*(MaxAddrs+1) {
		t.Errorf("%d sessions", len(got.Sessions))
	}
	var first []string
	for _, s := range got.Sessions[:MaxAddrs+1] {
		first = append(first, s.Endpoint.Host+" "+s.Endpoint.Addr.String())
	}
	want := []string{"mx00.example.com 2001:db8::1", "mx00.example.com 192.0.2.1", "mx00.example.com 192.0.2.2", "mx00.example.com 192.0.2.3", "mx00.example.com 192.0.2.4"}
	if !slices.Equal(first, want) {
		t.Errorf("first %q", first)
	}
	hosts, addrs := 0, 0
	for _, s := range got.Domain.Skipped {
		if s.Why != evidence.WhyCap {
			t.Errorf("%+v", s)
		}
		if s.Address == "" {
			hosts++
		} else {
			addrs++
		}
	}
	if hosts != 5 || addrs != MaxMXHosts*2 {
		t.Errorf("skipped %d hosts, %d addresses", hosts, addrs)
	}
}

// The addresses of a policy host are tried until one gives an HTTP answer, and
// only as long as the minute lasts.
func TestPolicyAddresses(t *testing.T) {
	z := deployed("example.com")
	z["mta-sts.example.com A"] = []string{"192.0.2.81", "192.0.2.82", "192.0.2.83", "192.0.2.84"}
	z["mta-sts.example.com AAAA"] = []string{"2001:db8::80"}
	collect := func(probe func(e evidence.Endpoint) evidence.PolicyFetch) evidence.Case {
		c := collector(z)
		c.IPv6 = false
		c.Policy = probeFunc[evidence.Endpoint, evidence.PolicyFetch](func(_ context.Context, e evidence.Endpoint) evidence.PolicyFetch { return probe(e) })
		return one(t, c)
	}
	refused := evidence.Failure{Op: evidence.OpDial, Kind: evidence.KindRefused}

	got := collect(func(e evidence.Endpoint) evidence.PolicyFetch {
		if e.Addr.String() == "192.0.2.82" {
			return evidence.PolicyFetch{Endpoint: e, Status: 404}
		}
		return evidence.PolicyFetch{Endpoint: e, Failure: refused}
	})
	if len(got.Domain.Fetches) != 2 {
		t.Errorf("an HTTP answer ends it: %d fetches", len(got.Domain.Fetches))
	}
	why := func(c evidence.Case) (out []string) {
		for _, s := range c.Domain.Skipped {
			out = append(out, s.Address+" "+s.Why)
		}
		return out
	}
	if want := []string{"2001:db8::80 ipv6_unavailable", "192.0.2.83 answered", "192.0.2.84 answered"}; !slices.Equal(why(got), want) {
		t.Errorf("%q", why(got))
	}

	got = collect(func(e evidence.Endpoint) evidence.PolicyFetch {
		return evidence.PolicyFetch{Endpoint: e, Failure: refused, Span: evidence.Span{Duration: PolicyTime / 2}}
	})
	if want := []string{"2001:db8::80 ipv6_unavailable", "192.0.2.83 budget", "192.0.2.84 budget"}; !slices.Equal(why(got), want) {
		t.Errorf("%q", why(got))
	}
}

// A name whose MX are all tarpits is given up after its time; sessions that
// another name has paid for cost it nothing.
func TestMXTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		z := deployed("example.com")
		z["mx.example.com A"] = []string{"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"}
		c := collector(z)
		c.MX = probeFunc[evidence.Endpoint, evidence.Session](func(_ context.Context, e evidence.Endpoint) evidence.Session {
			start := time.Now().Add(time.Microsecond)
			time.Sleep(MXTime / 2)
			return evidence.Session{ID: e.Addr.String(), Endpoint: e, Span: evidence.Span{Start: start, Duration: MXTime / 2}}
		})
		if got := one(t, c); len(got.Sessions) != 2 || len(got.Domain.Skipped) != 2 || got.Domain.Skipped[0].Why != "budget" {
			t.Errorf("%d sessions, skipped %+v", len(got.Sessions), got.Domain.Skipped)
		}
		before := time.Now()
		time.Sleep(time.Hour)
		c.MX = probeFunc[evidence.Endpoint, evidence.Session](func(_ context.Context, e evidence.Endpoint) evidence.Session {
			return evidence.Session{ID: e.Addr.String(), Endpoint: e, Span: evidence.Span{Start: before, Duration: MXTime}}
		})
		if got := one(t, c); len(got.Sessions) != 4 {
			t.Errorf("%d sessions", len(got.Sessions))
		}
	})
}
