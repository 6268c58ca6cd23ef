package probe

import (
	"context"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"stscan/internal/evidence"
	"stscan/internal/neterr"
)

func loopbackDial(ctx context.Context, network string, addr netip.AddrPort) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, network, addr.String())
}

// TestDialFailures are the same for both probers: nobody was reached.
func TestDialFailures(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := netip.MustParseAddrPort(l.Addr().String())
	l.Close()
	for _, c := range []struct {
		name string
		dial DialFunc
		want evidence.Failure
		took time.Duration
	}{
		{"refused", loopbackDial, evidence.Failure{Op: evidence.OpDial, Kind: evidence.KindRefused, Detail: "dial: connect: connection refused"}, 0},
		{"opted out", func(context.Context, string, netip.AddrPort) (net.Conn, error) {
			return nil, neterr.Refusal{Kind: evidence.KindOptedOut, What: "192.0.2.0/24"}
		}, evidence.Failure{Op: evidence.OpDial, Kind: evidence.KindOptedOut, Detail: "192.0.2.0/24"}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			ep := evidence.Endpoint{Host: "host.example.org", Addr: closed.Addr()}
			f := NewPolicy(PolicyConfig{Dial: c.dial, Port: closed.Port()}).Probe(t.Context(), ep)
			s := NewMX(MXConfig{Dial: c.dial, Port: closed.Port()}).Probe(t.Context(), ep)
			if f.Failure != c.want || s.Failure != c.want {
				t.Errorf("got %+v and %+v, want %+v", f.Failure, s.Failure, c.want)
			}
			if s.ID == "" || s.TLS.SNI != "" || f.TLS.SNI != "" {
				t.Errorf("ID %q, SNI %q and %q", s.ID, s.TLS.SNI, f.TLS.SNI)
			}
		})
	}
}

func TestDialTimeout(t *testing.T) {
	took := inBubble(t, func(t *testing.T) {
		blackHole := func(ctx context.Context, network string, addr netip.AddrPort) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		s := NewMX(MXConfig{Dial: blackHole}).Probe(t.Context(), mxEndpoint)
		if s.Failure.Op != evidence.OpDial || s.Failure.Kind != evidence.KindTimeout || s.Span.Duration != DialTimeout {
			t.Errorf("failure %+v after %v", s.Failure, s.Span.Duration)
		}
	})
	if took != DialTimeout {
		t.Errorf("took %v", took)
	}
}

// TestPorts: the address that is dialled is the endpoint's, at the port of the protocol.
func TestPorts(t *testing.T) {
	var dialled []netip.AddrPort
	dial := func(_ context.Context, network string, addr netip.AddrPort) (net.Conn, error) {
		dialled = append(dialled, addr)
		return nil, neterr.Refusal{Kind: evidence.KindBudget, What: network}
	}
	NewMX(MXConfig{Dial: dial}).Probe(t.Context(), mxEndpoint)
	NewPolicy(PolicyConfig{Dial: dial}).Probe(t.Context(), policyEndpoint)
	want := []netip.AddrPort{netip.MustParseAddrPort("192.0.2.25:25"), netip.MustParseAddrPort("192.0.2.80:443")}
	if len(dialled) != 2 || dialled[0] != want[0] || dialled[1] != want[1] {
		t.Errorf("dialled %v, want %v", dialled, want)
	}
}

// TestReset: a server that resets the connection, over a real socket.
func TestReset(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			io.WriteString(conn, greeting)
			conn.Read(make([]byte, 1))
			conn.(*net.TCPConn).SetLinger(0)
			conn.Close()
		}
	}()
	addr := netip.MustParseAddrPort(l.Addr().String())
	s := NewMX(MXConfig{Dial: loopbackDial, Port: addr.Port()}).Probe(t.Context(), evidence.Endpoint{Host: "mx.example.org", Addr: addr.Addr()})
	if s.Failure.Op != evidence.OpEHLO || s.Failure.Kind != evidence.KindReset {
		t.Errorf("failure %+v", s.Failure)
	}
}
