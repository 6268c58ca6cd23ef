package admission

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"stscan/internal/evidence"
	"stscan/internal/neterr"
)

// contact is one to an address, without a host unless given.
func contact(addr string, host ...string) Contact {
	c := Contact{Kind: SMTP, Addr: netip.MustParseAddr(addr)}
	if len(host) > 0 {
		c.Host = host[0]
	}
	return c
}

// grants notes when contacts were granted, by key.
type grants struct {
	mu sync.Mutex
	at map[string][]time.Time
}

func (g *grants) add(keys ...string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, k := range keys {
		g.at[k] = append(g.at[k], time.Now())
	}
}

// check looks at every window between two grants: more than rate times its
// length and the burst is too many.
func (g *grants) check(t *testing.T, key string, perSecond float64) {
	t.Helper()
	times := g.at[key]
	slices.SortFunc(times, time.Time.Compare)
	for i := range times {
		for j := i; j < len(times); j++ {
			window := times[j].Sub(times[i])
			if most := perSecond*window.Seconds() + float64(burst(perSecond)); float64(j-i+1) > most+1e-6 {
				t.Fatalf("%s: %d contacts in %s, at most %.2f allowed", key, j-i+1, window, most)
			}
		}
	}
}

func TestRatesHoldInEveryWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := Limits{SMTPRate: 20, HTTPSRate: 50, HostRate: 2, HostConcurrency: 2, NetRate: 5, OperatorRate: 8}
		gate := NewGate(GateConfig{Limits: l})
		got := &grants{at: map[string][]time.Time{}}
		rng := rand.New(rand.NewPCG(1, 2))
		var wg sync.WaitGroup
		atOnce := map[string]int{}
		for range 600 {
			c := Contact{
				Kind: []Kind{SMTP, HTTPS}[rng.IntN(2)],
				Host: fmt.Sprintf("mx%d.op%d.example", rng.IntN(9), rng.IntN(4)),
				Addr: netip.AddrFrom4([4]byte{8, 8, byte(rng.IntN(6)), byte(rng.IntN(4))}),
			}
			start, held := time.Duration(rng.Int64N(int64(20*time.Second))), time.Duration(rng.Int64N(int64(3*time.Second)))
			wg.Go(func() {
				time.Sleep(start)
				release, wait, err := gate.Acquire(t.Context(), c, Wait{})
				if err != nil {
					t.Error(err)
					return
				}
				host := "host " + c.Addr.String()
				got.add(string(c.Kind), host, "net "+network(c.Addr).String(), "op "+c.Host[4:])
				got.mu.Lock()
				if atOnce[host]++; atOnce[host] > 2 {
					t.Errorf("%s: %d at once", host, atOnce[host])
				}
				got.mu.Unlock()
				if wait < 0 {
					t.Errorf("waited %s", wait)
				}
				time.Sleep(held)
				got.mu.Lock()
				atOnce[host]--
				got.mu.Unlock()
				release()
			})
		}
		wg.Wait()
		for key := range got.at {
			perSecond := map[string]float64{"smtp": 20, "http": 50, "host": 2, "net ": 5, "op o": 8}[key[:4]]
			if perSecond == 0 {
				t.Fatalf("key %q", key)
			}
			got.check(t, key, perSecond)
		}
		if s := gate.Stats(); s.Contacts[SMTP]+s.Contacts[HTTPS] != 600 || s.Contacts[DNS] != 0 {
			t.Errorf("stats %+v", s)
		}
		for flag, n := range gate.Stats().Waiting {
			if n != 0 {
				t.Errorf("%d contacts wait for %s after all are done", n, flag)
			}
		}
	})
}

// TestRateIsUsed: the budgets hold contacts up no longer than they must.
func TestRateIsUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := NewGate(GateConfig{Limits: Limits{HostRate: 2, SMTPRate: 100}})
		start := time.Now()
		var wg sync.WaitGroup
		for range 21 {
			wg.Go(func() {
				release, _, err := gate.Acquire(t.Context(), contact("8.8.8.8"), Wait{})
				if err != nil {
					t.Error(err)
					return
				}
				release()
			})
		}
		wg.Wait()
		if d := time.Since(start); d < 10*time.Second || d > 10*time.Second+time.Millisecond {
			t.Errorf("21 contacts at 2 a second took %s, want 10s", d)
		}
	})
}

func TestServedInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := NewGate(GateConfig{Limits: Limits{HostRate: 1, HostConcurrency: 1, NetRate: 1}})
		var mu sync.Mutex
		var order []int
		var wg sync.WaitGroup
		for i := range 30 {
			wg.Go(func() {
				time.Sleep(time.Duration(i) * time.Millisecond)
				release, _, err := gate.Acquire(t.Context(), contact("8.8.8.8"), Wait{})
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				order = append(order, i)
				mu.Unlock()
				release()
			})
		}
		wg.Wait()
		if !slices.IsSorted(order) {
			t.Errorf("served in the order %v", order)
		}
	})
}

// TestHotAddressHoldsUpNobodyElse: half of the contacts go to one address.
func TestHotAddressHoldsUpNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := NewGate(GateConfig{Limits: Limits{HTTPSRate: 100, HostRate: 1, HostConcurrency: 1, NetRate: 5, OperatorRate: 10}})
		start := time.Now()
		var hot, others sync.WaitGroup
		one := func(wg *sync.WaitGroup, c Contact) {
			wg.Go(func() {
				release, _, err := gate.Acquire(t.Context(), c, Wait{})
				if err != nil {
					t.Error(err)
					return
				}
				release()
			})
		}
		for i := range 500 {
			one(&hot, Contact{HTTPS, fmt.Sprintf("mta-sts.d%d.example", i), netip.MustParseAddr("8.8.8.8")})
			one(&others, Contact{HTTPS, fmt.Sprintf("mta-sts.o%d.example", i), netip.AddrFrom4([4]byte{9, byte(i / 250), byte(i % 250), 1})})
		}
		others.Wait()
		if d := time.Since(start); d > 6*time.Second {
			t.Errorf("500 contacts to as many addresses at 100 a second took %s", d)
		}
		if n := gate.Stats().Waiting[FlagHostConcurrency] + gate.Stats().Waiting[FlagHostRate]; n < 400 {
			t.Errorf("%d contacts are shown to wait for the hot address", n)
		}
		hot.Wait()
	})
}

// TestGiveBack: a contact that cannot be served in time uses nothing up.
func TestGiveBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := NewGate(GateConfig{Limits: Limits{SMTPRate: 0.1, HostRate: 0.1, HostConcurrency: 1}})
		first, _, err := gate.Acquire(t.Context(), contact("8.8.8.8"), Wait{})
		if err != nil {
			t.Fatal(err)
		}
		first()
		// Another address: its own budgets are free, the ceiling is used up for 10 s.
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		_, wait, err := gate.Acquire(ctx, contact("9.9.9.9"), Wait{})
		cancel()
		var r neterr.Refusal
		if !errors.As(err, &r) || r.Kind != evidence.KindBudget || !strings.Contains(r.What, "smtp-rate") {
			t.Fatalf("error %v, want a refusal by smtp-rate", err)
		}
		if time.Since(start) != 0 || wait != 0 {
			t.Errorf("the refusal took %s, though it could be foreseen", time.Since(start))
		}
		time.Sleep(10 * time.Second)
		ctx, cancel = context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		second, _, err := gate.Acquire(ctx, contact("9.9.9.9"), Wait{})
		if err != nil {
			t.Fatalf("the refused contact used something up: %v", err)
		}
		second()
		if s := gate.Stats(); s.Refused[evidence.KindBudget] != 1 || s.Contacts[SMTP] != 2 {
			t.Errorf("stats %+v", s)
		}
	})
}

