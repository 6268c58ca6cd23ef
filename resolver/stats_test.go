package resolver

import (
	"context"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"
)

// A server that falls silent is told of once, and once more when it answers
// again; the counts say who answered what.
func TestReport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mute atomic.Bool
		ok := answers(dns.RcodeSuccess, `example.com. 60 IN TXT "ok"`)
		w := newWorld(map[netip.AddrPort]handler{
			addrA: func(transport string, query *dns.Msg) []packet {
				if mute.Load() {
					return nil
				}
				return ok(transport, query)
			},
			addrB: ok,
		})
		var mu sync.Mutex
		var told []string
		r := open(t, w, func(c *Config) {
			c.Report = func(server netip.AddrPort, gone bool) {
				mu.Lock()
				defer mu.Unlock()
				told = append(told, map[bool]string{true: "gone ", false: "back "}[gone]+server.String())
			}
		}, addrA, addrB)
		ask := func(n int) {
			var all sync.WaitGroup
			for range n {
				all.Go(func() { r.Probe(context.Background(), txt("example.com")) })
			}
			all.Wait()
		}
		ask(20)
		if s := r.Servers(); s[0].Answers != 10 || s[1].Answers != 10 || s[0].Timeouts != 0 || s[0].Gone || s[0].Open != 0 || s[0].Window < 1 {
			t.Errorf("both answer: %+v", s)
		}
		mute.Store(true)
		ask(40) // half of them meet silence, then ask the other
		if s := r.Servers(); !s[0].Gone || s[1].Gone || s[0].Timeouts < downAfter || s[0].Answers != 10 {
			t.Errorf("one is silent: %+v", s)
		}
		mute.Store(false)
		for range 4 {
			time.Sleep(trialInterval)
			ask(2)
		}
		if s := r.Servers(); s[0].Gone || s[0].Answers == 10 {
			t.Errorf("it answers again: %+v", s)
		}
		if want := []string{"gone 192.0.2.1:53", "back 192.0.2.1:53"}; !slices.Equal(told, want) {
			t.Errorf("told %v, want %v", told, want)
		}
	})
}
