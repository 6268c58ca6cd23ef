//go:build !unix

package lab

import (
	"errors"
	"net"
)

// clog makes a listener swallow connects, where the system lets it.
func clog(*net.TCPListener) ([]net.Conn, error) {
	return nil, errors.ErrUnsupported
}
