package resolver

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"

	"stscan/internal/evidence"
)

// What is asked of whom, and what is told in the end. Servers are asked in
// the order A, B, C.
func TestRetries(t *testing.T) {
	ok := answers(dns.RcodeSuccess, `example.com. 60 IN TXT "ok"`)
	tests := []struct {
		name    string
		servers []handler
		rcode   string
		kind    evidence.Kind
		server  string
		total   int
		asked   []int
		took    time.Duration // waiting, to a tick of the wheel for each timeout
	}{
		{name: "answer", servers: []handler{ok},
			rcode: "NOERROR", server: "192.0.2.1:53", total: 1, asked: []int{1}},
		{name: "NODATA is an answer", servers: []handler{answers(dns.RcodeSuccess)},
			rcode: "NOERROR", server: "192.0.2.1:53", asked: []int{1}},
		{name: "NXDOMAIN is an answer", servers: []handler{answers(dns.RcodeNameError), ok},
			rcode: "NXDOMAIN", server: "192.0.2.1:53", asked: []int{1, 0}},
		{name: "YXDOMAIN is an answer", servers: []handler{answers(dns.RcodeYXDomain), ok},
			rcode: "YXDOMAIN", server: "192.0.2.1:53", asked: []int{1, 0}},
		{name: "SERVFAIL, then good", servers: []handler{answers(dns.RcodeServerFailure), ok},
			rcode: "NOERROR", server: "192.0.2.2:53", total: 1, asked: []int{1, 1}},
		{name: "REFUSED, then good", servers: []handler{answers(dns.RcodeRefused), ok},
			rcode: "NOERROR", server: "192.0.2.2:53", total: 1, asked: []int{1, 1}},
		{name: "SERVFAIL that passes", servers: []handler{sequence(answers(dns.RcodeServerFailure), ok)},
			rcode: "NOERROR", server: "192.0.2.1:53", total: 1, asked: []int{2}, took: 250 * time.Millisecond},
		{name: "SERVFAIL that stays", servers: []handler{answers(dns.RcodeServerFailure)},
			rcode: "SERVFAIL", kind: evidence.KindStatus, server: "192.0.2.1:53", asked: []int{3}, took: 750 * time.Millisecond},
		{name: "REFUSED that stays", servers: []handler{answers(dns.RcodeRefused)},
			rcode: "REFUSED", kind: evidence.KindStatus, server: "192.0.2.1:53", asked: []int{3}, took: 750 * time.Millisecond},
		{name: "NOTIMP", servers: []handler{answers(dns.RcodeNotImplemented), ok},
			rcode: "NOERROR", server: "192.0.2.2:53", total: 1, asked: []int{1, 1}},
		{name: "SERVFAIL of both", servers: []handler{answers(dns.RcodeServerFailure), answers(dns.RcodeServerFailure)},
			rcode: "SERVFAIL", kind: evidence.KindStatus, server: "192.0.2.1:53", asked: []int{2, 1}, took: 250 * time.Millisecond},
		{name: "silence", servers: []handler{silent},
			kind: evidence.KindTimeout, asked: []int{3}, took: 18 * time.Second},
		{name: "silence, then good", servers: []handler{silent, ok},
			rcode: "NOERROR", server: "192.0.2.2:53", total: 1, asked: []int{1, 1}, took: 4 * time.Second},
		{name: "SERVFAIL, then silence", servers: []handler{answers(dns.RcodeServerFailure), silent, silent},
			rcode: "SERVFAIL", kind: evidence.KindStatus, server: "192.0.2.1:53", asked: []int{2, 1, 1}, took: 14 * time.Second},
		{name: "SERVFAIL that passes, among silences", servers: []handler{sequence(answers(dns.RcodeServerFailure), ok), silent, silent},
			rcode: "NOERROR", server: "192.0.2.1:53", total: 1, asked: []int{2, 1, 1}, took: 14 * time.Second},
		{name: "dead", servers: []handler{dead},
			kind: evidence.KindRefused, asked: []int{3}, took: 750 * time.Millisecond},
		{name: "dead, then good", servers: []handler{dead, ok},
			rcode: "NOERROR", server: "192.0.2.2:53", total: 1, asked: []int{1, 1}},
		{name: "FORMERR without a question", servers: []handler{noQuestion(dns.RcodeFormatError), ok},
			rcode: "NOERROR", server: "192.0.2.2:53", total: 1, asked: []int{1, 1}},
		{name: "FORMERR without a question that stays", servers: []handler{noQuestion(dns.RcodeFormatError)},
			rcode: "FORMERR", kind: evidence.KindStatus, server: "192.0.2.1:53", asked: []int{3}, took: 750 * time.Millisecond},
	}
	addrs := []netip.AddrPort{addrA, addrB, addrC}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				servers := make(map[netip.AddrPort]handler)
				for i, h := range test.servers {
					servers[addrs[i]] = h
				}
				w := newWorld(servers)
				r := open(t, w, nil, addrs[:len(test.servers)]...)
				start := time.Now()
				l := r.Probe(context.Background(), txt("example.com"))
				took := time.Since(start)

				if l.RCode != test.rcode || l.Failure.Kind != test.kind || l.Server != test.server || l.Total != test.total {
					t.Errorf("got %+v", l)
				}
				if l.Failure.Failed() && l.Failure.Op != evidence.OpResolve {
					t.Errorf("op %q", l.Failure.Op)
				}
				sum := 0
				for i, want := range test.asked {
					sum += want
					if got := w.count("udp", addrs[i], "example.com", "TXT"); got != want {
						t.Errorf("%v was asked %d times, want %d", addrs[i], got, want)
					}
				}
				if l.Span.Tries != sum || r.Queries() != int64(sum) {
					t.Errorf("%d tries, %d queries, want %d", l.Span.Tries, r.Queries(), sum)
				}
				if took < test.took || took > test.took+time.Duration(sum+1)*tick {
					t.Errorf("took %v, want %v", took, test.took)
				}
				if l.Span.Duration != took.Truncate(evidence.Tick) || !l.Span.Start.Equal(start) || l.Span.Start.Location() != time.UTC {
					t.Errorf("span %+v, want %v from %v", l.Span, took, start)
				}
			})
		})
	}
}

