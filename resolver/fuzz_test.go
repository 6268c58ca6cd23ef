package resolver

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/miekg/dns"

	"stscan/internal/evidence"
)

// FuzzReply gives any bytes as a reply. Nothing may panic, what is taken must
// be for the question asked, in the eyes of another parser, and what comes out
// must keep to the bounds.
func FuzzReply(f *testing.F) {
	const name = "a.example"
	seed := func(q evidence.Question, rcode int, change func(m *dns.Msg), zone ...string) {
		query, err := appendQuery(nil, q)
		if err != nil {
			f.Fatal(err)
		}
		asked := new(dns.Msg)
		if err := asked.Unpack(query); err != nil {
			f.Fatal(err)
		}
		m := replyTo(asked, rcode, zone...)
		if change != nil {
			change(m)
		}
		for _, m.Compress = range []bool{false, true} {
			b, err := m.Pack()
			if err != nil {
				f.Fatal(err)
			}
			f.Add(q.Type, b)
		}
	}
	ask := func(rrtype string) evidence.Question { return evidence.Question{Name: name, Type: rrtype} }
	seed(ask("A"), 0, nil, "a.example. 60 CNAME b.example.", "b.example. 60 CNAME a.example.", "b.example. 60 A 192.0.2.1")
	seed(ask("AAAA"), 0, nil, "a.example. 60 AAAA 2001:db8::1", "a.example. 60 AAAA 2001:db8::1")
	seed(ask("MX"), 0, nil, "a.example. 60 MX 10 m.a.example.", "a.example. 60 MX 0 .")
	seed(ask("NS"), 0, nil, `a.example. 60 NS \200\.x.a.example.`)
	seed(ask("TXT"), 0, nil, `a.example. 60 TXT "v=spf1" " -all"`, `a.example. 60 TXT "\255" ""`)
	seed(ask("TLSA"), 0, nil, "a.example. 60 TLSA 3 1 1 aa")
	seed(ask("DS"), 0, nil, "a.example. 60 DS 1 8 2 aabb")
	seed(ask("TXT"), dns.RcodeNameError, func(m *dns.Msg) {
		soa, err := dns.NewRR("example. 60 SOA ns.example. root.example. 1 2 3 4 30")
		if err != nil {
			f.Fatal(err)
		}
		m.Ns = []dns.RR{soa}
		m.SetEdns0(1232, true)
		m.IsEdns0().Option = []dns.EDNS0{&dns.EDNS0_EDE{InfoCode: 6, ExtraText: "bogus"}}
	})
	seed(ask("A"), dns.RcodeFormatError, func(m *dns.Msg) { m.Question = nil })

	f.Fuzz(func(t *testing.T, rrtype string, msg []byte) {
		q := ask(rrtype)
		query, err := appendQuery(nil, q)
		if err != nil {
			return
		}
		if matches(query, msg) != match {
			return
		}
		checkQuestion(t, q, msg)
		var p reply
		l := evidence.Lookup{Question: q}
		if !p.parse(msg) || p.truncated() || p.read(query, &l) != nil {
			return
		}
		checkBounds(t, l)
		checkAgainst(t, msg, l)
	})
}

// checkQuestion reads the question of msg by another parser. Without one, msg
// may only be a refusal.
func checkQuestion(t *testing.T, q evidence.Question, msg []byte) {
	if binary.BigEndian.Uint16(msg[4:]) == 0 {
		if rcode := msg[3] & 15; rcode == dns.RcodeSuccess || rcode == dns.RcodeNameError {
			t.Errorf("taken: rcode %d without a question", rcode)
		}
		return
	}
	name, off, err := dns.UnpackDomainName(msg, headerLen)
	if err != nil || !strings.EqualFold(name, q.Name+".") {
		t.Fatalf("taken for %q: a reply for %q, %v", q.Name, name, err)
	}
	if rrtype := binary.BigEndian.Uint16(msg[off:]); rrtype != dns.StringToType[q.Type] || binary.BigEndian.Uint16(msg[off+2:]) != dns.ClassINET {
		t.Errorf("taken for %s: a reply for type %d", q.Type, rrtype)
	}
}

func checkBounds(t *testing.T, l evidence.Lookup) {
	if len(l.Records) > maxRecords || len(l.Chain) > maxChain || len(l.EDE) > maxEDE || len(l.Records) > l.Total {
		t.Errorf("beyond the bounds: %+v", l)
	}
	if (l.Total > 0) != (l.Digest != "") {
		t.Errorf("total %d, digest %q", l.Total, l.Digest)
	}
	for _, s := range append(l.Records, l.Chain...) {
		if !utf8.ValidString(s) {
			t.Errorf("not UTF-8: %q", s)
		}
	}
}

// checkAgainst compares with another parser, where that one reads msg too.
func checkAgainst(t *testing.T, msg []byte, l evidence.Lookup) {
	var m dns.Msg
	if m.Unpack(msg) != nil || m.IsEdns0() != nil {
		return // its rcode is joined from the last OPT record, ours from each
	}
	if m.AuthenticatedData != l.AD || rcodeName(uint16(m.Rcode)) != l.RCode {
		t.Errorf("got %s, AD %v from\n%v", l.RCode, l.AD, &m)
	}
	if l.Total > len(m.Answer) {
		t.Errorf("%d records from\n%v", l.Total, &m)
	}
}

// FuzzMX: what the short way reads of an MX record, the dns package reads too, and
// the same.
func FuzzMX(f *testing.F) {
	f.Add([]byte("\x02mx\x07example\x00"), []byte("\x00\x0a\xc0\x00"))
	f.Add([]byte("\x07example\x00"), []byte("\x12\x34\x02Mx\xc0\x00"))
	f.Add([]byte("\x03a.b\x00"), []byte("\x00\x00\x00"))
	f.Add([]byte("\x01_\xc0\x00"), []byte("\xff\xff\x01-\xc0\x00\x00"))
	f.Fuzz(func(t *testing.T, before, data []byte) {
		if len(data) < minRData(dns.TypeMX) || len(before)+len(data) > maxMessage {
			return
		}
		msg := append(append([]byte{}, before...), data...)
		short, ok := readMX(msg, len(before))
		if !ok {
			return
		}
		long, err := readOther(msg, rr{rrtype: dns.TypeMX, data: len(before), end: len(msg)})
		if err != nil || short.text != long.text || !bytes.Equal(short.canon, long.canon) {
			t.Errorf("%q %x, dns package %q %x %v", short.text, short.canon, long.text, long.canon, err)
		}
	})
}
