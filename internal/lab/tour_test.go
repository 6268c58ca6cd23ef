package lab

import (
	"net"
	"net/netip"
	"testing"
	"time"
)

// dialWait bounds connects of tests over loopback.
const dialWait = 5 * time.Second

// dial connects as a client of the world's network would.
func (w *World) dial(t *testing.T, network string, addr netip.AddrPort) net.Conn {
	t.Helper()
	var c net.Conn
	var err error
	if w.place.loopback {
		c, err = (&net.Dialer{Timeout: dialWait}).DialContext(t.Context(), network, addr.String())
	} else {
		c, err = w.Dial(t.Context(), network, addr)
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}