// noQuestion refuses with nothing but a header.
func noQuestion(rcode int) handler {
	return func(_ string, query *dns.Msg) []packet {
		m := replyTo(query, rcode)
		m.Question = nil
		return sends(m)
	}
}

func TestServersTakeTurns(t *testing.T) {
	ok := answers(dns.RcodeSuccess)
	w := newWorld(map[netip.AddrPort]handler{addrA: ok, addrB: ok, addrC: ok})
	r := open(t, w, nil, addrA, addrB, addrC)
	for range 30 {
		r.Probe(context.Background(), txt("example.com"))
	}
	for _, addr := range []netip.AddrPort{addrA, addrB, addrC} {
		if n := w.count("udp", addr, "example.com", "TXT"); n != 10 {
			t.Errorf("%v was asked %d times, want 10", addr, n)
		}
	}
}

func TestCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(map[netip.AddrPort]handler{addrA: silent})
		r := open(t, w, nil, addrA)
		ctx, cancel := context.WithTimeoutCause(context.Background(), time.Second, errors.New("enough"))
		defer cancel()
		if l := r.Probe(ctx, txt("example.com")); l.Failure.Kind != evidence.KindTimeout || l.Span.Duration != time.Second.Truncate(evidence.Tick) || l.Span.Tries != 1 {
			t.Errorf("deadline of the caller: got %+v", l)
		}
		ctx, cancel = context.WithCancel(context.Background())
		time.AfterFunc(time.Second, cancel)
		if l := r.Probe(ctx, txt("example.com")); l.Failure.Kind != evidence.KindCancelled || l.Span.Duration != time.Second.Truncate(evidence.Tick) {
			t.Errorf("cancelled: got %+v", l)
		}
		w.servers[addrA] = answers(dns.RcodeServerFailure)
		ctx, cancel = context.WithCancel(context.Background())
		time.AfterFunc(retryPause/2, cancel)
		if l := r.Probe(ctx, txt("example.com")); l.Failure.Kind != evidence.KindCancelled || l.Span.Tries != 1 || l.RCode != "" {
			t.Errorf("cancelled while it paused: got %+v", l)
		}
		before := r.Queries()
		if l := r.Probe(ctx, txt("example.com")); l.Failure.Kind != evidence.KindCancelled || r.Queries() != before {
			t.Errorf("cancelled before: got %+v, %d queries", l, r.Queries()-before)
		}
	})
}

func TestCloseEndsWhatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(map[netip.AddrPort]handler{addrA: silent})
		r := open(t, w, nil, addrA)
		var done sync.WaitGroup
		for range 1000 { // more than the window holds
			done.Go(func() {
				l := r.Probe(context.Background(), txt("example.com"))
				if l.Failure.Kind != evidence.KindCancelled {
					t.Errorf("got %+v", l)
				}
			})
		}
		synctest.Wait()
		start := time.Now()
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		done.Wait()
		if time.Since(start) != 0 {
			t.Errorf("took %v", time.Since(start))
		}
		if l := r.Probe(context.Background(), txt("example.com")); l.Failure.Kind != evidence.KindCancelled {
			t.Errorf("after Close: got %+v", l)
		}
		if err := r.Close(); err != nil {
			t.Errorf("again: %v", err)
		}
	})
}

// A socket that breaks is dialled again; a dial that fails is a failed try.
func TestBrokenSocket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gone := &net.OpError{Op: "read", Err: syscall.ENETDOWN}
		w := newWorld(map[netip.AddrPort]handler{addrA: sequence(
			func(string, *dns.Msg) []packet { return []packet{{err: gone}} },
			answers(dns.RcodeSuccess))})
		r := open(t, w, func(c *Config) { c.Sockets = 1 }, addrA)
		if l := r.Probe(context.Background(), txt("example.com")); l.Failure.Failed() || l.Span.Tries != 2 {
			t.Errorf("got %+v", l)
		}
		if w.dials != 2 {
			t.Errorf("%d dials, want 2", w.dials)
		}
		noRoute := func(context.Context, string, netip.AddrPort) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Err: syscall.ENETUNREACH}
		}
		r = open(t, w, func(c *Config) { c.Dial = noRoute }, addrA)
		l := r.Probe(context.Background(), txt("example.com"))
		if l.Failure.Kind != evidence.KindNoRoute || r.Queries() != 0 || l.Span.Tries != DefaultTries {
			t.Errorf("got %+v", l)
		}
	})
}

