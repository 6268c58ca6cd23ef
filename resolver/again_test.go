package resolver

import (
	"context"
	"errors"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"

	"stscan/internal/evidence"
)

// The first message of a lookup is the caller's to pay for; every further one, of
// another try or over TCP, waits for leave, and that wait is no time of the lookup.
func TestLeaveForFurtherMessages(t *testing.T) {
	ok := answers(dns.RcodeSuccess, `example.com. 60 IN TXT "ok"`)
	cut := func(transport string, query *dns.Msg) []packet {
		if transport == "tcp" {
			return ok(transport, query)
		}
		m := replyTo(query, dns.RcodeSuccess)
		m.Truncated = true
		return sends(m)
	}
	for name, test := range map[string]struct {
		server handler
		asked  int64
		took   time.Duration
	}{
		"answered at once":     {server: ok, asked: 1},
		"refused, then good":   {server: sequence(answers(dns.RcodeServerFailure), ok), asked: 2, took: retryPause},
		"refused":              {server: answers(dns.RcodeServerFailure), asked: 3, took: 3 * retryPause},
		"cut":                  {server: cut, asked: 2},
		"refused, then cut":    {server: sequence(answers(dns.RcodeServerFailure), cut, cut), asked: 3, took: retryPause},
		"silent, then refused": {server: sequence(silent, answers(dns.RcodeServerFailure)), asked: 3, took: 4*time.Second + 2*retryPause},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const wait = time.Hour
				leaves := int64(0)
				r := open(t, newWorld(map[netip.AddrPort]handler{addrA: test.server}), func(c *Config) {
					c.Again = func(context.Context) error {
						leaves++
						time.Sleep(wait)
						return nil
					}
				}, addrA)
				l := r.Probe(context.Background(), txt("example.com"))
				if r.Queries() != test.asked || leaves != test.asked-1 {
					t.Errorf("%d messages, %d leaves, want %d", r.Queries(), leaves, test.asked)
				}
				if late := l.Span.Duration - test.took.Truncate(evidence.Tick); late < 0 || late > tick+evidence.Tick {
					t.Errorf("took %v, want %v", l.Span.Duration, test.took)
				}
			})
		})
	}
}

// Whoever waits for leave is woken by the caller, by Close and by a refusal.
func TestLeaveIsNotGiven(t *testing.T) {
	refused := map[netip.AddrPort]handler{addrA: answers(dns.RcodeServerFailure)}
	never := func(c *Config) {
		c.Again = func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		}
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(time.Second, cancel)
		if l := open(t, newWorld(refused), never, addrA).Probe(ctx, txt("example.com")); l.Failure.Kind != evidence.KindCancelled || l.RCode != "" || l.Span.Tries != 1 {
			t.Errorf("cancelled: %+v", l)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		r := open(t, newWorld(refused), never, addrA)
		time.AfterFunc(time.Second, func() { _ = r.Close() })
		if l := r.Probe(context.Background(), txt("example.com")); l.Failure.Kind != evidence.KindCancelled {
			t.Errorf("closed: %+v", l)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		r := open(t, newWorld(refused), func(c *Config) {
			c.Again = func(context.Context) error { return errors.New("no") }
		}, addrA)
		if l := r.Probe(context.Background(), txt("example.com")); l.RCode != "SERVFAIL" || l.Failure.Kind != evidence.KindStatus || l.Span.Tries != 1 {
			t.Errorf("no leave: %+v, want what the one try told", l)
		}
	})
}
