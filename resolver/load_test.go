package resolver

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"

	"stscan/internal/evidence"
)

// busy is a server that takes so long for each query and holds so many; what
// comes while it holds as many is lost, as in a full receive buffer.
type busy struct {
	each time.Duration
	room int

	mu   sync.Mutex
	free time.Time // when it has served all it holds
	lost int
}

func (b *busy) handle(_ string, query *dns.Msg) []packet {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if b.free.Before(now) {
		b.free = now
	}
	if b.free.Sub(now) > time.Duration(b.room)*b.each {
		b.lost++
		return nil
	}
	b.free = b.free.Add(b.each)
	out := sends(good(query))
	out[0].after = b.free.Sub(now)
	return out
}

// defaultRoom is how many small datagrams the default receive buffer of Linux
// holds.
const defaultRoom = 212992 / 768

// probeAll asks for n names at once, and returns how many were answered.
func probeAll(r *Resolver, n int) int {
	var (
		all      sync.WaitGroup
		mu       sync.Mutex
		answered int
	)
	for i := range n {
		all.Go(func() {
			l := r.Probe(context.Background(), txt(fmt.Sprintf("_mta-sts.d%d.example", i)))
			if len(l.Records) == 1 && l.Records[0] == "good" {
				mu.Lock()
				answered++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return answered
}

// Ten thousand questions at once, and a server with a small buffer: each is
// asked exactly once.
func TestManyAtOnceWithoutLoss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 10_000
		server := &busy{each: 20 * time.Microsecond, room: defaultRoom}
		w := newWorld(map[netip.AddrPort]handler{addrA: server.handle})
		r := open(t, w, nil, addrA)
		if got := probeAll(r, n); got != n {
			t.Errorf("%d answered, want %d", got, n)
		}
		if r.Queries() != n || server.lost != 0 || r.Dropped() != 0 {
			t.Errorf("%d queries for %d names, %d lost, %d dropped", r.Queries(), n, server.lost, r.Dropped())
		}
		for _, s := range r.servers[0].sockets {
			if len(s.slots) != 0 {
				t.Errorf("%d slots are still in use", len(s.slots))
			}
		}
	})
}

// A far server with time for more gets more.
func TestWindowGrowsWhereItGains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(map[netip.AddrPort]handler{addrA: func(_ string, query *dns.Msg) []packet {
			out := sends(good(query))
			out[0].after = 200 * time.Millisecond
			return out
		}})
		r := open(t, w, nil, addrA)
		const n = 20_000
		start := time.Now()
		if got := probeAll(r, n); got != n || r.Queries() != n {
			t.Errorf("%d answered, %d queries, want %d", got, r.Queries(), n)
		}
		// At the window it began with: 20,000 / 256 x 0.2 s = 15.6 s.
		if took := time.Since(start); took > 12*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

// A server that loses most of what it gets is asked for less at a time.
func TestWindowHalvesOnLoss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 2_000
		server := &busy{each: time.Millisecond, room: 20}
		w := newWorld(map[netip.AddrPort]handler{addrA: server.handle})
		r := open(t, w, func(c *Config) { c.Tries = maxTries }, addrA)
		if got := probeAll(r, n); got != n {
			t.Errorf("%d answered, want %d", got, n)
		}
		if limit := r.servers[0].window.limit; limit >= startPerSocket*DefaultSockets/2 {
			t.Errorf("window is %d", limit)
		}
	})
}

// One of three servers falls silent: it is found out, no name is lost to it,
// and it is asked again when it is back.
func TestServerFallsSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n, workers = 6_000, 60
		var mu sync.Mutex
		down := false
		near := func(_ string, query *dns.Msg) []packet {
			out := sends(good(query))
			out[0].after = 20 * time.Millisecond
			return out
		}
		w := newWorld(map[netip.AddrPort]handler{addrA: near, addrB: near, addrC: func(transport string, query *dns.Msg) []packet {
			mu.Lock()
			defer mu.Unlock()
			if down {
				return nil
			}
			return near(transport, query)
		}})
		r := open(t, w, nil, addrA, addrB, addrC)
		jobs := make(chan int)
		var all sync.WaitGroup
		for range workers {
			all.Go(func() {
				for i := range jobs {
					if l := r.Probe(context.Background(), txt(fmt.Sprintf("_x.d%d.example", i))); l.Failure.Failed() || l.Total != 1 {
						t.Errorf("got %+v", l)
					}
				}
			})
		}
		for i := range n {
			if i == n/2 {
				mu.Lock()
				down = true
				mu.Unlock()
			}
			jobs <- i
		}
		close(jobs)
		all.Wait()
		if perName := float64(r.Queries()) / n; perName > 1.1 {
			t.Errorf("%.2f queries a name", perName)
		}
		mu.Lock()
		down = false
		mu.Unlock()
		time.Sleep(trialInterval)
		before := r.servers[2].health
		for range 6 {
			r.Probe(context.Background(), txt("_y.example"))
		}
		if now := time.Now(); !before.down(now) || r.servers[2].health.down(now) {
			t.Error("the server is back, and was not asked again")
		}
	})
}

// Who waits for the window of a server that turns out to be dead goes to
// another one.
func TestWaitersLeaveDeadServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 10_000
		w := newWorld(map[netip.AddrPort]handler{
			addrA: silent,
			addrB: func(_ string, query *dns.Msg) []packet {
				out := sends(good(query))
				out[0].after = 10 * time.Millisecond
				return out
			},
		})
		r := open(t, w, nil, addrA, addrB)
		start := time.Now()
		if got := probeAll(r, n); got != n {
			t.Errorf("%d answered, want %d", got, n)
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("took %v", took)
		}
		if perName := float64(r.Queries()) / n; perName > 1.1 {
			t.Errorf("%.2f queries a name", perName)
		}
	})
}

// The wheel serves deadlines of any length, none early, and stands still when
// there is none.
func TestDeadlines(t *testing.T) {
	for _, timeout := range []time.Duration{tick / 2, time.Second, buckets * tick, 30 * time.Second, maxTimeout} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(map[netip.AddrPort]handler{addrA: silent})
			r := open(t, w, func(c *Config) { c.Timeout, c.Tries = timeout, 1 }, addrA)
			var all sync.WaitGroup
			for i := range 100 {
				all.Go(func() {
					time.Sleep(time.Duration(i) * 37 * time.Millisecond)
					l := r.Probe(context.Background(), txt("example.com"))
					if d := l.Span.Duration; l.Failure.Kind != evidence.KindTimeout || d < timeout.Truncate(evidence.Tick) || d > timeout+2*tick {
						t.Errorf("timeout of %v: got %+v", timeout, l)
					}
				})
			}
			all.Wait()
			time.Sleep(quarantine + 2*tick)
			synctest.Wait()
			for _, s := range r.servers[0].sockets {
				if len(s.slots) != 0 {
					t.Errorf("%d ids still rest", len(s.slots))
				}
			}
			if r.wheel.pending != 0 {
				t.Errorf("%d events are left", r.wheel.pending)
			}
		})
	}
}
