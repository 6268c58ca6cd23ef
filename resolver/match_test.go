package resolver

import (
	"context"
	"encoding/binary"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"

	"stscan/internal/evidence"
)

// good is the reply that the tests below wait for.
func good(query *dns.Msg) *dns.Msg {
	return replyTo(query, dns.RcodeSuccess, query.Question[0].Name+` 60 IN TXT "good"`)
}

// bad is a reply with another text, changed so that it answers nothing.
func bad(query *dns.Msg, change func(m *dns.Msg)) *dns.Msg {
	m := replyTo(query, dns.RcodeSuccess, query.Question[0].Name+` 60 IN TXT "bad"`)
	change(m)
	return m
}

// RFC 5452 section 9.1: a reply is taken only if id, question and server are
// those of a query under way. Anything else must not end it.
func TestStrayRepliesAreDropped(t *testing.T) {
	tests := map[string]func(m *dns.Msg){
		"another id":         func(m *dns.Msg) { m.Id ^= 0x0101 },
		"another name":       func(m *dns.Msg) { m.Question[0].Name = "_mta-sts.example.org." },
		"a longer name":      func(m *dns.Msg) { m.Question[0].Name = "a._mta-sts.example.com." },
		"a shorter name":     func(m *dns.Msg) { m.Question[0].Name = "com."; m.Answer = nil },
		"the root":           func(m *dns.Msg) { m.Question[0].Name = "." },
		"another type":       func(m *dns.Msg) { m.Question[0].Qtype = dns.TypeMX },
		"another class":      func(m *dns.Msg) { m.Question[0].Qclass = dns.ClassCHAOS },
		"no response":        func(m *dns.Msg) { m.Response = false },
		"another operation":  func(m *dns.Msg) { m.Opcode = dns.OpcodeNotify },
		"two questions":      func(m *dns.Msg) { m.Question = append(m.Question, m.Question[0]) },
		"no question":        func(m *dns.Msg) { m.Question = nil },
		"no question, error": func(m *dns.Msg) { m.Question = nil; m.Rcode = dns.RcodeNameError; m.Answer = nil },
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(map[netip.AddrPort]handler{
					addrA: func(_ string, query *dns.Msg) []packet {
						out := sends(bad(query, change), good(query))
						out[1].after = time.Second
						return out
					},
				})
				r := open(t, w, nil, addrA)
				l := r.Probe(context.Background(), txt("_mta-sts.example.com"))
				if len(l.Records) != 1 || l.Records[0] != "good" || l.Failure.Failed() {
					t.Errorf("got %+v", l)
				}
				if n := r.Queries(); n != 1 {
					t.Errorf("%d queries, want 1", n)
				}
				if n := r.Dropped(); n != 1 {
					t.Errorf("%d messages dropped, want 1", n)
				}
			})
		})
	}
}

func TestCaseOfReplyMayDiffer(t *testing.T) {
	l := probe(t, txt("_mta-sts.example.com"), func(_ string, query *dns.Msg) []packet {
		m := good(query)
		m.Question[0].Name = "_MTA-STS.Example.COM."
		m.Answer[0].Header().Name = "_mta-STS.eXample.com."
		return sends(m)
	})
	if len(l.Records) != 1 || l.Records[0] != "good" {
		t.Errorf("got %+v", l)
	}
}

// Repeated and late replies find their id free or resting.
func TestRepeatedReplyIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(map[netip.AddrPort]handler{
			addrA: func(_ string, query *dns.Msg) []packet {
				return append(sends(good(query)), sends(good(query), good(query))...)
			},
		})
		r := open(t, w, nil, addrA)
		for _, name := range []string{"a.example", "b.example", "c.example"} {
			if l := r.Probe(context.Background(), txt(name)); l.Failure.Failed() || l.Total != 1 {
				t.Errorf("%s: got %+v", name, l)
			}
		}
		synctest.Wait()
		if n := r.Dropped(); n != 6 {
			t.Errorf("%d messages dropped, want 6", n)
		}
	})
}

// sameIDs is a source of randomness with little of it: the same id for ever,
// then the next one.
type sameIDs struct{ n uint16 }

func (s *sameIDs) Read(b []byte) (int, error) {
	for i := 0; i+4 <= len(b); i += 4 {
		binary.BigEndian.PutUint32(b[i:], uint32(s.n/8))
		s.n++
	}
	return len(b), nil
}

