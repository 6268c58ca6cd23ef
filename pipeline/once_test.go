package pipeline

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"stscan/internal/evidence"
	"stscan/internal/neterr"
	"stscan/pipeline/admission"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type answer struct {
	n    int64
	kind evidence.Kind
}

func newOnce(next func(context.Context, string) answer) *Once[string, answer] {
	return NewOnce(probeFunc[string, answer](next), Keeping[string, answer]{
		Max:       100,
		Recount:   true,
		Keep:      func(a answer) bool { return a.kind != evidence.KindBudget },
		Succeeded: func(a answer) bool { return a.kind == "" },
		Left:      func(_ string, err error) answer { return answer{kind: neterr.Failure(evidence.OpDial, err).Kind} },
	})
}

// However many names share an endpoint, it is contacted once a pass: callers
// that come while it is under way wait for it.
func TestOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int64
		once := newOnce(func(context.Context, string) answer {
			time.Sleep(time.Second)
			return answer{n: asked.Add(1)}
		})
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() {
				if a := once.Probe(t.Context(), "mx"); a.n != 1 {
					t.Errorf("%+v", a)
				}
			})
		}
		all.Wait()
		if asked.Load() != 1 || once.Repeated() != 0 {
			t.Errorf("asked %d times", asked.Load())
		}
	})
}

// The second pass never reads a first attempt's failure, but shares its successes.
func TestForgetFailures(t *testing.T) {
	var asked atomic.Int64
	once := newOnce(func(_ context.Context, key string) answer {
		a := answer{n: asked.Add(1)}
		if key == "bad" {
			a.kind = evidence.KindTimeout
		}
		return a
	})
	ask := func(key string) int64 { return once.Probe(t.Context(), key).n }
	if good, bad := ask("good"), ask("bad"); good != 1 || bad != 2 || ask("bad") != 2 {
		t.Error("a failure is kept within a pass")
	}
	once.ForgetFailures()
	if ask("good") != 1 || ask("bad") != 3 {
		t.Error("after ForgetFailures")
	}
	if once.Repeated() != 0 {
		t.Errorf("%d repeated: once a pass is no repetition", once.Repeated())
	}
}

// What an earlier process asked, and this one has had to forget, is a repetition.
func TestFilledAndForgotten(t *testing.T) {
	once := newOnce(func(context.Context, string) answer { return answer{} })
	const filled = 10_000
	for n := range filled {
		once.Fill(fmt.Sprint(n), answer{})
	}
	asked := 0
	for n := range filled {
		before := once.Repeated()
		once.Probe(t.Context(), fmt.Sprint(n))
		asked += int(once.Repeated() - before)
	}
	if asked < filled-2*100 { // of which the cache keeps 100
		t.Errorf("%d repeated of %d", asked, filled)
	}
}

