package lab

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/miekg/dns"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// dialWait bounds connects and dialogues of tests; what is to hang is waited
// for only stallWait.
const (
	dialWait  = 5 * time.Second
	stallWait = 50 * time.Millisecond
)

func (w *World) tryDial(network string, addr netip.AddrPort, wait time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	if w.place.loopback {
		return new(net.Dialer).DialContext(ctx, network, addr.String())
	}
	return w.Dial(ctx, network, addr)
}

// dial connects as a client of the world's network would.
func (w *World) dial(t *testing.T, network string, addr netip.AddrPort) net.Conn {
	t.Helper()
	c, err := w.tryDial(network, addr, dialWait)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// word names an error as the tables below do.
func word(err error) string {
	var ne net.Error
	var alert tls.AlertError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	var junk tls.RecordHeaderError
	var op *net.OpError
	switch {
	case errors.As(err, &alert):
		return "alert: " + strings.TrimPrefix(alert.Error(), "tls: ")
	case errors.As(err, &op) && op.Op == "remote error":
		return "alert: " + strings.TrimPrefix(op.Err.Error(), "tls: ")
	case errors.As(err, &host) && len(host.Certificate.DNSNames) == 0:
		return "no SAN"
	case errors.As(err, &host):
		return "another name"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && time.Now().Before(invalid.Cert.NotBefore):
		return "not yet valid"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "expired"
	case errors.As(err, &unknown):
		return "unknown authority"
	case errors.As(err, &junk):
		return "no TLS"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "reset"
	case errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &ne) && ne.Timeout():
		return "timeout"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "eof"
	}
	return err.Error()
}

func (w *World) clientTLS(t *testing.T, name string) *tls.Config {
	t.Helper()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(w.RootsPEM()) {
		t.Fatal("no roots")
	}
	return &tls.Config{RootCAs: roots, ServerName: name, MinVersion: tls.VersionTLS10}
}

// hostAddrs asks the world where a host is.
func hostAddrs(t *testing.T, w *World, host string) []netip.Addr {
	t.Helper()
	var addrs []netip.Addr
	for _, rr := range askOver(t, w, "udp", host, "A", nil).Answer {
		if a, ok := rr.(*dns.A); ok {
			addr, _ := netip.AddrFromSlice(a.A.To4())
			addrs = append(addrs, addr)
		}
	}
	return addrs
}

// bothNetworks runs a test over a world in memory and over one on loopback.
func bothNetworks(t *testing.T, names map[string]*Scenario, run func(t *testing.T, w *World)) {
	t.Run("memory", func(t *testing.T) {
		w, err := New(Config{Seed: 1, Assign: names})
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		run(t, w)
	})
	t.Run("loopback", func(t *testing.T) {
		w, err := ListenLoopback(t.Context(), Config{Seed: 1, Assign: names})
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		run(t, w)
	})
}
