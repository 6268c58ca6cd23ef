package lab

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// assigned makes a world in memory in which each name has the scenario given,
// and every other name is absent.
func assigned(t *testing.T, names map[string]*Scenario) *World {
	t.Helper()
	w, err := New(Config{Seed: 1, Assign: names})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

// askOver asks with an independent client, over the world's own network.
func askOver(t *testing.T, w *World, network, name, qtype string, change func(*dns.Msg)) *dns.Msg {
	t.Helper()
	m := new(dns.Msg)
	m.SetQuestion(dns.Fqdn(name), dns.StringToType[qtype])
	m.SetEdns0(1232, true)
	if change != nil {
		change(m)
	}
	c := w.dial(t, network, w.Resolver())
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(dialWait)); err != nil {
		t.Fatal(err)
	}
	r, err := exchange(c, network, m)
	if err != nil {
		t.Fatalf("%s %s: %v", name, qtype, err)
	}
	if r.Id != m.Id || !slices.Equal(r.Question, m.Question) {
		t.Errorf("%s %s: answer to another question: %v", name, qtype, r.Question)
	}
	return r
}

// exchange sends one question and awaits the answer. The dns package's own
// Conn takes every connection that is no net.PacketConn for TCP.
func exchange(c net.Conn, network string, m *dns.Msg) (*dns.Msg, error) {
	if network == "tcp" {
		conn := &dns.Conn{Conn: c}
		if err := conn.WriteMsg(m); err != nil {
			return nil, err
		}
		return conn.ReadMsg()
	}
	query, err := m.Pack()
	if err != nil {
		return nil, err
	}
	if _, err := c.Write(query); err != nil {
		return nil, err
	}
	buf := make([]byte, 4096)
	n, err := c.Read(buf)
	if err != nil {
		return nil, err
	}
	r := new(dns.Msg)
	return r, r.Unpack(buf[:n])
}

// brief writes an answer in one line: rcode, flags that are not always so,
// records without TTL, extended error.
func brief(m *dns.Msg) string {
	parts := []string{dns.RcodeToString[m.Rcode]}
	if m.Truncated {
		parts = append(parts, "TC")
	}
	if m.Authoritative || !m.RecursionAvailable {
		parts = append(parts, "wrong flags")
	}
	for _, rr := range m.Answer {
		data := strings.TrimPrefix(rr.String(), rr.Header().String())
		if _, ok := rr.(*dns.A); ok {
			data = "address"
		}
		parts = append(parts, fmt.Sprintf("%s %s %s", rr.Header().Name, dns.TypeToString[rr.Header().Rrtype], data))
	}
	for _, rr := range m.Ns {
		parts = append(parts, rr.Header().Name+" "+dns.TypeToString[rr.Header().Rrtype])
	}
	if opt := m.IsEdns0(); opt != nil {
		for _, o := range opt.Option {
			if ede, ok := o.(*dns.EDNS0_EDE); ok {
				parts = append(parts, fmt.Sprintf("EDE %d", ede.InfoCode))
			}
		}
	}
	return strings.Join(parts, "; ")
}

var (
	plainOne = &Scenario{
		Name:   "plain-one",
		Record: Record{TXT: []string{"v=STSv1; id=a1;"}},
		Policy: PolicyHost{Servers: []WebServer{{HTTP: Web{Body: "x"}}}},
		MX: []MX{
			{Host: "mx1.{domain}", Preference: 10, Servers: []MailServer{{}}},
			{Host: "mx1.alpha-mail.test", Preference: 20, Servers: []MailServer{{}, {}}},
		},
	}
	delegated = &Scenario{
		Name:   "delegated",
		Record: Record{TXT: []string{"v=STSv1; id=a2;"}, CNAME: []string{"_mta-sts.{domain}.alpha-sts.test"}},
		Policy: PolicyHost{CNAME: []string{"{dash}.p.beta-sts.test", "{dash}.edge.beta-sts.test"}, Servers: []WebServer{{}}},
		MX:     []MX{{Host: "{dash}.in.gamma-mail.test", Servers: []MailServer{{}}}},
		Apex:   Apex{MXText: []string{"0 ."}},
	}
	faulty = func(f DNSFault) *Scenario {
		return &Scenario{Name: "fault-" + string(f), Record: Record{TXT: []string{"t"}, Fault: f}, MX: plainOne.MX,
			Policy: PolicyHost{CNAME: []string{"gone.{domain}"}, Fault: f, Servers: []WebServer{{}}}}
	}
)

