package resolver

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/miekg/dns"

	"stscan/internal/evidence"
)

// probe asks one question of a server that answers as h does.
func probe(t *testing.T, q evidence.Question, h handler) evidence.Lookup {
	t.Helper()
	var l evidence.Lookup
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(map[netip.AddrPort]handler{addrA: h})
		l = open(t, w, nil, addrA).Probe(context.Background(), q)
	})
	return l
}

// digestOf hashes RDATA, given in canonical form and order, as documented.
func digestOf(rdata ...string) string {
	h := sha256.New()
	for _, d := range rdata {
		h.Write([]byte{byte(len(d) >> 8), byte(len(d))})
		h.Write([]byte(d))
	}
	return hex.EncodeToString(h.Sum(nil))
}

func TestRecords(t *testing.T) {
	const name = "a.example"
	tests := map[string]struct {
		rrtype  string
		zone    []string
		records []string
		digest  string
		ttl     uint32
	}{
		"A": {"A", []string{"a.example. 60 A 192.0.2.9", "a.example. 50 A 192.0.2.1"},
			[]string{"192.0.2.9", "192.0.2.1"}, digestOf("\xc0\x00\x02\x01", "\xc0\x00\x02\x09"), 50},
		"AAAA": {"AAAA", []string{"a.example. 60 AAAA 2001:DB8:0::1"},
			[]string{"2001:db8::1"}, digestOf("\x20\x01\x0d\xb8" + strings.Repeat("\x00", 11) + "\x01"), 60},
		"AAAA, IPv4-mapped": {"AAAA", []string{"a.example. 60 AAAA ::ffff:192.0.2.1"},
			[]string{"::ffff:192.0.2.1"}, digestOf(strings.Repeat("\x00", 10) + "\xff\xff\xc0\x00\x02\x01"), 60},
		"MX keeps the case, its digest does not": {"MX", []string{"a.example. 60 MX 10 Mx1.Example.", "a.example. 60 MX 5 mx2.example."},
			[]string{"10 Mx1.Example.", "5 mx2.example."},
			digestOf("\x00\x05\x03mx2\x07example\x00", "\x00\x0a\x03mx1\x07example\x00"), 60},
		"null MX": {"MX", []string{"a.example. 60 MX 0 ."},
			[]string{"0 ."}, digestOf("\x00\x00\x00"), 60},
		"NS": {"NS", []string{"a.example. 60 NS ns1.a.example."},
			[]string{"ns1.a.example."}, digestOf("\x03ns1\x01a\x07example\x00"), 60},
		"CNAME asked for": {"CNAME", []string{"a.example. 60 CNAME B.example."},
			[]string{"B.example."}, digestOf("\x01b\x07example\x00"), 60},
		"TLSA": {"TLSA", []string{"a.example. 60 TLSA 3 1 1 0aFF"},
			[]string{"3 1 1 0aff"}, digestOf("\x03\x01\x01\x0a\xff"), 60},
		"DS": {"DS", []string{"a.example. 60 DS 12345 8 2 ABCD"},
			[]string{"12345 8 2 ABCD"}, digestOf("\x30\x39\x08\x02\xab\xcd"), 60},
		"unrelated records": {"A", []string{"b.example. 1 A 192.0.2.9", "a.example. 1 AAAA 2001:db8::1", "a.example. 1 CH A 192.0.2.8", "a.example. 60 A 192.0.2.1", "xa.example. 1 A 192.0.2.7"},
			[]string{"192.0.2.1"}, digestOf("\xc0\x00\x02\x01"), 60},
		"equal records are one": {"MX", []string{"a.example. 60 MX 1 m.example.", "a.example. 60 MX 2 n.example.", "a.example. 60 MX 1 M.example."},
			[]string{"1 m.example.", "2 n.example."}, digestOf("\x00\x01\x01m\x07example\x00", "\x00\x02\x01n\x07example\x00"), 60},
		"nothing": {"A", nil, nil, "", 0},
	}
	for label, test := range tests {
		t.Run(label, func(t *testing.T) {
			l := probe(t, evidence.Question{Name: name, Type: test.rrtype}, answers(dns.RcodeSuccess, test.zone...))
			if l.Failure.Failed() || !slices.Equal(l.Records, test.records) || l.Total != len(test.records) || l.Truncated {
				t.Errorf("got %+v, want %q", l, test.records)
			}
			if l.Digest != test.digest || l.TTL != test.ttl || l.Chain != nil {
				t.Errorf("digest %s, TTL %d, chain %q", l.Digest, l.TTL, l.Chain)
			}
		})
	}
}

