//go:build unix

package lab

import (
	"errors"
	"net"
	"os"
	"syscall"
	"time"
)

const (
	// clogTries bounds the connections that fill an accept queue of length
	// zero, which on Linux holds one.
	clogTries = 8
	// clogWait tells a connect that is done on loopback, which takes
	// microseconds, from one that the kernel leaves without an answer.
	clogWait = 100 * time.Millisecond
)

// clog makes a listener swallow connects: its accept queue is made as short as
// can be and filled, after which the kernel drops each SYN. It returns the
// connections that fill it.
func clog(ln *net.TCPListener) ([]net.Conn, error) {
	raw, err := ln.SyscallConn()
	if err != nil {
		return nil, err
	}
	var listen error
	if err := raw.Control(func(fd uintptr) { listen = syscall.Listen(int(fd), 0) }); err != nil {
		return nil, err
	}
	if listen != nil {
		return nil, os.NewSyscallError("listen", listen)
	}
	var held []net.Conn
	for range clogTries {
		c, err := net.DialTimeout("tcp4", ln.Addr().String(), clogWait)
		var ne net.Error
		if errors.As(err, &ne) && ne.Timeout() {
			return held, nil
		}
		if err != nil {
			return held, err
		}
		held = append(held, c)
	}
	return held, errors.New("a full accept queue does not stop connects on this system")
}