// A question that was given up leaves its id resting: a late reply meets no
// other question, not even the same one under the same id.
func TestLateReplyMeetsNoOtherQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		late := func(_ string, query *dns.Msg) []packet {
			out := sends(bad(query, func(*dns.Msg) {}))
			out[0].after = DefaultTimeout + time.Second
			return out
		}
		var ids []uint16
		note := func(h handler) handler {
			return func(transport string, query *dns.Msg) []packet {
				ids = append(ids, query.Id)
				return h(transport, query)
			}
		}
		w := newWorld(map[netip.AddrPort]handler{addrA: note(sequence(late, func(_ string, query *dns.Msg) []packet {
			out := sends(good(query))
			out[0].after = 2 * time.Second
			return out
		}))})
		r := open(t, w, func(c *Config) { c.Rand = &sameIDs{}; c.Sockets = 1 }, addrA)
		l := r.Probe(context.Background(), txt("_mta-sts.example.com"))
		if len(l.Records) != 1 || l.Records[0] != "good" || l.Span.Tries != 2 {
			t.Errorf("got %+v", l)
		}
		if n := r.Dropped(); n != 1 {
			t.Errorf("%d messages dropped, want the late one", n)
		}
		if len(ids) != 2 || ids[0] == ids[1] {
			t.Errorf("ids %v: want two different ones", ids)
		}
	})
}

// What carries our id and cannot be read ends the try, not the lookup.
func TestMalformedReply(t *testing.T) {
	whole := func(query *dns.Msg) []byte { return sends(good(query))[0].data }
	question := headerLen + len("\x08_mta-sts\x07example\x03com\x00") + 4
	tests := map[string]func(query *dns.Msg) []byte{
		"only an id":        func(q *dns.Msg) []byte { return whole(q)[:2] },
		"half a header":     func(q *dns.Msg) []byte { return whole(q)[:7] },
		"half a question":   func(q *dns.Msg) []byte { return whole(q)[:question-6] },
		"no type":           func(q *dns.Msg) []byte { return whole(q)[:question-3] },
		"no answer":         func(q *dns.Msg) []byte { return whole(q)[:question] },
		"half an owner":     func(q *dns.Msg) []byte { return whole(q)[:question+1] },
		"half a record":     func(q *dns.Msg) []byte { return whole(q)[:question+8] },
		"half of its data":  func(q *dns.Msg) []byte { b := whole(q); return b[:len(b)-2] },
		"reserved label":    func(q *dns.Msg) []byte { b := whole(q); b[question] = 0x80; return b },
		"string beyond":     func(q *dns.Msg) []byte { b := whole(q); b[len(b)-5] = 200; return b },
		"more than counted": func(q *dns.Msg) []byte { b := whole(q); b[11] = 9; return b },
	}
	for name, damage := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(map[netip.AddrPort]handler{
					addrA: func(_ string, query *dns.Msg) []packet { return []packet{{data: damage(query)}} },
					addrB: func(_ string, query *dns.Msg) []packet { return sends(good(query)) },
				})
				one := open(t, w, nil, addrA)
				l := one.Probe(context.Background(), txt("_mta-sts.example.com"))
				if l.Failure.Kind != evidence.KindMalformed || l.Failure.Op != evidence.OpResolve || l.Total != 0 || l.Chain != nil {
					t.Errorf("got %+v", l)
				}
				if n := one.Queries(); n != DefaultTries {
					t.Errorf("%d queries, want %d", n, DefaultTries)
				}
				two := open(t, w, nil, addrA, addrB)
				if l := two.Probe(context.Background(), txt("_mta-sts.example.com")); l.Failure.Failed() || l.Span.Tries != 2 {
					t.Errorf("with a good server: got %+v", l)
				}
			})
		})
	}
}

// A name we cannot send is a failure of its own, and nothing is sent.
func TestNameThatCannotBeAsked(t *testing.T) {
	label := strings.Repeat("a", 63)
	tests := map[string]evidence.Question{
		"empty":         txt(""),
		"the root":      txt("."),
		"final dot":     txt("example.com."),
		"empty label":   txt("a..b"),
		"first dot":     txt(".a"),
		"blank":         txt("a b.example"),
		"escape":        txt(`a\.b.example`),
		"control":       txt("a\x00.example"),
		"not ASCII":     txt("ü.example"),
		"label of 64":   txt(label + "a.example"),
		"254 octets":    txt(strings.Repeat(label+".", 3) + label[:62]),
		"no such type":  {Name: "example.com", Type: "NONE"},
		"type in lower": {Name: "example.com", Type: "txt"},
	}
	w := newWorld(map[netip.AddrPort]handler{addrA: answers(dns.RcodeSuccess)})
	r := open(t, w, nil, addrA)
	for name, q := range tests {
		l := r.Probe(context.Background(), q)
		if l.Failure.Kind != evidence.KindMalformed || l.Failure.Op != evidence.OpResolve || l.Span.Tries != 0 || l.Question != q {
			t.Errorf("%s: got %+v", name, l)
		}
	}
	for _, name := range []string{"a", strings.Repeat(label+".", 3) + label[:61], "_25._tcp.m_x.r3---sn.example", "*.example", "a/b@c.example"} {
		if l := r.Probe(context.Background(), txt(name)); l.Failure.Failed() {
			t.Errorf("%s: got %+v", name, l)
		}
	}
	if n := r.Queries(); n != 5 {
		t.Errorf("%d queries, want 5", n)
	}
}
