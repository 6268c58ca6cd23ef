package memnet

import (
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"
)

// PacketConn is the client's end of a connected datagram socket. Each Write
// is one datagram, each Read returns one.
type PacketConn struct {
	local, remote net.Addr
	send          func(datagram []byte, reply func([]byte))

	mu      sync.Mutex
	cond    sync.Cond
	queue   [][]byte
	pending error // an ICMP error for the next call to report, once
	closed  bool
	last    deadline // of reads; writes never wait
}

// Packet returns a datagram socket at local that is connected to remote. Each
// datagram written is given to send, in the goroutine of the writer and only
// for the time of the call, with a function that delivers answers, now or
// later. A nil send is a port on which nobody listens: what is written is
// answered with ICMP port unreachable.
func Packet(local, remote netip.AddrPort, send func(datagram []byte, reply func([]byte))) *PacketConn {
	c := &PacketConn{local: net.UDPAddrFromAddrPort(local), remote: net.UDPAddrFromAddrPort(remote), send: send}
	c.cond.L = &c.mu
	return c
}

// LocalAddr is a *net.UDPAddr.
func (c *PacketConn) LocalAddr() net.Addr { return c.local }

// RemoteAddr is a *net.UDPAddr.
func (c *PacketConn) RemoteAddr() net.Addr { return c.remote }

// Read returns the next datagram; what does not fit into b is lost.
func (c *PacketConn) Read(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		switch {
		case c.closed:
			return 0, c.opError("read", net.ErrClosed)
		case c.last.passed():
			return 0, c.opError("read", os.ErrDeadlineExceeded)
		case c.pending != nil:
			return 0, c.opError("read", os.NewSyscallError("read", c.takePending()))
		case len(c.queue) > 0:
			n := copy(b, c.queue[0])
			c.queue[0] = nil
			c.queue = c.queue[1:]
			return n, nil
		}
		c.cond.Wait()
	}
}

// Write sends b as one datagram.
func (c *PacketConn) Write(b []byte) (int, error) {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return 0, c.opError("write", net.ErrClosed)
	}
	if c.pending != nil {
		err := c.takePending()
		c.mu.Unlock()
		return 0, c.opError("write", os.NewSyscallError("write", err))
	}
	if c.send == nil {
		c.pending = syscall.ECONNREFUSED
		c.cond.Broadcast()
		c.mu.Unlock()
		return len(b), nil
	}
	c.mu.Unlock()
	c.send(b, c.deliver)
	return len(b), nil
}

func (c *PacketConn) takePending() error {
	err := c.pending
	c.pending = nil
	return err
}

// deliver queues one datagram for Read. It keeps b.
func (c *PacketConn) deliver(b []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || len(c.queue) >= datagrams {
		return
	}
	c.queue = append(c.queue, b)
	c.cond.Broadcast()
}

// Close wakes readers; datagrams on their way are dropped.
func (c *PacketConn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return c.opError("close", net.ErrClosed)
	}
	c.closed = true
	c.queue = nil
	c.last.stop()
	c.cond.Broadcast()
	return nil
}

// SetDeadline sets when reads give up; the zero time means never.
func (c *PacketConn) SetDeadline(t time.Time) error { return c.SetReadDeadline(t) }

// SetReadDeadline sets when reads give up.
func (c *PacketConn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return c.opError("set", net.ErrClosed)
	}
	c.last.set(t, &c.cond)
	return nil
}

// SetWriteDeadline has no effect: writes never wait.
func (c *PacketConn) SetWriteDeadline(time.Time) error { return nil }

func (c *PacketConn) opError(op string, err error) error {
	return &net.OpError{Op: op, Net: "udp", Source: c.local, Addr: c.remote, Err: err}
}
