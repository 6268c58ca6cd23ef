package resolver

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/miekg/dns"

	"stscan/internal/evidence"
)

var (
	addrA = netip.MustParseAddrPort("192.0.2.1:53")
	addrB = netip.MustParseAddrPort("192.0.2.2:53")
	addrC = netip.MustParseAddrPort("192.0.2.3:53")
)

// packet is what a fake server sends, or the error its silence makes.
type packet struct {
	after time.Duration
	data  []byte
	err   error
}

// handler answers one query.
type handler func(transport string, query *dns.Msg) []packet

// world is the network of a test: servers by their address.
type world struct {
	mu      sync.Mutex
	servers map[netip.AddrPort]handler
	asked   map[string]int // "transport server name type" to queries
	dials   int
}

func newWorld(servers map[netip.AddrPort]handler) *world {
	return &world{servers: servers, asked: make(map[string]int)}
}

func (w *world) count(transport string, server netip.AddrPort, name, rrtype string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.asked[strings.Join([]string{transport, server.String(), name, rrtype}, " ")]
}

func (w *world) serve(transport string, server netip.AddrPort, raw []byte) []packet {
	query := new(dns.Msg)
	if err := query.Unpack(raw); err != nil {
		panic(err) // our own packing is at fault
	}
	q := query.Question[0]
	key := strings.Join([]string{transport, server.String(), strings.TrimSuffix(q.Name, "."), dns.TypeToString[q.Qtype]}, " ")
	w.mu.Lock()
	w.asked[key]++
	h := w.servers[server]
	w.mu.Unlock()
	return h(transport, query)
}

func (w *world) dial(_ context.Context, network string, addr netip.AddrPort) (net.Conn, error) {
	w.mu.Lock()
	w.dials++
	w.mu.Unlock()
	if network == "udp" {
		return &udpConn{world: w, addr: addr, in: make(chan packet, socketBuffer), closed: make(chan struct{})}, nil
	}
	near, far := net.Pipe()
	go w.serveTCP(far, addr)
	return near, nil
}

func (w *world) serveTCP(conn net.Conn, addr netip.AddrPort) {
	defer conn.Close()
	var length [2]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		return
	}
	raw := make([]byte, binary.BigEndian.Uint16(length[:]))
	if _, err := io.ReadFull(conn, raw); err != nil {
		return
	}
	for _, p := range w.serve("tcp", addr, raw) {
		if p.err != nil {
			return
		}
		frame := binary.BigEndian.AppendUint16(nil, uint16(len(p.data)))
		if _, err := conn.Write(append(frame, p.data...)); err != nil {
			return
		}
	}
	_, _ = conn.Read(length[:]) // until the client closes
}

// socketBuffer is how many replies a fake socket holds before it drops.
const socketBuffer = 4096

// udpConn is a connected UDP socket in memory. A write is served at once.
type udpConn struct {
	world  *world
	addr   netip.AddrPort
	in     chan packet
	once   sync.Once
	closed chan struct{}
}

func (c *udpConn) Write(b []byte) (int, error) {
	select {
	case <-c.closed:
		return 0, net.ErrClosed
	default:
	}
	for _, p := range c.world.serve("udp", c.addr, b) {
		if p.after > 0 {
			time.AfterFunc(p.after, func() { c.put(p) })
		} else {
			c.put(p)
		}
	}
	return len(b), nil
}

func (c *udpConn) put(p packet) {
	select {
	case c.in <- p:
	default: // a full buffer drops
	}
}

func (c *udpConn) Read(b []byte) (int, error) {
	select {
	case p := <-c.in:
		return copy(b, p.data), p.err
	case <-c.closed:
		return 0, net.ErrClosed
	}
}

func (c *udpConn) Close() error {
	err := net.ErrClosed
	c.once.Do(func() { close(c.closed); err = nil })
	return err
}

func (c *udpConn) LocalAddr() net.Addr              { return net.UDPAddrFromAddrPort(c.addr) }
func (c *udpConn) RemoteAddr() net.Addr             { return net.UDPAddrFromAddrPort(c.addr) }
func (c *udpConn) SetDeadline(time.Time) error      { return nil }
func (c *udpConn) SetReadDeadline(time.Time) error  { return nil }
func (c *udpConn) SetWriteDeadline(time.Time) error { return nil }

// portClosed is what a socket reports after ICMP port unreachable.
var portClosed = &net.OpError{Op: "read", Net: "udp", Err: os.NewSyscallError("read", syscall.ECONNREFUSED)}

// Handlers, and what they are made of.

func silent(string, *dns.Msg) []packet { return nil }

func dead(string, *dns.Msg) []packet { return []packet{{err: portClosed}} }

// sends packs messages into packets.
func sends(msgs ...*dns.Msg) []packet {
	var out []packet
	for _, m := range msgs {
		b, err := m.Pack()
		if err != nil {
			panic(err)
		}
		out = append(out, packet{data: b})
	}
	return out
}

// replyTo makes a reply with these records, given as lines of a zone file.
func replyTo(query *dns.Msg, rcode int, answer ...string) *dns.Msg {
	m := new(dns.Msg).SetReply(query)
	m.Rcode = rcode
	m.RecursionAvailable = true
	for _, line := range answer {
		r, err := dns.NewRR(line)
		if err != nil {
			panic(err)
		}
		m.Answer = append(m.Answer, r)
	}
	return m
}

// answers makes a handler that always gives these records.
func answers(rcode int, records ...string) handler {
	return func(_ string, query *dns.Msg) []packet { return sends(replyTo(query, rcode, records...)) }
}

// sequence answers the first query by the first handler, and so on; the last
// one stays.
func sequence(hs ...handler) handler {
	var mu sync.Mutex
	n := 0
	return func(transport string, query *dns.Msg) []packet {
		mu.Lock()
		h := hs[min(n, len(hs)-1)]
		n++
		mu.Unlock()
		return h(transport, query)
	}
}

// open makes a resolver in w, with its servers in the order given.
func open(t testing.TB, w *world, change func(*Config), servers ...netip.AddrPort) *Resolver {
	t.Helper()
	c := Config{Servers: servers, Dial: w.dial}
	if change != nil {
		change(&c)
	}
	r, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	// The first probe begins with the first server.
	r.next.Store(uint32(len(servers)) - 1)
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return r
}

func txt(name string) evidence.Question {
	return evidence.Question{Name: name, Type: evidence.TypeTXT}
}