// TestGiveUpWhileWaiting: the deadline passes, or the run is cancelled, while a
// contact stands in each place where it can wait; those behind it still pass.
func TestGiveUpWhileWaiting(t *testing.T) {
	for name, l := range map[string]Limits{
		"concurrency":   {HostConcurrency: 1},
		"host rate":     {HostRate: 0.01},
		"net rate":      {HostRate: 1000, HostConcurrency: 1, NetRate: 0.01},
		"operator rate": {HostRate: 1000, HostConcurrency: 1, NetRate: 1000, OperatorRate: 0.01},
		"ceiling":       {HostRate: 1000, HostConcurrency: 1, NetRate: 1000, OperatorRate: 1000, SMTPRate: 0.01},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				gate := NewGate(GateConfig{Limits: l})
				c := contact("8.8.8.8", "mx.op.example")
				first, _, err := gate.Acquire(t.Context(), c, Wait{})
				if err != nil {
					t.Fatal(err)
				}
				if l.HostConcurrency == 0 || l.HostRate > 0 {
					first()
				}
				cancelled, cancel := context.WithCancel(t.Context())
				timed, stop := context.WithTimeout(t.Context(), 150*time.Second) // enough for one, not for three
				defer stop()
				type result struct {
					who string
					err error
				}
				results := make(chan result, 3)
				acquire := func(who string, ctx context.Context) {
					release, _, err := gate.Acquire(ctx, c, Wait{})
					if err == nil {
						release()
					}
					results <- result{who, err}
				}
				go acquire("cancelled", cancelled)
				synctest.Wait()
				if l.HostConcurrency == 1 && l.HostRate == 0 {
					go acquire("timed", timed)
					synctest.Wait()
				}
				go acquire("last", t.Context())
				time.Sleep(time.Second)
				cancel()
				if r := <-results; r.who != "cancelled" || r.err != context.Canceled {
					t.Fatalf("first to end: %+v", r)
				}
				if l.HostConcurrency == 1 && l.HostRate == 0 {
					r := <-results
					var refusal neterr.Refusal
					if r.who != "timed" || !errors.As(r.err, &refusal) || refusal.Kind != evidence.KindBudget {
						t.Fatalf("second to end: %+v", r)
					}
					first()
				}
				if r := <-results; r.who != "last" || r.err != nil {
					t.Fatalf("last to end: %+v", r)
				}
				for flag, n := range gate.Stats().Waiting {
					if n != 0 {
						t.Errorf("%d wait for %s", n, flag)
					}
				}
				for _, host := range gate.budgets.hosts.byKey {
					if host.users != 0 || host.queue != 0 || len(host.turn) != 0 || len(host.slots) != 0 {
						t.Errorf("left behind: %+v", host)
					}
				}
			})
		})
	}
}

func TestReleaseTwice(t *testing.T) {
	gate := NewGate(GateConfig{Limits: Limits{HostConcurrency: 2}})
	a, _, err := gate.Acquire(t.Context(), contact("8.8.8.8"), Wait{})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err = gate.Acquire(t.Context(), contact("8.8.8.8"), Wait{}); err != nil {
		t.Fatal(err)
	}
	a()
	a()
	if n := len(gate.budgets.hosts.byKey[netip.MustParseAddr("8.8.8.8")].slots); n != 1 {
		t.Errorf("%d contacts are held, want 1", n)
	}
}

// TestSameHostInEveryForm: the forms of an address share its budget.
func TestSameHostInEveryForm(t *testing.T) {
	gate := NewGate(GateConfig{Limits: Limits{HostRate: 1, NetRate: 1}})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, _, err := gate.Acquire(ctx, contact("8.8.8.8"), Wait{}); err != nil {
		t.Fatal(err)
	}
	for _, addr := range []string{"::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1", "8.8.8.9"} {
		if _, _, err := gate.Acquire(ctx, contact(addr), Wait{}); err == nil {
			t.Errorf("%s has a budget of its own", addr)
		}
	}
	if _, _, err := gate.Acquire(ctx, contact("8.8.9.8"), Wait{}); err != nil {
		t.Errorf("another /24: %v", err)
	}
}

func TestOperator(t *testing.T) {
	for host, want := range map[string]string{
		"aspmx.l.google.com":       "google.com",
		"ALT1.aspmx.l.GOOGLE.com.": "google.com",
		"mx.example.co.uk":         "example.co.uk",
		"co.uk":                    "co.uk",
		"localhost":                "localhost",
		"mx.x.github.io":           "x.github.io",
	} {
		if got := operator(host); got != want {
			t.Errorf("operator(%q) = %q, want %q", host, got, want)
		}
	}
}