// txtReply gives TXT records of these character-strings, byte by byte.
func txtReply(rrs ...[]string) handler {
	return func(_ string, query *dns.Msg) []packet {
		m := replyTo(query, dns.RcodeSuccess)
		for _, strs := range rrs {
			var wire []byte
			for _, s := range strs {
				wire = append(append(wire, byte(len(s))), s...)
			}
			m.Answer = append(m.Answer, &dns.RFC3597{
				Hdr:   dns.RR_Header{Name: query.Question[0].Name, Rrtype: dns.TypeTXT, Class: dns.ClassINET, Ttl: 60},
				Rdata: hex.EncodeToString(wire),
			})
		}
		return sends(m)
	}
}

func TestTXT(t *testing.T) {
	long := strings.Repeat("x", 255)
	tests := map[string]struct {
		strings []string
		text    string
	}{
		"one string":         {[]string{"v=STSv1; id=1;"}, "v=STSv1; id=1;"},
		"joined, no blank":   {[]string{"v=STSv1;", " id", "=1;"}, "v=STSv1; id=1;"},
		"empty":              {[]string{""}, ""},
		"empty ones between": {[]string{"", "a", "", "b"}, "ab"},
		"more than 255":      {[]string{long, long, "y"}, long + long + "y"},
		"quotes":             {[]string{`say "hi"; it's`}, `say "hi"; it's`},
		"backslash":          {[]string{`a\b`}, `a\\b`},
		"looks escaped":      {[]string{`\034 \x41`}, `\\034 \\x41`},
		"UTF-8":              {[]string{"grüße"}, "grüße"},
		"UTF-8 cut in two":   {[]string{"gr\xc3", "\xbc\xc3\x9fe"}, "grüße"},
		"not UTF-8":          {[]string{"gr\xfc\xdfe"}, `gr\xfc\xdfe`},
		"NUL and controls":   {[]string{"a\x00b\tc\nd\x7f"}, "a\\x00b\tc\nd\x7f"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			l := probe(t, txt("_mta-sts.example.com"), txtReply(test.strings))
			if l.Failure.Failed() || len(l.Records) != 1 || l.Records[0] != test.text {
				t.Fatalf("got %+v, want %q", l, test.text)
			}
			var wire string
			for _, s := range test.strings {
				wire += string([]byte{byte(len(s))}) + s
			}
			if l.Digest != digestOf(wire) {
				t.Errorf("digest %s", l.Digest)
			}
		})
	}
}

// Of the TXT at an apex only SPF is kept.
func TestApexTXT(t *testing.T) {
	texts := [][]string{{"google-site-verification=1"}, {"v=spf1", " -all"}, {"V=SPF1 ~all"}, {" v=spf1"}, {"v=spf"}, {"v=spf10"}}
	var all []string
	for _, s := range texts {
		all = append(all, strings.Join(s, ""))
	}
	spf := []string{"v=spf1 -all", "V=SPF1 ~all", "v=spf10"}
	tests := map[string][]string{
		"example.com":                   spf,
		"www.example.com":               spf,
		"a_b.example.com":               spf,
		"_dmarc.example.com":            all,
		"default._bimi.example.com":     all,
		"_mta-sts.default.example.com":  all,
		"x._report._dmarc.example.com.": nil, // a final dot: not asked
	}
	for name, want := range tests {
		l := probe(t, txt(name), txtReply(texts...))
		if !slices.Equal(l.Records, want) || l.Truncated {
			t.Errorf("%s: got %+v, want %q", name, l, want)
		}
		if want != nil && (l.Total != len(texts) || l.Digest == "") {
			t.Errorf("%s: total %d, digest %q", name, l.Total, l.Digest)
		}
	}
}

