package doctor

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"
	"go.uber.org/goleak"

	"stscan/internal/evidence"
	"stscan/internal/lab"
	"stscan/internal/lab/memnet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var here = netip.MustParseAddrPort("20.0.0.1:40000")

// meddler changes what a resolver says, or swallows it (nil).
type meddler func(q, answer *dns.Msg, tcp bool) *dns.Msg

// through is a dialer that reaches the resolver of a world through a meddler.
func through(world *lab.World, meddle meddler) func(context.Context, string, netip.AddrPort) (net.Conn, error) {
	say := func(query []byte, tcp bool) []byte {
		q := new(dns.Msg)
		if err := q.Unpack(query); err != nil {
			return nil
		}
		answer := world.Answer(q, tcp)
		if answer != nil {
			answer = meddle(q, answer, tcp)
		}
		if answer == nil {
			return nil
		}
		raw, err := answer.Pack()
		if err != nil {
			return nil
		}
		return raw
	}
	return func(_ context.Context, network string, addr netip.AddrPort) (net.Conn, error) {
		if network == "udp" {
			return memnet.Packet(here, addr, func(query []byte, send func([]byte)) {
				if raw := say(query, false); raw != nil {
					send(raw)
				}
			}), nil
		}
		near, far := memnet.Pipe(here, addr)
		go serveTCP(far, say)
		return near, nil
	}
}

// serveTCP answers one question; it hangs up where there is no answer.
func serveTCP(c net.Conn, say func([]byte, bool) []byte) {
	defer c.Close()
	var size [2]byte
	if _, err := io.ReadFull(c, size[:]); err != nil {
		return
	}
	query := make([]byte, binary.BigEndian.Uint16(size[:]))
	if _, err := io.ReadFull(c, query); err != nil {
		return
	}
	if raw := say(query, true); raw != nil {
		_, _ = c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(raw))), raw...))
	}
}

// The domains of the tests: two that are well, and one whose signatures are wrong.
const (
	goodDomain  = "good.example"
	otherDomain = "other.example"
	bogusDomain = "bogus.example"
)

func newWorld(t *testing.T, cfg lab.Config) *lab.World {
	t.Helper()
	cfg.Assign = map[string]*lab.Scenario{bogusDomain: {Name: "bogus", Apex: lab.Apex{MXFault: lab.DNSBogus}}}
	for _, s := range lab.Scenarios() {
		if s.Name == "enforce-own" {
			cfg.Assign[goodDomain], cfg.Assign[otherDomain] = &s, &s
		}
	}
	world, err := lab.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(world.Close)
	return world
}

// the finds what was found by one check, once.
func the(t *testing.T, all []Finding, check Check, about string) Finding {
	t.Helper()
	var found []Finding
	for _, f := range all {
		if f.Check == check && (about == "" || f.About == about) {
			found = append(found, f)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d findings of %s %s: %+v", len(found), check, about, all)
	}
	return found[0]
}

// expect: it is in this state, says this, and what to do if it is not in order.
func expect(t *testing.T, f Finding, state State, says ...string) {
	t.Helper()
	if f.State != state || (f.Do == "") != (state == StateOK) {
		t.Errorf("%+v; want %s", f, state)
	}
	for _, s := range says {
		if !strings.Contains(f.Seen+"\n"+f.Do, s) {
			t.Errorf("%q is not in %+v", s, f)
		}
	}
}

// zone is a resolver as a literal: "TYPE name" to records. Where the record is "!"
// there is no answer.
type zone map[string][]string

func (z zone) lookup(_ context.Context, q evidence.Question) evidence.Lookup {
	l := evidence.Lookup{Question: q, RCode: evidence.RCodeNoError}
	records, known := z[q.Type+" "+q.Name]
	switch {
	case !known:
		l.RCode = evidence.RCodeNXDomain
	case slices.Equal(records, []string{"!"}):
		l.RCode, l.Failure = "", evidence.Failure{Op: evidence.OpResolve, Kind: evidence.KindTimeout}
	default:
		l.Records, l.Total = records, len(records)
	}
	return l
}
