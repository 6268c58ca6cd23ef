package memnet_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"stscan/internal/lab/memnet"
)

// end is what the table needs of a connection, real or in memory.
type end interface {
	net.Conn
	CloseWrite() error
}

func reset(t *testing.T, c end) {
	t.Helper()
	switch c := c.(type) {
	case *memnet.Conn:
		c.Reset()
	case *net.TCPConn:
		if err := c.SetLinger(0); err != nil {
			t.Fatal(err)
		}
		c.Close()
	}
}

// outcome names what a call returned, in a word.
func outcome(err error) string {
	var ne net.Error
	switch {
	case err == nil:
		return "ok"
	case err == io.EOF:
		return "EOF"
	case errors.Is(err, net.ErrClosed):
		return "closed"
	case errors.Is(err, syscall.ECONNRESET):
		return "ECONNRESET"
	case errors.Is(err, syscall.EPIPE):
		return "EPIPE"
	case errors.As(err, &ne) && ne.Timeout() && errors.Is(err, os.ErrDeadlineExceeded):
		return "timeout"
	}
	return err.Error()
}

func read(c net.Conn) string {
	b := make([]byte, 100)
	n, err := c.Read(b)
	if n > 0 {
		return string(b[:n])
	}
	return outcome(err)
}

func write(c net.Conn, s string) string {
	_, err := c.Write([]byte(s))
	return outcome(err)
}

// The table says what a program sees; it runs over sockets of the kernel too,
// so that it cannot describe a network that does not exist.
var streamTable = []struct {
	name string
	run  func(t *testing.T, a, b end) []string
	want string
}{
	{"a write does not wait for the reader", func(t *testing.T, a, b end) []string {
		return []string{write(a, "one"), write(a, "two"), read(b)}
	}, "ok ok onetwo"},
	{"bytes before FIN are delivered, then the end, for ever", func(t *testing.T, a, b end) []string {
		return []string{write(a, "x"), outcome(a.Close()), read(b), read(b), read(b)}
	}, "ok ok x EOF EOF"},
	{"after half a close the other half works", func(t *testing.T, a, b end) []string {
		return []string{outcome(a.CloseWrite()), read(b), write(b, "y"), read(a), write(a, "z")}
	}, "ok EOF ok y EPIPE"},
	{"RST instead of FIN", func(t *testing.T, a, b end) []string {
		reset(t, a)
		return []string{read(b), read(b), write(b, "x")}
	}, "ECONNRESET EOF EPIPE"},
	{"RST seen by a write first", func(t *testing.T, a, b end) []string {
		reset(t, a)
		return []string{write(b, "x"), write(b, "x"), read(b)}
	}, "ECONNRESET EPIPE EOF"},
	{"bytes before RST are delivered", func(t *testing.T, a, b end) []string {
		first := write(a, "x")
		reset(t, a)
		return []string{first, read(b), read(b)}
	}, "ok x ECONNRESET"},
	{"a close that loses unread bytes is RST", func(t *testing.T, a, b end) []string {
		return []string{write(b, "lost"), outcome(a.Close()), read(b)}
	}, "ok ok ECONNRESET"},
	{"a write to a closed peer succeeds once", func(t *testing.T, a, b end) []string {
		return []string{outcome(a.Close()), write(b, "x"), write(b, "x"), read(b)}
	}, "ok ok EPIPE EOF"},
	{"own close", func(t *testing.T, a, b end) []string {
		return []string{outcome(a.Close()), read(a), write(a, "x"), outcome(a.Close())}
	}, "ok closed closed closed"},
	{"a read deadline in the past fails at once, one taken back does not", func(t *testing.T, a, b end) []string {
		a.SetReadDeadline(time.Unix(1, 0))
		first := read(a)
		a.SetReadDeadline(time.Time{})
		return []string{first, write(b, "x"), read(a)}
	}, "timeout ok x"},
	{"a write deadline in the past", func(t *testing.T, a, b end) []string {
		a.SetWriteDeadline(time.Unix(1, 0))
		return []string{write(a, "x")}
	}, "timeout"},
	{"a deadline ends a read that waits", func(t *testing.T, a, b end) []string {
		a.SetDeadline(time.Now().Add(10 * time.Millisecond))
		return []string{read(a), read(a)}
	}, "timeout timeout"},
	{"a close ends a read that waits", func(t *testing.T, a, b end) []string {
		done := make(chan string)
		go func() { done <- read(a) }()
		a.Close()
		return []string{<-done}
	}, "closed"},
	{"a write blocks once the buffers are full, and a deadline ends it", func(t *testing.T, a, b end) []string {
		a.SetWriteDeadline(time.Now().Add(50 * time.Millisecond))
		return []string{write(a, strings.Repeat("x", 64<<20))}
	}, "timeout"},
}

func TestStreamInMemory(t *testing.T) {
	for _, c := range streamTable {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, b := memnet.Pipe(netip.MustParseAddrPort("20.0.0.1:1024"), netip.MustParseAddrPort("20.0.0.2:25"))
				defer a.Close()
				defer b.Close()
				if got := strings.Join(c.run(t, a, b), " "); got != c.want {
					t.Errorf("got  %s\nwant %s", got, c.want)
				}
			})
		})
	}
}

func TestStreamOfTheKernel(t *testing.T) {
	for _, c := range streamTable {
		t.Run(c.name, func(t *testing.T) {
			a, b := kernelPair(t)
			defer a.Close()
			defer b.Close()
			if got := strings.Join(c.run(t, a, b), " "); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func kernelPair(t *testing.T) (a, b *net.TCPConn) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	x, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	y, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	return x.(*net.TCPConn), y.(*net.TCPConn)
}

func TestWholeBufferArrivesInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := memnet.Pipe(netip.MustParseAddrPort("20.0.0.1:1024"), netip.MustParseAddrPort("20.0.0.2:25"))
		sent := make([]byte, 1<<20)
		for i := range sent {
			sent[i] = byte(i >> 8)
		}
		go func() {
			a.Write(sent)
			a.Close()
		}()
		got, err := io.ReadAll(b)
		if err != nil || string(got) != string(sent) {
			t.Errorf("%d bytes, %v; want %d", len(got), err, len(sent))
		}
		b.Close()
	})
}

func TestDialErrors(t *testing.T) {
	addr := netip.MustParseAddrPort("20.0.0.2:25")
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		start := time.Now()
		err := memnet.Blackhole(ctx, "tcp", addr)
		var ne net.Error
		if !errors.As(err, &ne) || !ne.Timeout() || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("blackhole with a deadline: %v", err)
		}
		if d := time.Since(start); d != 10*time.Second {
			t.Errorf("gave up after %v, want 10s", d)
		}
		if err := memnet.Blackhole(t.Context(), "tcp", addr); !errors.Is(err, syscall.ETIMEDOUT) {
			t.Errorf("blackhole without a deadline: %v", err)
		}
		gone, stop := context.WithCancel(t.Context())
		stop()
		if err := memnet.Blackhole(gone, "tcp", addr); !errors.Is(err, context.Canceled) || outcome(err) == "timeout" {
			t.Errorf("blackhole cancelled: %v", err)
		}
	})
	for want, err := range map[error]error{
		syscall.ECONNREFUSED: memnet.Refused("tcp", addr),
		syscall.EHOSTUNREACH: memnet.Unreachable("tcp", addr),
		syscall.ENETUNREACH:  memnet.NoRoute("tcp", addr),
	} {
		var op *net.OpError
		if !errors.Is(err, want) || !errors.As(err, &op) || op.Op != "dial" {
			t.Errorf("%v: want %v inside a dial error", err, want)
		}
	}
}