func TestChain(t *testing.T) {
	long := func(n int) (zone, chain []string) {
		at := "a.example"
		for i := range n {
			next := fmt.Sprintf("c%d.example", i)
			zone = append(zone, fmt.Sprintf("%s. 60 CNAME %s.", at, next))
			chain = append(chain, next)
			at = next
		}
		return append(zone, at+". 60 A 192.0.2.1"), chain
	}
	longest, longestChain := long(16)
	tooLong, tooLongChain := long(17)
	tests := map[string]struct {
		rcode   int
		zone    []string
		chain   []string
		records []string
		ttl     uint32
		kind    evidence.Kind
		tries   int // 0 = 1
	}{
		"one": {zone: []string{"a.example. 30 CNAME B.Example.", "b.example. 60 A 192.0.2.1"},
			chain: []string{"b.example"}, records: []string{"192.0.2.1"}, ttl: 30},
		"in any order": {zone: []string{"c.example. 60 A 192.0.2.1", "b.example. 60 CNAME c.example.", "a.example. 60 CNAME b.example."},
			chain: []string{"b.example", "c.example"}, records: []string{"192.0.2.1"}, ttl: 60},
		"other owners": {zone: []string{"x.example. 1 CNAME y.example.", "a.example. 60 CNAME b.example.", "a.example. 1 A 192.0.2.8", "y.example. 1 A 192.0.2.9", "b.example. 60 A 192.0.2.1"},
			chain: []string{"b.example"}, records: []string{"192.0.2.1"}, ttl: 60},
		"not linked": {zone: []string{"x.example. 60 CNAME y.example.", "y.example. 60 A 192.0.2.1"}},
		"dangling": {rcode: dns.RcodeNameError, zone: []string{"a.example. 60 CNAME b.example."},
			chain: []string{"b.example"}, ttl: 60},
		"denied, and there": {rcode: dns.RcodeNameError, zone: []string{"a.example. 60 A 192.0.2.1"},
			kind: evidence.KindMalformed, tries: 3},
		"denied, and there behind an alias": {rcode: dns.RcodeNameError, zone: []string{"a.example. 60 CNAME b.example.", "b.example. 60 A 192.0.2.1"},
			kind: evidence.KindMalformed, tries: 3},
		"no such type behind": {zone: []string{"a.example. 60 CNAME b.example.", "b.example. 60 AAAA 2001:db8::1"},
			chain: []string{"b.example"}, ttl: 60},
		"a DNAME behind it": {zone: []string{"example. 60 DNAME example.net.", "a.example. 60 CNAME a.example.net.", "a.example.net. 60 A 192.0.2.1"},
			chain: []string{"a.example.net"}, records: []string{"192.0.2.1"}, ttl: 60},
		"odd octets": {zone: []string{`a.example. 60 CNAME B\.\200\ x.example.`, `b\.\200\ x.example. 60 A 192.0.2.1`},
			chain: []string{`b\.\200\ x.example`}, records: []string{"192.0.2.1"}, ttl: 60},
		"to the root": {zone: []string{"a.example. 60 CNAME .", ". 60 A 192.0.2.1"},
			chain: []string{"."}, records: []string{"192.0.2.1"}, ttl: 60},
		"to itself": {zone: []string{"a.example. 60 CNAME A.example.", "a.example. 60 A 192.0.2.1"},
			chain: []string{"a.example"}, ttl: 60},
		"loop": {zone: []string{"a.example. 60 CNAME b.example.", "b.example. 60 CNAME a.example."},
			chain: []string{"b.example", "a.example"}, ttl: 60},
		"loop behind": {zone: []string{"a.example. 60 CNAME b.example.", "b.example. 60 CNAME c.example.", "c.example. 60 CNAME b.example."},
			chain: []string{"b.example", "c.example", "b.example"}, ttl: 60},
		"longest":  {zone: longest, chain: longestChain, records: []string{"192.0.2.1"}, ttl: 60},
		"too long": {zone: tooLong, chain: tooLongChain[:16], kind: evidence.KindOversize},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			l := probe(t, evidence.Question{Name: "a.example", Type: "A"}, answers(test.rcode, test.zone...))
			if !slices.Equal(l.Chain, test.chain) || !slices.Equal(l.Records, test.records) || l.Failure.Kind != test.kind || l.TTL != test.ttl {
				t.Errorf("got %+v\nwant chain %q, records %q, TTL %d, kind %q", l, test.chain, test.records, test.ttl, test.kind)
			}
			if want := max(test.tries, 1); l.Span.Tries != want {
				t.Errorf("%d tries, want %d", l.Span.Tries, want)
			}
		})
	}
}

