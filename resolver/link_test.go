package resolver

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"
	"golang.org/x/net/ipv4"

	"stscan/internal/evidence"
)

// batches is a fake socket that takes and gives many datagrams at a time, and
// refuses to send those that refuse says.
type batches struct {
	udpConn
	refuse func(msg []byte) error

	mu      sync.Mutex
	largest int // batch sent
}

func (b *batches) WriteBatch(ms []ipv4.Message, _ int) (int, error) {
	b.mu.Lock()
	b.largest = max(b.largest, len(ms))
	b.mu.Unlock()
	for i := range ms {
		if err := b.refuse(ms[i].Buffers[0]); err != nil {
			return i, err
		}
		if _, err := b.Write(ms[i].Buffers[0]); err != nil {
			return i, err
		}
	}
	return len(ms), nil
}

func (b *batches) ReadBatch(ms []ipv4.Message, _ int) (n int, err error) {
	if ms[0].N, err = b.Read(ms[0].Buffers[0]); err != nil {
		return 0, err
	}
	for n = 1; n < len(ms); n++ {
		select {
		case p := <-b.in:
			ms[n].N = copy(ms[n].Buffers[0], p.data)
		default:
			return n, nil
		}
	}
	return n, nil
}

// Questions that are asked together are sent together, each reply finds its
// question, and one that the system refuses to send is the only one that fails.
func TestBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n, bad = 200, 77
		w := newWorld(map[netip.AddrPort]handler{addrA: func(_ string, q *dns.Msg) []packet {
			out := sends(replyTo(q, dns.RcodeSuccess, fmt.Sprintf("%s 60 IN TXT %q", q.Question[0].Name, q.Question[0].Name)))
			out[0].after = time.Millisecond
			return out
		}})
		var mu sync.Mutex
		var conns []*batches
		r := open(t, w, func(c *Config) {
			c.Tries = 1
			c.Dial = func(context.Context, string, netip.AddrPort) (net.Conn, error) {
				b := &batches{udpConn: udpConn{world: w, addr: addrA, in: make(chan packet, socketBuffer), closed: make(chan struct{})}}
				b.refuse = func(msg []byte) error {
					var m dns.Msg
					if m.Unpack(msg) == nil && m.Question[0].Name == fmt.Sprintf("_x.d%d.example.", bad) {
						return &net.OpError{Op: "write", Net: "udp", Err: syscall.ENOBUFS}
					}
					return nil
				}
				mu.Lock()
				conns = append(conns, b)
				mu.Unlock()
				return b, nil
			}
		}, addrA)
		var all sync.WaitGroup
		for i := range n {
			all.Go(func() {
				name := fmt.Sprintf("_x.d%d.example", i)
				l := r.Probe(t.Context(), evidence.Question{Name: name, Type: evidence.TypeTXT})
				if i == bad {
					if !l.Failure.Failed() || l.Failure.Kind == evidence.KindTimeout {
						t.Errorf("what could not be sent: %+v", l)
					}
				} else if len(l.Records) != 1 || l.Records[0] != name+"." {
					t.Errorf("%s: %+v", name, l)
				}
			})
		}
		all.Wait()
		largest := 0
		for _, b := range conns {
			largest = max(largest, b.largest)
		}
		if largest < 8 {
			t.Errorf("the largest batch was of %d", largest)
		}
		if r.Queries() != n-1 || r.Dropped() != 0 {
			t.Errorf("%d queries, %d dropped", r.Queries(), r.Dropped())
		}
		for _, s := range r.servers[0].sockets {
			if len(s.slots) != 0 {
				t.Errorf("%d slots are still in use", len(s.slots))
			}
		}
	})
}
