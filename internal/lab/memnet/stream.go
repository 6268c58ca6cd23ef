package memnet

import (
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"
)

// Conn is one end of a stream made by Pipe.
type Conn struct {
	p    *pair
	peer *Conn

	local, remote net.Addr

	// The rest is guarded by p.mu.
	in       []byte // received, not yet read
	fin      bool   // the peer has sent its last byte
	closed   bool   // Close was called here
	shut     bool   // CloseWrite was called here, or Close
	reset    bool   // RST was received
	pending  error  // what RST left for the next call to report, once
	lastRead deadline
	lastSend deadline
}

// pair is what the two ends share: one lock, one condition. A change at
// either end wakes all waiting calls of both, at most four.
type pair struct {
	mu   sync.Mutex
	cond sync.Cond
}

// Pipe returns the two ends of an established connection: the one whose local
// address is a, and the one whose local address is b.
func Pipe(a, b netip.AddrPort) (*Conn, *Conn) {
	p := new(pair)
	p.cond.L = &p.mu
	x := &Conn{p: p, local: net.TCPAddrFromAddrPort(a), remote: net.TCPAddrFromAddrPort(b)}
	y := &Conn{p: p, local: x.remote, remote: x.local}
	x.peer, y.peer = y, x
	return x, y
}

// LocalAddr is a *net.TCPAddr.
func (c *Conn) LocalAddr() net.Addr { return c.local }

// RemoteAddr is a *net.TCPAddr.
func (c *Conn) RemoteAddr() net.Addr { return c.remote }

// Read returns bytes as soon as there are any. Bytes received before a FIN or
// RST are delivered before the end or the error is.
func (c *Conn) Read(b []byte) (int, error) {
	c.p.mu.Lock()
	defer c.p.mu.Unlock()
	for {
		switch {
		case c.closed:
			return 0, c.opError("read", net.ErrClosed)
		case c.lastRead.passed():
			return 0, c.opError("read", os.ErrDeadlineExceeded)
		case len(b) == 0:
			return 0, nil
		case len(c.in) > 0:
			n := copy(b, c.in)
			c.in = c.in[n:]
			c.p.cond.Broadcast()
			return n, nil
		case c.fin:
			return 0, io.EOF
		case c.pending != nil:
			err := c.pending
			c.pending = nil
			return 0, c.opError("read", os.NewSyscallError("read", err))
		case c.reset:
			return 0, io.EOF
		}
		c.p.cond.Wait()
	}
}

// Write returns when all of b is in the peer's buffer. To a peer that has
// closed, the first write succeeds and is answered with RST; later ones fail.
func (c *Conn) Write(b []byte) (int, error) {
	c.p.mu.Lock()
	defer c.p.mu.Unlock()
	sent := 0
	for {
		switch {
		case c.closed:
			return sent, c.opError("write", net.ErrClosed)
		case c.lastSend.passed():
			return sent, c.opError("write", os.ErrDeadlineExceeded)
		case c.pending != nil:
			err := c.pending
			c.pending = nil
			return sent, c.opError("write", os.NewSyscallError("write", err))
		case c.reset || c.shut:
			return sent, c.opError("write", os.NewSyscallError("write", syscall.EPIPE))
		case sent == len(b):
			return sent, nil
		case c.peer.closed:
			c.receiveReset()
			return len(b), nil
		}
		if n := min(bufferSize-len(c.peer.in), len(b)-sent); n > 0 {
			c.peer.in = append(c.peer.in, b[sent:sent+n]...)
			sent += n
			c.p.cond.Broadcast()
			continue
		}
		c.p.cond.Wait()
	}
}

// Close sends FIN, or RST if received bytes were not read.
func (c *Conn) Close() error { return c.end(false) }

// Reset closes with RST, as a socket with SO_LINGER of zero does.
func (c *Conn) Reset() error { return c.end(true) }

func (c *Conn) end(rst bool) error {
	c.p.mu.Lock()
	defer c.p.mu.Unlock()
	if c.closed {
		return c.opError("close", net.ErrClosed)
	}
	c.closed = true
	c.lastRead.stop()
	c.lastSend.stop()
	switch {
	case c.peer.closed || c.reset:
	case rst || len(c.in) > 0:
		c.peer.receiveReset()
	default:
		c.shut = true
		c.peer.fin = true
	}
	c.in = nil
	c.p.cond.Broadcast()
	return nil
}

// CloseWrite sends FIN; the other direction stays open.
func (c *Conn) CloseWrite() error {
	c.p.mu.Lock()
	defer c.p.mu.Unlock()
	switch {
	case c.closed:
		return c.opError("close", net.ErrClosed)
	case c.reset:
		return c.opError("close", os.NewSyscallError("shutdown", syscall.ENOTCONN))
	}
	c.shut = true
	c.peer.fin = true
	c.p.cond.Broadcast()
	return nil
}

// receiveReset is what RST does to c: the next call reports it, once. Behind
// a FIN it is EPIPE, which only writes come to see.
func (c *Conn) receiveReset() {
	c.reset = true
	c.pending = syscall.ECONNRESET
	if c.fin {
		c.pending = syscall.EPIPE
	}
	c.p.cond.Broadcast()
}

// SetDeadline sets both deadlines; the zero time means none.
func (c *Conn) SetDeadline(t time.Time) error {
	return c.setDeadline(t, &c.lastRead, &c.lastSend)
}

// SetReadDeadline sets when reads give up.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.setDeadline(t, &c.lastRead) }

// SetWriteDeadline sets when writes give up.
func (c *Conn) SetWriteDeadline(t time.Time) error { return c.setDeadline(t, &c.lastSend) }

func (c *Conn) setDeadline(t time.Time, ds ...*deadline) error {
	c.p.mu.Lock()
	defer c.p.mu.Unlock()
	if c.closed {
		return c.opError("set", net.ErrClosed)
	}
	for _, d := range ds {
		d.set(t, &c.p.cond)
	}
	return nil
}

func (c *Conn) opError(op string, err error) error {
	return &net.OpError{Op: op, Net: "tcp", Source: c.local, Addr: c.remote, Err: err}
}