// What a resolver says in each case is written from RFC 1035, 2308 (negative
// answers carry the SOA), 8914 (extended errors) and 6147.
func TestAnswers(t *testing.T) {
	w := assigned(t, map[string]*Scenario{
		"a.example": plainOne, "a-b.co.example": delegated, "mta-sts.a.example": plainOne,
		"nx.example": faulty(DNSNXDomain), "nodata.example": faulty(DNSNoData), "servfail.example": faulty(DNSServFail),
		"bogus.example": faulty(DNSBogus), "refused.example": faulty(DNSRefused), "loop.example": faulty(DNSLoop),
		"tc.example":   faulty(DNSTruncate),
		"wild.example": {Name: "wild", Record: Record{Wildcard: []string{"w {domain}"}}, MX: plainOne.MX},
		"raw.example":  {Name: "raw", Record: Record{TXT: []string{"a\"b\\c\x00\xff"}}, MX: plainOne.MX},
		"split.example": {Name: "split", Record: Record{TXT: []string{"v=STSv1; id=abcd;"}, Split: true},
			MX: plainOne.MX},
		"web.example": {Name: "web", Apex: Apex{Addrs: []Place{PlaceOpen, PlaceSpecial}}},
	})
	cd := func(m *dns.Msg) { m.CheckingDisabled = true }
	for _, c := range []struct {
		name, qtype string
		change      func(*dns.Msg)
		want        string
	}{
		{"_mta-sts.a.example", "TXT", nil, `NOERROR; _mta-sts.a.example. TXT "v=STSv1; id=a1;"`},
		{"_MTA-sts.A.example", "TXT", nil, `NOERROR; _mta-sts.a.example. TXT "v=STSv1; id=a1;"`},
		{"mta-sts.a.example", "A", nil, "NOERROR; mta-sts.a.example. A address"},
		{"mta-sts.a.example", "AAAA", nil, "NOERROR; a.example. SOA"},
		{"a.example", "MX", nil, "NOERROR; a.example. MX 10 mx1.a.example.; a.example. MX 20 mx1.alpha-mail.test."},
		{"mx1.a.example", "A", nil, "NOERROR; mx1.a.example. A address"},
		{"mx1.alpha-mail.test", "A", nil, "NOERROR; mx1.alpha-mail.test. A address; mx1.alpha-mail.test. A address"},
		{"mx2.a.example", "A", nil, "NXDOMAIN; a.example. SOA"},
		{"a.example", "A", nil, "NOERROR; a.example. SOA"},
		{"_25._tcp.mx1.a.example", "TLSA", nil, "NXDOMAIN; mx1.a.example. SOA"},
		{"nobody.alpha-mail.test", "A", nil, "NXDOMAIN; alpha-mail.test. SOA"},
		{"random.invalid", "TXT", nil, "NXDOMAIN; . SOA"},
		{"192.0.2.1", "A", nil, "NXDOMAIN; . SOA"},
		{"unknown.example", "MX", nil, "NXDOMAIN; example. SOA"},

		// A scanned name that is called as a policy host is.
		{"_mta-sts.mta-sts.a.example", "TXT", nil, `NOERROR; _mta-sts.mta-sts.a.example. TXT "v=STSv1; id=a1;"`},
		{"mta-sts.a.example", "MX", nil, "NOERROR; mta-sts.a.example. MX 10 mx1.mta-sts.a.example.; mta-sts.a.example. MX 20 mx1.alpha-mail.test."},

		{"_mta-sts.a-b.co.example", "TXT", nil, `NOERROR; _mta-sts.a-b.co.example. CNAME _mta-sts.a-b.co.example.alpha-sts.test.; _mta-sts.a-b.co.example.alpha-sts.test. TXT "v=STSv1; id=a2;"`},
		{"_mta-sts.a-b.co.example.alpha-sts.test", "TXT", nil, `NOERROR; _mta-sts.a-b.co.example.alpha-sts.test. TXT "v=STSv1; id=a2;"`},
		{"mta-sts.a-b.co.example", "A", nil, "NOERROR; mta-sts.a-b.co.example. CNAME a--b-co-example.p.beta-sts.test.; a--b-co-example.p.beta-sts.test. CNAME a--b-co-example.edge.beta-sts.test.; a--b-co-example.edge.beta-sts.test. A address"},
		{"mta-sts.a-b.co.example", "CNAME", nil, "NOERROR; mta-sts.a-b.co.example. CNAME a--b-co-example.p.beta-sts.test."},
		{"a--b-co-example.p.beta-sts.test", "A", nil, "NOERROR; a--b-co-example.p.beta-sts.test. CNAME a--b-co-example.edge.beta-sts.test.; a--b-co-example.edge.beta-sts.test. A address"},
		{"a--b-co-example.in.gamma-mail.test", "A", nil, "NOERROR; a--b-co-example.in.gamma-mail.test. A address"},
		{"a-b.co.example", "MX", nil, "NOERROR; a-b.co.example. MX 0 a--b-co-example.in.gamma-mail.test.; a-b.co.example. MX 0 ."},

		{"_mta-sts.nx.example", "TXT", nil, "NXDOMAIN; nx.example. SOA"},
		{"mta-sts.nx.example", "A", nil, "NXDOMAIN; mta-sts.nx.example. CNAME gone.nx.example.; nx.example. SOA"},
		{"_mta-sts.nodata.example", "TXT", nil, "NOERROR; nodata.example. SOA"},
		{"mta-sts.nodata.example", "A", nil, "NOERROR; mta-sts.nodata.example. CNAME gone.nodata.example.; nodata.example. SOA"},
		{"_mta-sts.servfail.example", "TXT", nil, "SERVFAIL; EDE 22"},
		{"_mta-sts.servfail.example", "TXT", cd, "SERVFAIL; EDE 22"},
		{"_mta-sts.bogus.example", "TXT", nil, "SERVFAIL; EDE 6"},
		{"_mta-sts.bogus.example", "TXT", cd, `NOERROR; _mta-sts.bogus.example. TXT "t"`},
		{"_mta-sts.refused.example", "TXT", nil, "REFUSED"},
		{"mta-sts.loop.example", "A", nil, "SERVFAIL; mta-sts.loop.example. CNAME gone.loop.example.; gone.loop.example. CNAME mta-sts.loop.example."},
		{"mta-sts.loop.example", "CNAME", nil, "NOERROR; mta-sts.loop.example. CNAME gone.loop.example."},
		{"_mta-sts.tc.example", "TXT", nil, "NOERROR; TC"},

		{"_mta-sts.wild.example", "TXT", nil, `NOERROR; _mta-sts.wild.example. TXT "w wild.example"`},
		{"_stscan-1234.wild.example", "TXT", nil, `NOERROR; _stscan-1234.wild.example. TXT "w wild.example"`},
		{"_stscan-1234.a.example", "TXT", nil, "NXDOMAIN; a.example. SOA"},
		{"_mta-sts.raw.example", "TXT", nil, `NOERROR; _mta-sts.raw.example. TXT "a\"b\\c\000\255"`},
		{"_mta-sts.split.example", "TXT", nil, `NOERROR; _mta-sts.split.example. TXT "v=STSv1;" " id=abcd" ";"`},
		{"web.example", "A", nil, "NOERROR; web.example. A address; web.example. A address"},
		{"web.example", "MX", nil, "NOERROR; web.example. SOA"},
	} {
		if got := brief(askOver(t, w, "udp", c.name, c.qtype, c.change)); got != c.want {
			t.Errorf("%s %s:\ngot  %s\nwant %s", c.name, c.qtype, got, c.want)
		}
	}
	if got := brief(askOver(t, w, "tcp", "_mta-sts.tc.example", "TXT", nil)); got != `NOERROR; _mta-sts.tc.example. TXT "t"` {
		t.Errorf("over TCP: %s", got)
	}
	noEDNS := askOver(t, w, "udp", "_mta-sts.bogus.example", "TXT", func(m *dns.Msg) { m.Extra = nil })
	if got := brief(noEDNS); got != "SERVFAIL" || noEDNS.IsEdns0() != nil {
		t.Errorf("without EDNS: %s", got)
	}
}

