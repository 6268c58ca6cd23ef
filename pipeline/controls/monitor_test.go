package controls

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"stscan/internal/evidence"
	"stscan/pipeline/admission"
)

// vantage is a network whose parts can be cut, and what a monitor told of it.
type vantage struct {
	mu      sync.Mutex
	noDNS   bool
	noPort  bool
	cacheOn bool // the resolver has lost the network, and answers what it knows
	reached []string
	told    []Change
}

func (v *vantage) set(f func()) {
	v.mu.Lock()
	defer v.mu.Unlock()
	f()
}

// names that the resolver has answered before.
var names = []string{"a.example", "b.example", "c.example"}

func (v *vantage) ask(ctx context.Context, q evidence.Question, within time.Duration) evidence.Lookup {
	v.mu.Lock()
	silent := v.noDNS || v.cacheOn && !slices.Contains(names, q.Name)
	v.mu.Unlock()
	l := evidence.Lookup{Question: q, RCode: evidence.RCodeNoError, Span: evidence.Span{Start: time.Now()}}
	if !silent {
		time.Sleep(10 * time.Millisecond)
		return l
	}
	l.RCode, l.Failure = "", evidence.Failure{Op: evidence.OpResolve, Kind: evidence.KindTimeout}
	select {
	case <-time.After(within):
	case <-ctx.Done():
		l.Failure.Kind = evidence.KindCancelled
	}
	return l
}

func (v *vantage) reach(_ context.Context, c admission.Contact, within time.Duration) evidence.Failure {
	v.mu.Lock()
	v.reached = append(v.reached, c.Host)
	silent := v.noPort
	v.mu.Unlock()
	if silent {
		time.Sleep(within)
		return evidence.Failure{Op: evidence.OpDial, Kind: evidence.KindTimeout}
	}
	return evidence.Failure{}
}

func (v *vantage) tell(c Change) { v.set(func() { v.told = append(v.told, c) }) }

// story is what was told, in short.
func (v *vantage) story() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	var parts []string
	for _, c := range v.told {
		part := c.State
		if len(c.What) > 0 {
			part += "(" + strings.Join(c.What, ",") + ")"
		}
		if c.Paused {
			part += "paused"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, " ")
}

// watched runs f beside a monitor, in simulated time.
func watched(t *testing.T, limit time.Duration, f func(*testing.T, *vantage, *Monitor)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		v := &vantage{}
		m := New(Config{Names: names, PauseLimit: limit, Ask: v.ask, Reach: v.reach, OnChange: v.tell})
		ctx, end := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { m.Run(ctx) })
		time.Sleep(time.Minute)
		f(t, v, m)
		end()
		running.Wait()
	})
}

// failed is a name of which a lookup has failed just now.
func failed() *evidence.Case {
	now := time.Now()
	return &evidence.Case{Domain: evidence.Domain{ScannedAt: now, Lookups: []evidence.Lookup{{
		Span: evidence.Span{Start: now}, Failure: evidence.Failure{Op: evidence.OpResolve, Kind: evidence.KindTimeout},
	}}}}
}

func expectJudged(t *testing.T, m *Monitor, c *evidence.Case, state string, again bool) {
	t.Helper()
	got, gotAgain, err := m.Judge(t.Context(), c)
	if err != nil || got != state || gotAgain != again {
		t.Errorf("judged %s, again %v, %v; want %s, %v", got, gotAgain, err, state, again)
	}
}

