package main

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/publicsuffix"

	"stscan/internal/evidence"
	"stscan/internal/lab"
	"stscan/pipeline"
	"stscan/pipeline/admission"
	"stscan/sinks"
)

// crowd is a world in which one name in twenty-five signals MTA-STS: half of these
// have their policy on one host, which takes five requests a second, and a
// quarter their mail at one operator, each at a host of its own there.
func crowd(t *testing.T) (m lab.Mixture, hot map[string]bool) {
	t.Helper()
	onHost, atOperator := scenarioNamed(t, "enforce-own"), scenarioNamed(t, "enforce-own")
	onHost.Name = "hot-policy-host"
	onHost.Policy.CNAME = []string{"{domain}.host.hot-sts.test"}
	onHost.Policy.Servers[0].Limit = hotRate
	atOperator.Name = "hot-operator"
	const host = "{dash}.mail.hot-mail.test"
	atOperator.MX = []lab.MX{{Host: host, Preference: 10, Servers: []lab.MailServer{{}}}}
	atOperator.Policy.Servers[0].HTTP.Body = strings.ReplaceAll(atOperator.Policy.Servers[0].HTTP.Body, "mx1.{domain}", host)
	return lab.Mixture{
		{Scenario: scenarioNamed(t, "none-own-mx"), Weight: 96},
		{Scenario: onHost, Weight: 2}, {Scenario: atOperator, Weight: 1}, {Scenario: scenarioNamed(t, "enforce-own"), Weight: 1},
	}, map[string]bool{onHost.Name: true, atOperator.Name: true}
}

const hotRate = 5

// Half of the signalling names want one policy host and a quarter one mail
// operator, and both get no more than they are to get; the other names do not
// notice.
func TestHotDestinations(t *testing.T) {
	mixture, hot := crowd(t)
	limits := admission.Limits{
		DNSRate: 8000, HTTPSRate: 60, SMTPRate: 60, HostRate: hotRate, HostConcurrency: 2, NetRate: 10, OperatorRate: hotRate,
	}
	var list, others strings.Builder
	out := t.TempDir()
	finished := map[string]time.Duration{}
	scan := func(label string, names func() string) {
		bubble(t, func(t *testing.T) {
			var seen contactLog
			world := newWorld(t, lab.Config{Seed: 1, Mixture: mixture, Latency: 20 * time.Millisecond, Observe: seen.add})
			defer world.Close()
			if label == "all" {
				for name := range strings.Lines(manyNames(3_000)) {
					list.WriteString(name)
					if !hot[world.Scenario(strings.TrimSpace(name)).Name] {
						others.WriteString(name)
					}
				}
			}
			began := time.Now()
			result, err := inMemory(t, world, out, names(), func(j *job) {
				j.named, j.inFlight, j.chunkSize, j.conduct.limits, j.retryAfter = label, 120, 120, limits, pipeline.DefaultRetryAfter
			})
			if err != nil || result.State != stateComplete {
				t.Fatalf("%+v %v", result, err)
			}
			expectTruth(t, world, result.Snapshot)
			expectGoodConduct(t, world)
			seen.expectWithin(t, limits)
			if n := world.Counters().Excess; n > 0 {
				t.Errorf("%d requests were more than the host takes", n)
			}
			deferred := expectDeferredForBudgetsOnly(t, world, result.Snapshot, hot)
			finished[label] = lastOf(t, result.Snapshot, func(name string) bool { return !hot[world.Scenario(name).Name] }).Sub(began)
			t.Logf("%s: %d names, others finished after %v, all after %v, %d deferred, %d questions", label, result.Names, finished[label], time.Since(began), deferred, world.Counters().Questions)
		})
	}
	scan("all", list.String)
	scan("others", others.String)
	if with, without := finished["all"], finished["others"]; with > without*110/100 {
		t.Errorf("the others finished after %v, without the hot ones after %v", with, without)
	}
}

// manyNames are n names: those of the demo's list, and names below them.
func manyNames(n int) string {
	base := strings.Fields(demoNames)
	var b strings.Builder
	for i := range n {
		if i >= len(base) {
			fmt.Fprintf(&b, "n%d.", i/len(base))
		}
		b.WriteString(base[i%len(base)] + "\n")
	}
	return b.String()
}