func TestLongAnswersAreTruncated(t *testing.T) {
	long := &Scenario{Name: "long", Record: Record{TXT: []string{strings.Repeat("x", 900)}}, MX: plainOne.MX}
	w := assigned(t, map[string]*Scenario{"a.example": long})
	if m := askOver(t, w, "udp", "_mta-sts.a.example", "TXT", nil); m.Truncated || len(m.Answer) != 1 {
		t.Errorf("900 bytes with EDNS0 1232: %s", brief(m))
	}
	m := askOver(t, w, "udp", "_mta-sts.a.example", "TXT", func(m *dns.Msg) { m.Extra = nil })
	if !m.Truncated || len(m.Answer) != 0 {
		t.Errorf("900 bytes without EDNS: %s", brief(m))
	}
}

func TestSilenceAndLoss(t *testing.T) {
	w := assigned(t, map[string]*Scenario{"a.example": faulty(DNSTimeout)})
	m := new(dns.Msg)
	m.SetQuestion("_mta-sts.a.example.", dns.TypeTXT)
	if w.Answer(m, false) != nil || w.Answer(m, true) != nil {
		t.Error("a name whose servers are silent is answered")
	}
	lossy, err := New(Config{Seed: 1, Loss: 0.25, Assign: map[string]*Scenario{"b.example": plainOne}})
	if err != nil {
		t.Fatal(err)
	}
	defer lossy.Close()
	query, err := m.SetQuestion("b.example.", dns.TypeMX).Pack()
	if err != nil {
		t.Fatal(err)
	}
	answered := 0
	for range 4000 {
		lossy.datagram(lossy.Resolver(), query, func([]byte) { answered++ })
	}
	// 3000 expected, standard deviation 27.
	if answered < 2850 || answered > 3150 {
		t.Errorf("%d of 4000 questions answered with a quarter lost", answered)
	}
}

func TestJunkIsNotAnswered(t *testing.T) {
	w := assigned(t, nil)
	response := new(dns.Msg)
	response.SetQuestion("a.example.", dns.TypeMX)
	response.Response = true
	packed, err := response.Pack()
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range [][]byte{nil, {1}, []byte("GET / HTTP/1.1\r\n\r\n"), packed} {
		if out, _ := w.respond(q, false); out != nil {
			t.Errorf("%q is answered with %q", q, out)
		}
	}
}