// RFC 2308 section 5: a negative answer lives as long as the lesser of the
// SOA's TTL and its MINIMUM.
func TestNegativeTTL(t *testing.T) {
	tests := map[string]struct {
		soa    string
		answer []string
		ttl    uint32
	}{
		"minimum is less": {soa: "example. 900 SOA ns.example. root.example. 1 2 3 4 300", ttl: 300},
		"TTL is less":     {soa: "example. 60 SOA ns.example. root.example. 1 2 3 4 300", ttl: 60},
		"no SOA":          {ttl: 0},
		"behind a CNAME":  {soa: "example. 900 SOA ns.example. root.example. 1 2 3 4 300", answer: []string{"a.example. 120 CNAME b.example."}, ttl: 120},
		"not negative":    {soa: "example. 60 SOA ns.example. root.example. 1 2 3 4 30", answer: []string{"a.example. 120 A 192.0.2.1"}, ttl: 120},
		"highest bit set": {soa: "example. 2147483648 SOA ns.example. root.example. 1 2 3 4 300", ttl: 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			l := probe(t, evidence.Question{Name: "a.example", Type: "A"}, func(_ string, query *dns.Msg) []packet {
				m := replyTo(query, dns.RcodeSuccess, test.answer...)
				if test.soa != "" {
					m.Ns = replyTo(query, 0, test.soa).Answer
				}
				return sends(m)
			})
			if l.TTL != test.ttl || l.Failure.Failed() {
				t.Errorf("got %+v, want TTL %d", l, test.ttl)
			}
		})
	}
}

func TestBoundsOfRecords(t *testing.T) {
	addrs := func(n int) (zone, records []string) {
		for i := range n {
			a := fmt.Sprintf("192.0.2.%d", i)
			zone, records = append(zone, "a.example. 60 A "+a), append(records, a)
		}
		return zone, records
	}
	for _, n := range []int{64, 65, 200} {
		zone, records := addrs(n)
		l := probe(t, evidence.Question{Name: "a.example", Type: "A"}, answers(dns.RcodeSuccess, zone...))
		if l.Total != n || l.Truncated != (n > 64) || !slices.Equal(l.Records, records[:min(n, 64)]) {
			t.Errorf("%d: got %+v", n, l)
		}
	}
	// 40 records of 500 octets that take four characters each: 80,000.
	var rrs [][]string
	for i := range 40 {
		rrs = append(rrs, []string{strings.Repeat("\xff", 250), strings.Repeat("\xfe", 250) + string(rune('a'+i))})
	}
	l := probe(t, txt("_x.example"), txtReply(rrs...))
	if l.Total != 40 || !l.Truncated || len(l.Records) != 65536/2001 || l.Failure.Failed() {
		t.Errorf("got %d of %d records, truncated %v, %+v", len(l.Records), l.Total, l.Truncated, l.Failure)
	}
}

// What we send, and what is read of the header and the OPT record.
func TestHeader(t *testing.T) {
	for _, cd := range []bool{false, true} {
		q := evidence.Question{Name: "_mta-sts.example.com", Type: "TXT", CD: cd}
		var asked *dns.Msg
		l := probe(t, q, func(_ string, query *dns.Msg) []packet {
			asked = query
			m := replyTo(query, dns.RcodeServerFailure)
			m.AuthenticatedData = true
			m.SetEdns0(1232, true)
			m.IsEdns0().Option = []dns.EDNS0{
				&dns.EDNS0_EDE{InfoCode: 9, ExtraText: "no DNSKEY"},
				&dns.EDNS0_NSID{Nsid: "abcd"},
				&dns.EDNS0_EDE{InfoCode: 22},
			}
			return sends(m)
		})
		want := evidence.Lookup{
			Question: q, RCode: "SERVFAIL", AD: true, EDE: []uint16{9, 22}, Server: addrA.String(), Transport: "udp",
			Failure: evidence.Failure{Op: evidence.OpResolve, Kind: evidence.KindStatus},
		}
		if d := cmp.Diff(want, l, cmpopts.IgnoreFields(evidence.Lookup{}, "Span", "Failure.Detail")); d != "" {
			t.Error(d)
		}
		opt := asked.IsEdns0()
		if !asked.RecursionDesired || !asked.AuthenticatedData || asked.CheckingDisabled != cd || asked.Response || opt == nil {
			t.Fatalf("asked\n%v", asked)
		}
		if opt.UDPSize() != 1232 || !opt.Do() || opt.Version() != 0 || len(opt.Option) != 0 || len(asked.Question) != 1 || asked.Question[0].Qclass != dns.ClassINET {
			t.Errorf("asked\n%v", asked)
		}
	}
}

func TestRCodes(t *testing.T) {
	for rcode, want := range map[int]string{9: "NOTAUTH", 12: "RCODE12", 16: "BADVERS", 23: "BADCOOKIE", 3841: "RCODE3841"} {
		l := probe(t, txt("example.com"), func(_ string, query *dns.Msg) []packet {
			m := replyTo(query, rcode) // its upper bits go into the OPT record
			m.SetEdns0(1232, true)
			return sends(m)
		})
		if l.RCode != want || l.Failure.Kind != evidence.KindStatus {
			t.Errorf("%d: got %+v", rcode, l)
		}
	}
}
