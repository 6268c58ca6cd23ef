package neterr

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"stscan/internal/evidence"
)

func dialErr(t *testing.T, ctx context.Context, addr string) error {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err == nil {
		conn.Close()
		t.Fatal("dial succeeded")
	}
	return err
}

func TestRefusedDial(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	got := Failure(evidence.OpDial, dialErr(t, t.Context(), addr))
	want := evidence.Failure{Op: evidence.OpDial, Kind: evidence.KindRefused, Detail: "dial: connect: connection refused"}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if strings.Contains(got.Detail, netip.MustParseAddrPort(addr).Addr().String()) {
		t.Errorf("detail repeats the address: %q", got.Detail)
	}
}

func TestDialContext(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	expired, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	if got := Failure(evidence.OpDial, dialErr(t, cancelled, "127.0.0.1:9")); got.Kind != evidence.KindCancelled {
		t.Errorf("cancelled dial: %+v", got)
	}
	if got := Failure(evidence.OpDial, dialErr(t, expired, "127.0.0.1:9")); got.Kind != evidence.KindTimeout {
		t.Errorf("expired dial: %+v", got)
	}
}

func TestNil(t *testing.T) {
	if got := Failure(evidence.OpBody, nil); got != (evidence.Failure{}) {
		t.Errorf("got %+v", got)
	}
}

func TestOurOwnWords(t *testing.T) {
	for _, c := range []struct {
		err  error
		want evidence.Failure
	}{
		{&net.OpError{Op: "dial", Err: Refusal{evidence.KindSpecialAddress, "127.0.0.0/8"}},
			evidence.Failure{Op: evidence.OpDial, Kind: evidence.KindSpecialAddress, Detail: "127.0.0.0/8"}},
		{Observation{evidence.KindOversize, strings.Repeat("x", 4000)},
			evidence.Failure{Op: evidence.OpDial, Kind: evidence.KindOversize, Detail: strings.Repeat("x", maxDetail)}},
		{Observation{evidence.KindMalformed, "\xff\x00"},
			evidence.Failure{Op: evidence.OpDial, Kind: evidence.KindMalformed, Detail: `\xff\x00`}},
		{errors.New("never seen"),
			evidence.Failure{Op: evidence.OpDial, Kind: evidence.KindOther, Detail: "never seen"}},
	} {
		if got := Failure(evidence.OpDial, c.err); got != c.want {
			t.Errorf("%v:\n got %+v\nwant %+v", c.err, got, c.want)
		}
	}
}
