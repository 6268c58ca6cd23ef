package probe

import (
	"context"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"
)

// pipeBytes is how much a writer may be ahead of its reader, as in a socket.
const pipeBytes = 64 << 10

// half is one direction of an in-memory connection.
type half struct {
	mu     sync.Mutex
	cond   *sync.Cond
	buf    []byte
	eof    bool // the writer is gone
	broken bool // the reader is gone

	read, write alarm
}

// alarm is one deadline.
type alarm struct {
	timer   *time.Timer
	expired bool
}

func newHalf() *half {
	h := new(half)
	h.cond = sync.NewCond(&h.mu)
	return h
}

func (h *half) Read(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for {
		switch {
		case h.read.expired:
			return 0, os.ErrDeadlineExceeded
		case len(h.buf) > 0:
			n := copy(p, h.buf)
			h.buf = h.buf[n:]
			h.cond.Broadcast()
			return n, nil
		case h.broken:
			return 0, net.ErrClosed
		case h.eof:
			return 0, io.EOF
		}
		h.cond.Wait()
	}
}

func (h *half) Write(p []byte) (n int, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for {
		switch {
		case h.write.expired:
			return n, os.ErrDeadlineExceeded
		case h.eof:
			return n, net.ErrClosed
		case h.broken:
			return n, syscall.EPIPE
		}
		take := min(len(p), pipeBytes-len(h.buf))
		h.buf = append(h.buf, p[:take]...)
		p = p[take:]
		n += take
		h.cond.Broadcast()
		if len(p) == 0 {
			return n, nil
		}
		h.cond.Wait()
	}
}

func (h *half) set(a *alarm, t time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if a.timer != nil {
		a.timer.Stop()
	}
	a.expired, a.timer = false, nil
	if t.IsZero() {
		return
	}
	if time.Until(t) <= 0 {
		a.expired = true
		h.cond.Broadcast()
		return
	}
	var timer *time.Timer
	timer = time.AfterFunc(time.Until(t), func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if a.timer == timer {
			a.expired = true
			h.cond.Broadcast()
		}
	})
	a.timer = timer
}

func (h *half) mark(flag *bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	*flag = true
	h.cond.Broadcast()
}

// pipeConn is one end of an in-memory connection.
type pipeConn struct {
	in, out *half
	local   net.Addr
}

func (c *pipeConn) Read(p []byte) (int, error)  { return c.in.Read(p) }
func (c *pipeConn) Write(p []byte) (int, error) { return c.out.Write(p) }
func (c *pipeConn) LocalAddr() net.Addr         { return c.local }
func (c *pipeConn) RemoteAddr() net.Addr        { return c.local }

func (c *pipeConn) Close() error {
	c.SetDeadline(time.Time{})
	c.out.mark(&c.out.eof)
	c.in.mark(&c.in.broken)
	return nil
}

func (c *pipeConn) SetDeadline(t time.Time) error {
	c.SetReadDeadline(t)
	return c.SetWriteDeadline(t)
}

func (c *pipeConn) SetReadDeadline(t time.Time) error {
	c.in.set(&c.in.read, t)
	return nil
}

func (c *pipeConn) SetWriteDeadline(t time.Time) error {
	c.out.set(&c.out.write, t)
	return nil
}

func newPipe() (client, server *pipeConn) {
	up, down := newHalf(), newHalf()
	addr := net.TCPAddrFromAddrPort(netip.MustParseAddrPort("192.0.2.200:50000"))
	return &pipeConn{in: down, out: up, local: addr}, &pipeConn{in: up, out: down, local: addr}
}

// peer is one side of a conversation; the connection is closed when it returns.
type peer func(conn net.Conn)

// dialPeer is a DialFunc for one connection, to a peer in memory.
func dialPeer(p peer) DialFunc {
	return func(ctx context.Context, network string, addr netip.AddrPort) (net.Conn, error) {
		client, server := newPipe()
		go func() {
			defer server.Close()
			p(server)
		}()
		return client, nil
	}
}