// expectDeferredForBudgetsOnly: whoever is deferred had to wait, and that was
// no failed try.
func expectDeferredForBudgetsOnly(t *testing.T, world *lab.World, dir string, hot map[string]bool) (n int) {
	t.Helper()
	for _, c := range commitsOf(t, dir) {
		for _, d := range c.Deferred {
			n++
			if d.Reason != pipeline.ReasonBudgetWait || !hot[world.Scenario(d.Domain).Name] || len(d.Earlier) > 0 {
				t.Errorf("deferred: %+v, of scenario %s", d, world.Scenario(d.Domain).Name)
			}
		}
	}
	return n
}

// lastOf is when the last evidence of the names that count was there.
func lastOf(t *testing.T, dir string, counts func(string) bool) (last time.Time) {
	t.Helper()
	for _, record := range commitsOf(t, dir) {
		for c, err := range sinks.ReadCases(dir, record.Chunk) {
			if err != nil {
				t.Fatal(err)
			}
			if !counts(c.Domain.Target.Domain) {
				continue
			}
			var spans []evidence.Span
			for _, l := range c.Domain.Lookups {
				spans = append(spans, l.Span)
			}
			for _, f := range c.Domain.Fetches {
				spans = append(spans, f.Span)
			}
			for _, s := range c.Sessions {
				spans = append(spans, s.Span)
			}
			for _, s := range spans {
				if end := s.Start.Add(s.Duration); end.After(last) {
					last = end
				}
			}
		}
	}
	return last
}

// contactLog is when whom the scanner contacted.
type contactLog struct {
	mu sync.Mutex
	at map[string][]time.Time // by what has a budget
}

func (l *contactLog) add(e lab.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.at == nil {
		l.at = map[string][]time.Time{}
	}
	note := func(key string) { l.at[key] = append(l.at[key], e.At) }
	switch e.Kind {
	case lab.Asked:
		note("dns")
	case lab.Connected:
		note(map[uint16]string{25: "smtp", 443: "https"}[e.Addr.Port()])
		note("host " + e.Addr.Addr().String())
		note("net " + netip.PrefixFrom(e.Addr.Addr(), 24).Masked().String())
	case lab.Named:
		operator, _ := publicsuffix.EffectiveTLDPlusOne(e.Host)
		note(fmt.Sprintf("operator %s, port %d", operator, e.Addr.Port())) // the name comes sooner over HTTPS than in SMTP
	}
}

// expectWithin looks at every window between two contacts: more than the rate
// times its length and the burst, a tenth of a second's worth, is too many.
func (l *contactLog) expectWithin(t *testing.T, limits admission.Limits) {
	t.Helper()
	for key, times := range l.at {
		sort, _, _ := strings.Cut(key, " ")
		rate := map[string]float64{"dns": limits.DNSRate, "smtp": limits.SMTPRate, "https": limits.HTTPSRate,
			"host": limits.HostRate, "net": limits.NetRate, "operator": limits.OperatorRate}[sort]
		slices.SortFunc(times, time.Time.Compare)
		if rate == 0 { // no limit
			continue
		}
		if n, window := tooMany(times, rate); n > 0 {
			t.Errorf("%s: %d contacts in %v, allowed are %v a second", key, n, window, rate)
		}
	}
}

// tooMany finds a window with too many contacts. What has come by a moment, less
// what may come until then, grows by more than the burst within it: one look at
// each contact is enough.
func tooMany(times []time.Time, rate float64) (n int, window time.Duration) {
	burst := max(1, float64(int(rate/10)))
	least, from := 0.0, 0
	for i, at := range times {
		ahead := float64(i) - rate*at.Sub(times[0]).Seconds() // before this contact
		if i == 0 || ahead < least {
			least, from = ahead, i
		}
		if ahead+1-least > burst+1e-6 {
			return i - from + 1, at.Sub(times[from])
		}
	}
	return 0, 0
}
