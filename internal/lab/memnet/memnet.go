// Package memnet makes connections that live in memory and behave as those of
// a Linux kernel do towards the programs that hold them: writes are buffered,
// a close sends FIN, or RST when unread bytes are lost by it, deadlines work,
// and errors carry the errno that a real socket would.
//
// It knows nothing of the protocols spoken over it, starts no goroutines but
// those of timers, and imports nothing of this module. Everything blocks on
// condition variables, so it runs inside testing/synctest bubbles.
package memnet

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"
)

const (
	// bufferSize is how many bytes a stream holds between writer and reader
	// before a write blocks: the usual order of a socket buffer.
	bufferSize = 64 << 10

	// datagrams is how many datagrams a packet conn holds for its reader;
	// more are dropped, as a kernel does when the receive buffer is full.
	datagrams = 512

	// connectTimeout is when a connect gives up to which nothing answers:
	// Linux with tcp_syn_retries = 6 sends its last SYN after 63 s and waits
	// another 64 s.
	connectTimeout = 127 * time.Second
)

// Refused is the error of a connect that is answered with RST.
func Refused(network string, addr netip.AddrPort) error {
	return dialError(network, addr, os.NewSyscallError("connect", syscall.ECONNREFUSED))
}

// Unreachable is the error of a connect that is answered with ICMP host
// unreachable.
func Unreachable(network string, addr netip.AddrPort) error {
	return dialError(network, addr, os.NewSyscallError("connect", syscall.EHOSTUNREACH))
}

// NoRoute is the error of a connect to an address this machine has no route to.
func NoRoute(network string, addr netip.AddrPort) error {
	return dialError(network, addr, os.NewSyscallError("connect", syscall.ENETUNREACH))
}

// Blackhole is a connect that nothing answers: it returns when ctx is done,
// with the error that net.Dialer gives then, or after two minutes with
// ETIMEDOUT.
func Blackhole(ctx context.Context, network string, addr netip.AddrPort) error {
	if err := Sleep(ctx, connectTimeout); err != nil {
		return Interrupted(network, addr, err)
	}
	return dialError(network, addr, os.NewSyscallError("connect", syscall.ETIMEDOUT))
}

// Interrupted is the error of a connect cut short by its context, of which
// cause is the error.
func Interrupted(network string, addr netip.AddrPort, cause error) error {
	if errors.Is(cause, context.DeadlineExceeded) {
		return dialError(network, addr, timeoutError{})
	}
	return dialError(network, addr, canceledError{})
}

// Sleep waits for d or until ctx is done, whose error it then returns.
func Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil || d <= 0 {
		return err
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

func dialError(network string, addr netip.AddrPort, err error) error {
	return &net.OpError{Op: "dial", Net: network, Addr: netAddr(network, addr), Err: err}
}

// timeoutError is what net.Dialer returns for a context past its deadline.
type timeoutError struct{}

func (timeoutError) Error() string   { return "i/o timeout" }
func (timeoutError) Timeout() bool   { return true }
func (timeoutError) Temporary() bool { return true }
func (timeoutError) Is(err error) bool {
	return err == context.DeadlineExceeded || err == os.ErrDeadlineExceeded
}

// canceledError is what net.Dialer returns for a cancelled context.
type canceledError struct{}

func (canceledError) Error() string     { return "operation was canceled" }
func (canceledError) Is(err error) bool { return err == context.Canceled }

func netAddr(network string, addr netip.AddrPort) net.Addr {
	if len(network) >= 3 && network[:3] == "udp" {
		return net.UDPAddrFromAddrPort(addr)
	}
	return net.TCPAddrFromAddrPort(addr)
}
