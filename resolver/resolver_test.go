package resolver

import (
	"context"
	"net/netip"
	"testing"

	"github.com/miekg/dns"
	"go.uber.org/goleak"

	"stscan/internal/evidence"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestProbeAnswer(t *testing.T) {
	w := newWorld(map[netip.AddrPort]handler{
		addrA: answers(dns.RcodeSuccess, `_mta-sts.example.com. 300 IN TXT "v=STSv1; " "id=1;"`),
	})
	r := open(t, w, nil, addrA)
	l := r.Probe(context.Background(), txt("_mta-sts.example.com"))
	if l.Failure.Failed() || l.RCode != evidence.RCodeNoError || len(l.Records) != 1 || l.Records[0] != "v=STSv1; id=1;" {
		t.Errorf("got %+v", l)
	}
	if l.Server != addrA.String() || l.Transport != evidence.TransportUDP || l.TTL != 300 || l.Span.Tries != 1 {
		t.Errorf("got %+v", l)
	}
}