// TestSpecialBudgets: to special addresses only the budgets given by flag apply,
// and only where special addresses are allowed at all.
func TestSpecialBudgets(t *testing.T) {
	slow := Limits{SMTPRate: 0.001, HostRate: 0.001, HostConcurrency: 1, NetRate: 0.001, OperatorRate: 0.001, DNSRate: 0.001}
	twice := func(c GateConfig, addr string, kind Kind) error {
		gate := NewGate(c)
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		for range 2 {
			if _, _, err := gate.Acquire(ctx, Contact{kind, "mx.example", netip.MustParseAddr(addr)}, Wait{}); err != nil {
				return err
			}
		}
		return nil
	}
	if err := twice(GateConfig{Limits: slow, AllowSpecial: true}, "127.0.0.1", SMTP); err != nil {
		t.Errorf("loopback without flags: %v", err)
	}
	if err := twice(GateConfig{Limits: slow, AllowSpecial: true}, "127.0.0.1", DNS); err != nil {
		t.Errorf("loopback resolver without flags: %v", err)
	}
	if err := twice(GateConfig{Limits: slow, AllowSpecial: true}, "8.8.8.8", SMTP); err == nil {
		t.Error("a public address has no budget")
	}
	if err := twice(GateConfig{Limits: slow}, "127.0.0.1", DNS); err == nil {
		t.Error("a local resolver has no budget though special addresses are not allowed")
	}
	for _, flag := range []string{FlagSMTPRate, FlagHostRate, FlagHostConcurrency, FlagNetRate, FlagOperatorRate} {
		l := slow
		l.Explicit = map[string]bool{flag: true}
		err := twice(GateConfig{Limits: l, AllowSpecial: true}, "127.0.0.1", SMTP)
		if err == nil || !strings.Contains(err.Error(), flag) {
			t.Errorf("loopback with --%s: %v", flag, err)
		}
	}
}

func TestNoLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := NewGate(GateConfig{Limits: NoLimits()})
		start := time.Now()
		for range 1000 {
			for _, k := range []Kind{DNS, HTTPS, SMTP} {
				if _, _, err := gate.Acquire(t.Context(), Contact{k, "mx.example", netip.MustParseAddr("8.8.8.8")}, Wait{}); err != nil {
					t.Fatal(err)
				}
			}
		}
		if d := time.Since(start); d != 0 {
			t.Errorf("waited %s", d)
		}
	})
}

// TestLanesAreForgotten: many destinations take no memory for long, and none of
// them gains a token by being forgotten.
func TestLanesAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const perSecond, n = 0.05, 50_000 // a token comes back after 20 s: 20,000 contacts later
		gate := NewGate(GateConfig{Limits: Limits{HostRate: perSecond, NetRate: perSecond, OperatorRate: perSecond}})
		acquire := func(n int) error {
			ctx, cancel := context.WithTimeout(t.Context(), time.Microsecond)
			defer cancel()
			addr := netip.AddrFrom4([4]byte{byte(20 + n>>16), byte(n >> 8), byte(n), 1})
			release, _, err := gate.Acquire(ctx, Contact{HTTPS, fmt.Sprintf("h.d%d.example", n), addr}, Wait{})
			if err == nil {
				release()
			}
			return err
		}
		for i := range n {
			if err := acquire(i); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Millisecond)
		}
		for i := n - 19_900; i < n; i += 100 {
			if acquire(i) == nil {
				t.Fatalf("destination %d was contacted twice within %d ms", i, n-i)
			}
		}
		for name, size := range map[string]int{
			"hosts": len(gate.budgets.hosts.byKey), "nets": len(gate.budgets.nets.byKey), "operators": len(gate.budgets.operators.byKey),
		} {
			if size >= n {
				t.Errorf("%d %s are held, none was forgotten", size, name)
			}
		}
	})
}

func BenchmarkAcquire(b *testing.B) {
	for name, c := range map[string]Contact{
		"dns":  {Kind: DNS, Addr: netip.MustParseAddr("9.9.9.9")},
		"smtp": {SMTP, "mx1.provider.example", netip.MustParseAddr("8.8.8.8")},
	} {
		b.Run(name, func(b *testing.B) {
			fast := Limits{DNSRate: 1e9, SMTPRate: 1e9, HostRate: 1e9, HostConcurrency: 10, NetRate: 1e9, OperatorRate: 1e9}
			gate := NewGate(GateConfig{Limits: fast})
			b.ReportAllocs()
			for b.Loop() {
				release, _, err := gate.Acquire(b.Context(), c, Wait{})
				if err != nil {
					b.Fatal(err)
				}
				release()
			}
		})
	}
}

func BenchmarkSpecial(b *testing.B) {
	a := netip.MustParseAddr("2606:4700:4700::1111")
	for b.Loop() {
		if _, special := Special(a); special {
			b.Fatal()
		}
	}
}
