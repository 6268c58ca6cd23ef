package analysis

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stscan/internal/evidence"
)

func TestRecordSignal(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change change
		want   Signal
	}{
		{"record", txt("v=STSv1; id=1;"), SignalClaim},
		{"claim that is not valid", txt("v=STSv1"), SignalClaim},
		{"near miss", txt("V=STSv1; id=1;"), SignalNearMiss},
		{"dangling delegation", nxdomain(recordName, "TXT", "_mta-sts.gone.example"), SignalNearMiss},
		{"dangling alias of somebody else", nxdomain(recordName, "TXT", "gone.example"), SignalNone},
		{"foreign", txt("v=spf1 -all"), SignalForeign},
		{"no data", nodata(recordName, "TXT"), SignalNone},
		{"no name", nxdomain(recordName, "TXT"), SignalNone},
		{"no answer", servfail(recordName, "TXT"), SignalUnknown},
		{"the zero lookup", lookup(question(recordName, "TXT")), SignalUnknown},
	} {
		c := deployed(tt.change)
		l, _ := c.Lookup(recordName, "TXT")
		if got := RecordSignal(l); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestMXHosts(t *testing.T) {
	for _, tt := range []struct {
		records []string
		want    []MXHost
	}{
		{nil, nil},
		{[]string{"0 ."}, []MXHost{}},
		{[]string{"20 b.example.", "10 C.Example.", "10 a.example."}, []MXHost{{"a.example", 10}, {"c.example", 10}, {"b.example", 20}}},
		{[]string{"20 a.example.", "10 A.example.", "0 ."}, []MXHost{{"a.example", 10}}},
		{[]string{"x a.example.", "10", "70000 a.example.", ""}, []MXHost{}},
	} {
		if diff := cmp.Diff(tt.want, MXHosts(evidence.Lookup{Records: tt.records})); diff != "" {
			t.Errorf("%q: %s", tt.records, diff)
		}
	}
}

func TestAddressesAndNetworks(t *testing.T) {
	got := Addresses(evidence.Lookup{Records: []string{"192.0.2.10", "192.0.2.9", "192.0.2.10", "junk"}})
	want := []netip.Addr{netip.MustParseAddr("192.0.2.9"), netip.MustParseAddr("192.0.2.10")}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %v", got)
	}
	for addr, network := range map[string]string{
		"192.0.2.9": "192.0.0.0/16", "::ffff:192.0.2.9": "192.0.0.0/16",
		"2001:db8:1::1": "2001:db8::/32", "fe80::1%eth0": "fe80::/32",
	} {
		if got := Network(netip.MustParseAddr(addr)); got != network {
			t.Errorf("%s: got %s, want %s", addr, got, network)
		}
	}
	if Network(netip.Addr{}) != "" {
		t.Error("the zero address has a network")
	}
}

func TestNames(t *testing.T) {
	if RecordName(domain) != recordName || PolicyHost(domain) != policyHost {
		t.Error("RFC 8461 sections 3.1 and 3.3")
	}
	probe := WildcardProbe(domain)
	if probe != WildcardProbe(domain) || probe == WildcardProbe("example.org") {
		t.Error("the probe's name must be fixed, and differ between domains")
	}
	label, rest, _ := strings.Cut(probe, ".")
	if rest != domain || len(label) > 63 || !strings.HasPrefix(label, "_stscan-") {
		t.Errorf("got %s", probe)
	}
}

func TestMaskedStartTLS(t *testing.T) {
	for _, tt := range []struct {
		ehlo []string
		want bool
	}{
		{[]string{"250-x", "250 XXXXXXXA"}, true},
		{[]string{"250-x", "250-XXXXXXXX", "250 SIZE"}, true},
		{[]string{"250-x", "250-XXXXXXXX", "250 starttls"}, false}, // offered all the same
		{[]string{"250-x", "250 XXXX"}, false},
		{[]string{"250 XXXXXXXX"}, false}, // the server's name
		{[]string{"250-x", "250"}, false},
		{nil, false},
	} {
		if got := MaskedStartTLS(evidence.Session{EHLO: tt.ehlo}); got != tt.want {
			t.Errorf("%q: got %v", tt.ehlo, got)
		}
	}
}

func TestAliasQuestion(t *testing.T) {
	c := deployed()
	var asked []string
	zone := map[string]string{policyHost: "a.example.", "a.example": "b.example.", "b.example": "a.example."}
	for {
		q, ok := AliasQuestion(c, policyHost)
		if !ok {
			break
		}
		asked = append(asked, q.Name+" "+q.Type)
		answer(q.Name, q.Type, zone[q.Name])(&c)
	}
	if diff := cmp.Diff([]string{policyHost + " CNAME", "a.example CNAME", "b.example CNAME"}, asked); diff != "" {
		t.Error(diff)
	}
}