// A resolver that falls silent, or has only its cache left, is noticed within
// seconds; what is under way ends, what is new waits until it is back.
func TestResolverGone(t *testing.T) {
	for _, c := range []struct {
		name string
		cut  func(*vantage)
	}{
		{"silent", func(v *vantage) { v.noDNS = true }},
		{"only its cache", func(v *vantage) { v.cacheOn = true }},
	} {
		t.Run(c.name, func(t *testing.T) {
			watched(t, time.Hour, func(t *testing.T, v *vantage, m *Monitor) {
				lit, err := m.Light(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				expectJudged(t, m, failed(), evidence.ControlsOK, false)
				v.set(func() { c.cut(v) })
				cut := time.Now()
				before := failed() // nothing is known yet: it has to wait
				expectJudged(t, m, before, evidence.ControlsFailed, true)
				if lit.Err() == nil {
					t.Fatal("what is under way goes on")
				}
				if took := time.Since(cut); took > 15*time.Second {
					t.Errorf("noticed after %v", took)
				}
				expectJudged(t, m, &evidence.Case{Domain: evidence.Domain{ScannedAt: time.Now()}}, evidence.ControlsFailed, true)
				time.AfterFunc(5*time.Minute, func() { v.set(func() { v.noDNS, v.cacheOn = false, false }) })
				if lit, err = m.Light(t.Context()); err != nil || lit.Err() != nil {
					t.Fatal(err)
				}
				if took := time.Since(cut); took < 5*time.Minute || took > 5*time.Minute+30*time.Second {
					t.Errorf("gone on after %v", took)
				}
				if p := m.Paused(); p < 4*time.Minute || p > 6*time.Minute {
					t.Errorf("paused for %v", p)
				}
				expectJudged(t, m, before, evidence.ControlsFailed, true) // it began before
				expectJudged(t, m, failed(), evidence.ControlsOK, false)
				if s := v.story(); s != "ok failed(DNS)paused ok" {
					t.Errorf("told %s", s)
				}
			})
		})
	}
}

// After the longest pause the run goes on, and its names know.
func TestPauseLimit(t *testing.T) {
	watched(t, 5*time.Minute, func(t *testing.T, v *vantage, m *Monitor) {
		v.set(func() { v.noDNS = true })
		expectJudged(t, m, failed(), evidence.ControlsFailed, true)
		if _, err := m.Light(t.Context()); err != nil {
			t.Fatal(err)
		}
		expectJudged(t, m, failed(), evidence.ControlsFailed, false)
		if err := m.Confirm(t.Context()); err != nil {
			t.Error(err)
		}
		late := failed()
		v.set(func() { v.noDNS = false })
		time.Sleep(time.Minute)
		expectJudged(t, m, late, evidence.ControlsFailed, true) // it began in the dark
		expectJudged(t, m, failed(), evidence.ControlsOK, false)
		if s := v.story(); s != "ok failed(DNS)paused failed(DNS) ok" {
			t.Errorf("told %s", s)
		}
	})
}

// A chunk commits only after a control that began later than its last observation.
func TestConfirm(t *testing.T) {
	watched(t, time.Hour, func(t *testing.T, v *vantage, m *Monitor) {
		time.Sleep(time.Second)
		asked := time.Now()
		if err := m.Confirm(t.Context()); err != nil {
			t.Fatal(err)
		}
		if m.good.Before(asked) || time.Since(asked) > time.Second {
			t.Errorf("confirmed after %v by a control of %v", time.Since(asked), m.good.Sub(asked))
		}
		v.set(func() { v.noDNS = true })
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := m.Confirm(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("confirmed in the dark: %v", err)
		}
	})
}

// connect tells the monitor of a connect.
func connect(m *Monitor, network int, err error) {
	m.Dialling(mx(network, 1))(err)
}

// refusedBy is a name whose one session was refused just now.
func refusedBy(network int) *evidence.Case {
	now := time.Now()
	return &evidence.Case{Domain: evidence.Domain{ScannedAt: now}, Sessions: []evidence.Session{{
		Endpoint: evidence.Endpoint{Host: mx(network, 1).Host, Addr: mx(network, 1).Addr},
		Span:     evidence.Span{Start: now}, Failure: evidence.Failure{Op: evidence.OpDial, Kind: evidence.KindRefused},
	}}}
}

// Formerly good endpoints are asked only when all recent connects failed, in
// five networks; when they fail too, the port is down, until one answers again.
func TestPortBlocked(t *testing.T) {
	watched(t, time.Hour, func(t *testing.T, v *vantage, m *Monitor) {
		for n := range 20 {
			connect(m, n, nil)
		}
		time.Sleep(time.Minute)
		v.set(func() { v.noPort = true })
		cut := time.Now()
		for n := range 4 {
			connect(m, 100+n, syscall.ECONNREFUSED)
		}
		synctest.Wait()
		if len(v.reached) > 0 {
			t.Errorf("%v were asked after four failures", v.reached)
		}
		doubted := refusedBy(100)
		connect(m, 104, syscall.ECONNREFUSED)
		expectJudged(t, m, doubted, evidence.ControlsFailed, true)
		if took := time.Since(cut); took > 10*time.Second {
			t.Errorf("noticed after %v", took)
		}
		if len(v.reached) != witnesses {
			t.Errorf("%v were asked", v.reached)
		}
		time.AfterFunc(3*time.Minute, func() { v.set(func() { v.noPort = false }) })
		if _, err := m.Light(t.Context()); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(cut); took < 3*time.Minute || took > 5*time.Minute {
			t.Errorf("gone on after %v", took)
		}
		if s := v.story(); s != "ok failed(SMTP over IPv4)paused ok" {
			t.Errorf("told %s", s)
		}
		asked := slices.Sorted(slices.Values(v.reached))
		if len(slices.Compact(slices.Clone(asked))) != len(asked) {
			t.Errorf("an endpoint was asked twice within ten minutes: %v", asked)
		}
	})
}

// Targets that are down are not our port: an endpoint that was good still is,
// nobody else is asked, and nothing is held up.
func TestBrokenTargets(t *testing.T) {
	watched(t, time.Hour, func(t *testing.T, v *vantage, m *Monitor) {
		for n := range 20 {
			connect(m, n, nil)
		}
		time.Sleep(time.Minute)
		broken := refusedBy(100)
		for n := range 50 {
			connect(m, 100+n, syscall.ECONNREFUSED)
		}
		expectJudged(t, m, broken, evidence.ControlsOK, false)
		time.Sleep(time.Minute)
		if s := v.story(); s != "ok" {
			t.Errorf("told %s", s)
		}
	})
}

// Without endpoints that were ever good nobody can tell, and nothing is held up.
func TestNothingEverReached(t *testing.T) {
	watched(t, time.Hour, func(t *testing.T, v *vantage, m *Monitor) {
		m.first.decided = true
		broken := refusedBy(100)
		for n := range 50 {
			connect(m, 100+n, syscall.ECONNREFUSED)
		}
		expectJudged(t, m, broken, evidence.ControlsOK, false)
		if s := v.story(); s != "ok" || len(v.reached) > 0 {
			t.Errorf("told %s, asked %v", s, v.reached)
		}
	})
}

// A failure that nothing confirms is looked at again; one that was seen in an
// earlier attempt is confirmed by that.
func TestUnconfirmed(t *testing.T) {
	watched(t, time.Hour, func(t *testing.T, _ *vantage, m *Monitor) {
		connect(m, 1, nil)
		connect(m, 2, nil)
		time.Sleep(time.Minute)
		connect(m, 3, syscall.ECONNREFUSED)
		lone := refusedBy(3)
		expectJudged(t, m, lone, evidence.ControlsOK, true)
		twice := refusedBy(3)
		twice.Domain.Earlier = []evidence.Earlier{{Host: mx(3, 1).Host, Address: mx(3, 1).Addr.String(), Op: evidence.OpDial, Kind: evidence.KindRefused}}
		expectJudged(t, m, twice, evidence.ControlsOK, false)
		twice.Domain.Earlier = append([]evidence.Earlier{{Step: evidence.StepDomain, Kind: evidence.KindLocal}}, twice.Domain.Earlier...)
		expectJudged(t, m, twice, evidence.ControlsOK, true) // that attempt was in the dark
	})
}

// Where nobody may be asked, nothing is learned: neither that all is well nor that it is not.
func TestVoid(t *testing.T) {
	for _, c := range []struct {
		known, random evidence.Kind // "" = answered
		want          result
	}{
		{"", "", good},
		{evidence.KindTimeout, "", bad},
		{"", evidence.KindTimeout, bad},
		{evidence.KindTimeout, evidence.KindTimeout, bad},
		{evidence.KindBudget, evidence.KindBudget, void},
		{evidence.KindCancelled, "", void},
	} {
		m := New(Config{Names: names, Ask: func(_ context.Context, q evidence.Question, _ time.Duration) evidence.Lookup {
			kind := c.random
			if slices.Contains(names, q.Name) {
				kind = c.known
			}
			if kind != "" {
				return evidence.Lookup{Failure: evidence.Failure{Op: evidence.OpResolve, Kind: kind}}
			}
			return evidence.Lookup{RCode: evidence.RCodeNXDomain}
		}})
		if got := m.askAll(t.Context(), names, names, time.Second); got != c.want {
			t.Errorf("known %q, random %q: %v, want %v", c.known, c.random, got, c.want)
		}
	}
}

// Control names are names that exist, and whose servers answer for what no cache
// can know.
func TestChoose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ask := func(ctx context.Context, q evidence.Question, within time.Duration) evidence.Lookup {
			l := evidence.Lookup{RCode: evidence.RCodeNoError}
			switch {
			case q.Name == "gone.example":
				l.RCode = evidence.RCodeNXDomain
			case strings.HasSuffix(q.Name, "dead.example"), strings.HasSuffix(q.Name, ".cached.example"):
				time.Sleep(within)
				l.Failure = evidence.Failure{Op: evidence.OpResolve, Kind: evidence.KindTimeout}
			case strings.HasSuffix(q.Name, "slow.example"):
				select {
				case <-time.After(time.Second):
				case <-ctx.Done():
				}
			}
			return l
		}
		few := []string{"gone.example", "dead.example", "cached.example", "a.example"}
		if got := Choose(t.Context(), ask, few, false); !slices.Equal(got, []string{"a.example"}) {
			t.Errorf("of %v: %v", few, got)
		}
		many := []string{"slow.example", "a.example", "b.example", "c.example", "d.example", "e.example"}
		if got := Choose(t.Context(), ask, many, false); len(got) != maxNames || slices.Contains(got, "slow.example") {
			t.Errorf("of %v: %v", many, got)
		}
		if got := Choose(t.Context(), ask, many, true); len(got) != len(many) {
			t.Errorf("all of %v: %v", many, got)
		}
	})
}
