package admission

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"testing"

	"stscan/internal/evidence"
	"stscan/internal/neterr"
)

// dialer notes the addresses dialled.
type dialer struct{ dialled []netip.AddrPort }

var errDialled = errors.New("dialled")

func (d *dialer) dial(_ context.Context, _ string, addr netip.AddrPort) (net.Conn, error) {
	d.dialled = append(d.dialled, addr)
	return nil, errDialled
}

func TestDialRefuses(t *testing.T) {
	o, err := LoadOptOut(optOutFile(t, "8.8.4.0/24\n2606:4700::/32\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		addr         string
		allowSpecial bool
		want         evidence.Kind
	}{
		{"8.8.8.8", false, ""},
		{"2a00:1450:4001:801::1a", false, ""},
		{"127.0.0.1", false, evidence.KindSpecialAddress},
		{"127.0.0.1", true, ""},
		{"0.0.0.0", true, evidence.KindSpecialAddress}, // nobody's, even in a test
		{"255.255.255.255", true, evidence.KindSpecialAddress},
		{"::", true, evidence.KindSpecialAddress},
		{"ff02::1", true, evidence.KindSpecialAddress},
		{"::ffff:0.0.0.0", true, evidence.KindSpecialAddress},
		{"::1", false, evidence.KindSpecialAddress},
		{"::ffff:127.0.0.1", false, evidence.KindSpecialAddress},
		{"64:ff9b::10.0.0.1", false, evidence.KindSpecialAddress},
		{"fe80::1%eth0", false, evidence.KindSpecialAddress},
		{"8.8.4.4", false, evidence.KindOptedOut},
		{"8.8.4.4", true, evidence.KindOptedOut},
		{"::ffff:8.8.4.4", false, evidence.KindOptedOut},
		{"64:ff9b::8.8.4.4", true, evidence.KindOptedOut},
		{"2606:4700::1", false, evidence.KindOptedOut},
	} {
		d := &dialer{}
		gate := NewGate(GateConfig{OptOut: o, AllowSpecial: c.allowSpecial, Dial: d.dial})
		addr := netip.AddrPortFrom(netip.MustParseAddr(c.addr), 25)
		_, err := gate.Dial(t.Context(), "tcp", addr)
		var r neterr.Refusal
		errors.As(err, &r)
		if r.Kind != c.want || (c.want == "") != errors.Is(err, errDialled) {
			t.Errorf("%s, special allowed %v: %v, want kind %q", c.addr, c.allowSpecial, err, c.want)
		}
		if c.want == "" && (len(d.dialled) != 1 || d.dialled[0] != addr) || c.want != "" && len(d.dialled) != 0 {
			t.Errorf("%s: dialled %v", c.addr, d.dialled)
		}
		if c.want != "" && (r.What == "" || gate.Stats().Refused[c.want] != 1) {
			t.Errorf("%s: %q, %v", c.addr, r.What, gate.Stats().Refused)
		}
		if f := neterr.Failure(evidence.OpDial, err); c.want != "" && f.Kind != c.want {
			t.Errorf("%s: failure %+v", c.addr, f)
		}
	}
	d := &dialer{}
	if _, err := NewGate(GateConfig{AllowSpecial: true, Dial: d.dial}).Dial(t.Context(), "tcp", netip.AddrPort{}); err == nil || len(d.dialled) > 0 {
		t.Errorf("no address: %v, dialled %v", err, d.dialled)
	}
}

func TestRefuses(t *testing.T) {
	o, err := LoadOptOut(optOutFile(t, "example.com\n8.8.4.4\n"))
	if err != nil {
		t.Fatal(err)
	}
	gate := NewGate(GateConfig{OptOut: o})
	open := NewGate(GateConfig{AllowSpecial: true})
	for _, c := range []struct {
		gate *Gate
		host string
		addr string
		want evidence.Kind
	}{
		{gate, "mx.example.com", "", evidence.KindOptedOut},
		{gate, "mx.example.com", "8.8.8.8", evidence.KindOptedOut},
		{gate, "mx.example.com", "127.0.0.1", evidence.KindOptedOut},
		{gate, "mx.example.org", "", ""},
		{gate, "mx.example.org", "8.8.8.8", ""},
		{gate, "mx.example.org", "8.8.4.4", evidence.KindOptedOut},
		{gate, "mx.example.org", "10.0.0.1", evidence.KindSpecialAddress},
		{gate, "", "10.0.0.1", evidence.KindSpecialAddress},
		{open, "mx.example.com", "10.0.0.1", ""},
	} {
		var addr netip.Addr
		if c.addr != "" {
			addr = netip.MustParseAddr(c.addr)
		}
		if got := c.gate.Refuses(c.host, addr); got != c.want {
			t.Errorf("%q at %q: %q, want %q", c.host, c.addr, got, c.want)
		}
	}
}

// TestOptOutBeforeDial: who is entered in the list between the answer of the DNS and the
// dial is not dialled.
func TestOptOutBeforeDial(t *testing.T) {
	o, err := LoadOptOut(optOutFile(t, ""))
	if err != nil {
		t.Fatal(err)
	}
	d := &dialer{}
	gate := NewGate(GateConfig{OptOut: o, Dial: d.dial})
	addr := netip.MustParseAddrPort("8.8.8.8:25")
	if kind := gate.Refuses("mx.example", addr.Addr()); kind != "" {
		t.Fatal(kind)
	}
	list, err := parseOptOuts("8.8.8.8\n")
	if err != nil {
		t.Fatal(err)
	}
	o.current.Store(list)
	if _, err := gate.Dial(t.Context(), "tcp", addr); errors.Is(err, errDialled) || len(d.dialled) > 0 {
		t.Errorf("dialled %v, %v", d.dialled, err)
	}
}

// TestDialSocket: without a dialer of the caller's, sockets of this machine are
// used, and the connection's far end is the address that was asked for.
func TestDialSocket(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	addr := l.Addr().(*net.TCPAddr).AddrPort()
	c, err := NewGate(GateConfig{AllowSpecial: true}).Dial(t.Context(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if got := c.RemoteAddr().String(); got != addr.String() {
		t.Errorf("connected to %s, want %s", got, addr)
	}
	if _, err := NewGate(GateConfig{}).Dial(t.Context(), "tcp", addr); err == nil {
		t.Error("loopback was dialled without leave")
	}
}