func TestTruncatedGoesToTCP(t *testing.T) {
	cut := func(tcp handler) handler {
		return func(transport string, query *dns.Msg) []packet {
			if transport == "tcp" {
				return tcp(transport, query)
			}
			m := replyTo(query, dns.RcodeSuccess, `example.com. 60 IN TXT "part"`)
			m.Truncated = true
			return sends(m)
		}
	}
	other := func(h handler) handler { // first a message that answers nothing
		return func(transport string, query *dns.Msg) []packet {
			stray := bad(query, func(m *dns.Msg) { m.Question[0].Name = "example.org." })
			return append(sends(stray), h(transport, query)...)
		}
	}
	whole := answers(dns.RcodeSuccess, `example.com. 60 IN TXT "a"`, `example.com. 60 IN TXT "b"`)
	hangUp := func(string, *dns.Msg) []packet { return []packet{{err: net.ErrClosed}} }
	tests := []struct {
		name         string
		tcp          handler
		total        int
		kind         evidence.Kind
		rcode        string
		udp, overTCP int
	}{
		{name: "whole over TCP", tcp: whole, total: 2, rcode: "NOERROR", udp: 1, overTCP: 1},
		{name: "a stray message first", tcp: other(whole), total: 2, rcode: "NOERROR", udp: 1, overTCP: 1},
		{name: "NXDOMAIN over TCP", tcp: answers(dns.RcodeNameError), rcode: "NXDOMAIN", udp: 1, overTCP: 1},
		{name: "SERVFAIL over TCP", tcp: answers(dns.RcodeServerFailure), rcode: "SERVFAIL", kind: evidence.KindStatus, udp: 3, overTCP: 3},
		{name: "hangs up", tcp: hangUp, rcode: "NOERROR", kind: evidence.KindEOF, udp: 3, overTCP: 3},
		{name: "silent", tcp: silent, rcode: "NOERROR", kind: evidence.KindTimeout, udp: 3, overTCP: 3},
		{name: "hangs up once", tcp: sequence(hangUp, whole), total: 2, rcode: "NOERROR", udp: 2, overTCP: 2},
		{name: "nothing but strays", tcp: other(other(other(other(other(other(whole)))))), rcode: "NOERROR", kind: evidence.KindMalformed, udp: 3, overTCP: 3},
		{name: "cut again", tcp: func(_ string, query *dns.Msg) []packet {
			m := replyTo(query, dns.RcodeSuccess)
			m.Truncated = true
			return sends(m)
		}, rcode: "NOERROR", kind: evidence.KindMalformed, udp: 3, overTCP: 3},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(map[netip.AddrPort]handler{addrA: cut(test.tcp)})
				r := open(t, w, nil, addrA)
				l := r.Probe(context.Background(), txt("example.com"))
				if l.Total != test.total || l.RCode != test.rcode || l.Failure.Kind != test.kind {
					t.Errorf("got %+v", l)
				}
				if l.Transport != evidence.TransportTCP || l.Failure.Failed() != strings.HasPrefix(l.Failure.Detail, "tcp: ") {
					t.Errorf("transport %q, detail %q", l.Transport, l.Failure.Detail)
				}
				udp, tcp := w.count("udp", addrA, "example.com", "TXT"), w.count("tcp", addrA, "example.com", "TXT")
				if udp != test.udp || tcp != test.overTCP || r.Queries() != int64(udp+tcp) || l.Span.Tries != udp {
					t.Errorf("asked %d and %d times, %d queries, %d tries", udp, tcp, r.Queries(), l.Span.Tries)
				}
			})
		})
	}
}

// Cancelling and closing end an exchange over TCP too.
func TestCloseEndsTCP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(map[netip.AddrPort]handler{addrA: func(transport string, query *dns.Msg) []packet {
			if transport == "tcp" {
				return nil
			}
			m := replyTo(query, dns.RcodeSuccess)
			m.Truncated = true
			return sends(m)
		}})
		r := open(t, w, nil, addrA)
		var done sync.WaitGroup
		for range 3 * maxTCP {
			done.Go(func() {
				if l := r.Probe(context.Background(), txt("example.com")); l.Failure.Kind != evidence.KindCancelled {
					t.Errorf("got %+v", l)
				}
			})
		}
		synctest.Wait()
		if n := w.count("tcp", addrA, "example.com", "TXT"); n != maxTCP {
			t.Errorf("%d connections, want %d", n, maxTCP)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		done.Wait()
	})
}

// noRandom is a source of randomness that has none.
type noRandom struct{}

func (noRandom) Read([]byte) (int, error) { return 0, errors.New("dry") }

func TestNoRandomIDs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(map[netip.AddrPort]handler{addrA: silent})
		r := open(t, w, func(c *Config) { c.Rand = noRandom{} }, addrA)
		if l := r.Probe(context.Background(), txt("example.com")); l.Failure.Kind != evidence.KindLocal || r.Queries() != 0 {
			t.Errorf("got %+v", l)
		}
	})
}