// Where nobody was contacted, the next caller asks again.
func TestNotKept(t *testing.T) {
	var asked atomic.Int64
	once := newOnce(func(context.Context, string) answer { return answer{n: asked.Add(1), kind: evidence.KindBudget} })
	if once.Probe(t.Context(), "mx").n != 1 || once.Probe(t.Context(), "mx").n != 2 {
		t.Error("an answer of nobody was kept")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if a := once.Probe(ctx, "mx"); a.kind != evidence.KindCancelled {
		t.Errorf("%+v", a)
	}
}

// queue is an admission that serves one contact at a time, a second each.
type queue struct{ lane chan struct{} }

func (queue) Refuses(string, netip.Addr) evidence.Kind { return "" }

func (q queue) Acquire(ctx context.Context, _ admission.Contact, w admission.Wait) (func(), time.Duration, error) {
	select {
	case q.lane <- struct{}{}:
		return func() { time.Sleep(time.Second); <-q.lane }, 0, w.Ready(ctx)
	case <-w.Patience.Done():
		return nil, 0, neterr.Refusal{Kind: evidence.KindBudget, What: "no time"}
	}
}

func limited(next func(context.Context, evidence.Endpoint) evidence.Session, a Admission, slots Slots) *Limited[evidence.Endpoint, evidence.Session] {
	return &Limited[evidence.Endpoint, evidence.Session]{
		Next: probeFunc[evidence.Endpoint, evidence.Session](next), Admission: a, Slots: slots,
		Contact: func(e evidence.Endpoint) admission.Contact {
			return admission.Contact{Kind: admission.SMTP, Host: e.Host, Addr: e.Addr}
		},
		Refused: func(e evidence.Endpoint, f evidence.Failure) evidence.Session {
			return evidence.Session{Endpoint: e, Failure: f}
		},
	}
}

// Names that wait for one slow destination hold no slot: others go on.
func TestWaitingHoldsNoSlot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slots := NewSlots(1)
		hot := limited(func(context.Context, evidence.Endpoint) evidence.Session { return evidence.Session{} }, queue{make(chan struct{}, 1)}, slots)
		parked := Parked[evidence.Endpoint, evidence.Session]{Next: hot, Slots: slots}
		var waiting sync.WaitGroup
		for range 50 {
			waiting.Go(func() {
				slots.take()
				defer slots.give()
				parked.Probe(t.Context(), evidence.Endpoint{Host: "hot"})
			})
		}
		began := time.Now()
		for range 100 { // work of other names, which takes no time
			if err := slots.Take(t.Context()); err != nil {
				t.Fatal(err)
			}
			slots.give()
		}
		if took := time.Since(began); took > 0 {
			t.Errorf("other names waited %v", took)
		}
		waiting.Wait()
		if hot.Made() != 50 {
			t.Errorf("%d contacts", hot.Made())
		}
	})
}

// A chunk's patience ends the wait for a budget; the wait never counts for the
// probe's own time.
func TestPatienceAndProbeTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var deadline time.Time
		l := limited(func(ctx context.Context, e evidence.Endpoint) evidence.Session {
			deadline, _ = ctx.Deadline()
			return evidence.Session{Endpoint: e}
		}, queue{make(chan struct{}, 1)}, NewSlots(1))
		l.Admission.(queue).lane <- struct{}{}
		p := newPatience(t.Context(), true, func() {})
		p.started(uncontrolled{}.Paused)
		began := time.Now()
		ctx := impatient{p.with(t.Context()), p}
		if s := l.Probe(ctx, evidence.Endpoint{}); time.Since(began) != SoftDeadline || s.Failure.Kind != evidence.KindBudget || l.Made() != 0 {
			t.Errorf("%+v, %d contacts", s.Failure, l.Made())
		}
		go func() { time.Sleep(time.Hour); <-l.Admission.(queue).lane }()
		if s := l.Probe(ProbeTime(t.Context(), time.Minute), evidence.Endpoint{}); s.Failure.Failed() {
			t.Errorf("%+v", s.Failure)
		}
		if left := time.Until(deadline); left <= 0 || left > time.Minute {
			t.Errorf("the probe had %v", left)
		}
	})
}

// Two networks are remembered of each, whatever comes after.
func TestVantage(t *testing.T) {
	var v Vantage
	for _, s := range []struct {
		addr   string
		op     evidence.Op
		masked bool
	}{{"20.1.0.1", evidence.OpDial, false}, {"20.2.0.1", evidence.OpGreet, false}, {"20.2.9.9", "", false}, {"2001:db8:1::1", "", true}, {"20.4.0.1", "", false}} {
		session := evidence.Session{Endpoint: evidence.Endpoint{Addr: netip.MustParseAddr(s.addr)}, Failure: evidence.Failure{Op: s.op}}
		v.Learn(session, s.masked)
	}
	v.Recall(nil, []string{"20.9.0.0/16"})
	reached, masked := v.Known()
	if len(reached) != 2 || reached[0] != "20.2.0.0/16" || reached[1] != "2001:db8::/32" {
		t.Errorf("reached %v", reached)
	}
	if len(masked) != 2 || masked[0] != "2001:db8::/32" || masked[1] != "20.9.0.0/16" {
		t.Errorf("masked %v", masked)
	}
}
