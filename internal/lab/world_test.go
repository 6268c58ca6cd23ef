package lab

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"
	"pgregory.net/rapid"
)

// three is a mixture of hand-made scenarios.
func three() Mixture {
	none := &Scenario{Name: "none", MX: []MX{{Host: "mx1.alpha-mail.test", Servers: []MailServer{{}, {}}}}}
	gone := &Scenario{Name: "gone", Apex: Apex{NXDomain: true}}
	return Mixture{{none, 90}, {delegated, 9}, {gone, 1}}
}

func mixed(t *testing.T, seed uint64) *World {
	t.Helper()
	w, err := New(Config{Mixture: three(), Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

// The world is the same everywhere. The draws were computed by another
// program from the description of the hash, and must never change.
func TestSameWorldEverywhere(t *testing.T) {
	names := []string{"example.com", "google.com", "m.example.org", "xn--bcher-kva.example", "a.se", "b.se", "c.se", "d.se", "e.se", "f.se"}
	for seed, want := range map[uint64]string{
		1: goldenSeed1,
		2: goldenSeed2,
	} {
		m := three()
		for i := range m {
			m[i].Weight = 1
		}
		w, err := New(Config{Mixture: m, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		var got []string
		for _, n := range names {
			got = append(got, w.Scenario(n).Name)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("seed %d:\ngot  %s\nwant %s", seed, s, want)
		}
	}
}

func TestMixtureKeepsItsShares(t *testing.T) {
	w := mixed(t, 7)
	counts := map[string]int{}
	for i := range 10_000 {
		counts[w.Scenario(fmt.Sprintf("name-%d.example", i)).Name]++
	}
	// 9000, 900 and 100 expected; standard deviations 30, 29 and 10.
	if counts["none"] < 8850 || counts["none"] > 9150 || counts["delegated"] < 755 || counts["delegated"] > 1045 || counts["gone"] < 50 || counts["gone"] > 150 {
		t.Errorf("counts %v", counts)
	}
}

// A name at which another domain's host may stand has no scenario that needs
// the place, and a name too long for a scenario's names does not get it.
func TestScenariosFitTheirNames(t *testing.T) {
	w := mixed(t, 7)
	for i := range 2000 {
		if s := w.Scenario(fmt.Sprintf("mta-sts.name-%d.example", i)).Name; s == "gone" {
			t.Fatalf("name %d: scenario %s needs a place that is a policy host's", i, s)
		}
		long := fmt.Sprintf("n%d.%s.%s.example", i, strings.Repeat("a", 60), strings.Repeat("b", 60))
		if s := w.Scenario(long).Name; s == "delegated" {
			t.Fatalf("%s: has no label of at most 63 bytes", long)
		}
		if s := w.Scenario(fmt.Sprintf("n%d.-a.example", i)).Name; s == "delegated" {
			t.Fatal("a label that begins with a dash cannot be told from two labels")
		}
	}
	named := &Scenario{Name: "named", Policy: PolicyHost{Servers: []WebServer{{HTTP: Web{Body: "mx: mx1.{domain}\n"}}}}, MX: plainOne.MX}
	odd, err := New(Config{Mixture: append(three(), Weighted{named, 1000})})
	if err != nil {
		t.Fatal(err)
	}
	defer odd.Close()
	for i := range 100 {
		if s := odd.Scenario(fmt.Sprintf("a_b.name-%d.example", i)).Name; s == "named" {
			t.Fatal("a name with an underscore stands in a policy, where it is a fault that truth does not know of")
		}
	}
	for _, name := range []string{"x.invalid", "alpha-mail.test", "x.alpha-mail.test", "10.0.0.1", "localhost"} {
		if s := w.Scenario(name).Name; s != "gone" {
			t.Errorf("%s has scenario %s", name, s)
		}
	}
}

// Every name of a deployment leads back to its domain.
func TestNamesLeadBack(t *testing.T) {
	label := rapid.StringMatching(`[a-z0-9_]([a-z0-9_-]{0,8}[a-z0-9_])?`)
	patterns := newPatterns([]string{"_mta-sts.{domain}.alpha-sts.test", "{dash}.p.beta-sts.test", "x-{dash}.y.test", "mx1.{domain}", "{domain}"})
	rapid.Check(t, func(t *rapid.T) {
		domain := strings.Join(rapid.SliceOfN(label, 1, 5).Draw(t, "labels"), ".")
		for _, p := range patterns {
			if got, ok := p.domain(p.name(domain)); !ok || got != domain {
				t.Fatalf("%v of %q is %q, which leads to %q, %v", p, domain, p.name(domain), got, ok)
			}
		}
	})
}

// networks are the /16 of addresses.
func networks(addrs []netip.Addr) map[netip.Prefix]int {
	nets := map[netip.Prefix]int{}
	for _, a := range addrs {
		p, _ := a.Prefix(16)
		nets[p]++
	}
	return nets
}

func TestAddresses(t *testing.T) {
	masked, odd := MailServer{Masked: true}, MailServer{NoEHLO: true}
	w := assigned(t, map[string]*Scenario{
		"a.example": {Name: "a", MX: []MX{{Host: "mx1.{domain}", Servers: []MailServer{{}, {Place: PlaceRefused}, odd, {}, masked}}}},
		"b.example": {Name: "b", MX: []MX{{Host: "mx1.{domain}", Servers: []MailServer{masked, {Masked: true, MultiLine: true}}}},
			Policy: PolicyHost{Servers: []WebServer{{}, {Place: PlaceReset}, {Place: PlaceIPv6}}}},
	})
	var maskedAddrs, ordinary []netip.Addr
	for a, st := range w.plan.sites {
		switch {
		case st.dialogue.Masked:
			maskedAddrs = append(maskedAddrs, a)
		case st.kind == kindMail && st.dialogue == dialogue{}:
			ordinary = append(ordinary, a)
		}
	}
	if n := networks(maskedAddrs); len(n) != 1 {
		t.Errorf("masked STARTTLS in %d networks: two would look like a fault of the scanner's own", len(n))
	}
	if n := networks(ordinary); len(n) < 4 || len(ordinary) < 64 {
		t.Errorf("%d ordinary mail servers in %d networks, want at least 64 in 4", len(ordinary), len(n))
	}
	h, ok := w.mailHost("mx1.a.example")
	if !ok {
		t.Fatal("no such host")
	}
	addrs := w.mailAddrs(h)
	if len(addrs) != 5 || !slices.IsSortedFunc(addrs[:4], netip.Addr.Compare) {
		t.Errorf("addresses %v do not ascend in the order of the servers", addrs)
	}
	for _, a := range w.plan.order {
		if back := narrow(wide(a)); back != a {
			t.Errorf("%s has IPv6 address %s, which belongs to %s", a, wide(a), back)
		}
	}
	if n := len(w.plan.order); n != len(w.plan.sites) {
		t.Errorf("%d addresses dealt, %d different ones", n, len(w.plan.sites))
	}
}

func TestSharedHostsMustAgree(t *testing.T) {
	one := &Scenario{Name: "one", MX: []MX{{Host: "mx1.alpha-mail.test", Preference: 1, Servers: []MailServer{{}}}}}
	same := &Scenario{Name: "same", MX: []MX{{Host: "mx1.alpha-mail.test", Preference: 2, Servers: []MailServer{{}}}}}
	other := &Scenario{Name: "other", MX: []MX{{Host: "mx1.alpha-mail.test", Servers: []MailServer{{NoStartTLS: true}}}}}
	if _, err := New(Config{Mixture: Mixture{{one, 1}, {same, 1}}}); err != nil {
		t.Errorf("another preference: %v", err)
	}
	if _, err := New(Config{Mixture: Mixture{{one, 1}, {other, 1}}}); err == nil {
		t.Error("two scenarios may say different things of one host")
	}
}

func TestNamesFillTheirQuotas(t *testing.T) {
	m := Mixture{{three()[0].Scenario, 1000}, {delegated, 40}, {three()[2].Scenario, 4}}
	list := func(seed uint64) []string {
		var out []string
		if err := names(m, seed, 4, func(n string) error { out = append(out, n); return nil }); err != nil {
			t.Fatal(err)
		}
		return out
	}
	first := list(3)
	w, err := New(Config{Mixture: m, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	counts := map[string]int{}
	for _, n := range first {
		counts[w.Scenario(n).Name]++
	}
	if want := map[string]int{"none": 250, "delegated": 10, "gone": 1}; !maps.Equal(counts, want) {
		t.Errorf("counts %v, want %v", counts, want)
	}
	if !slices.Equal(first, list(3)) {
		t.Error("two lists of one seed differ")
	}
	slices.Sort(first)
	if n := len(slices.Compact(first)); n != 261 {
		t.Errorf("%d different names, want 261", n)
	}
}

func TestPlacesInMemory(t *testing.T) {
	w := assigned(t, map[string]*Scenario{"a.example": {Name: "a", MX: []MX{{Host: "mx1.{domain}", Servers: []MailServer{
		{Place: PlaceUnreachable}, {Place: PlaceIPv6}, {}}}}}})
	h, _ := w.mailHost("mx1.a.example")
	addrs := w.mailAddrs(h)
	if _, err := w.tryDial("tcp", netip.AddrPortFrom(addrs[0], 25), dialWait); !errors.Is(err, syscall.EHOSTUNREACH) {
		t.Errorf("unreachable: %v", err)
	}
	if !addrs[1].Is6() {
		t.Errorf("%s is no IPv6 address", addrs[1])
	}
	c, err := w.tryDial("tcp", netip.AddrPortFrom(addrs[1], 25), dialWait)
	if err != nil {
		t.Fatalf("IPv6: %v", err)
	}
	c.Close()
	if _, err := w.tryDial("tcp", netip.AddrPortFrom(addrs[2], 443), dialWait); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("the HTTPS port of a mail server: %v", err)
	}
	stray := netip.MustParseAddrPort("10.0.0.1:25")
	if _, err := w.tryDial("tcp", stray, dialWait); err == nil || w.Counters().Strays[stray] != 1 {
		t.Errorf("an address outside of the world: %v, counted %d times", err, w.Counters().Strays[stray])
	}
	if n := w.Counters().Connects[netip.AddrPortFrom(addrs[1], 25)]; n != 1 {
		t.Errorf("one connect counted as %d", n)
	}
}

// Minutes pass at once where time is simulated, and nothing of the world
// outlives it.
func TestSimulatedTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, err := New(Config{Latency: 30 * time.Millisecond, Assign: map[string]*Scenario{
			"a.example": {Name: "a", MX: []MX{{Host: "mx1.{domain}", Servers: []MailServer{{Silent: true}, {}}}}}}})
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		start := time.Now()
		if got := converse(t, w, "mx1.a.example", 0, 5*time.Minute); got != "timeout" {
			t.Errorf("silent server: %s", got)
		}
		// One round trip for the DNS answer and one for the connect count
		// before and within the five minutes.
		if d := time.Since(start); d < 5*time.Minute || d > 5*time.Minute+100*time.Millisecond {
			t.Errorf("five minutes took %v", d)
		}
		start = time.Now()
		if got := converse(t, w, "mx1.a.example", 1, time.Minute); !strings.HasSuffix(got, "221 bye") {
			t.Errorf("server behind latency: %s", got)
		}
		// DNS, connect, greeting, EHLO, STARTTLS, ServerHello, QUIT.
		if d := time.Since(start); d != 7*30*time.Millisecond {
			t.Errorf("a session of 7 round trips of 30 ms took %v", d)
		}
		if c := w.dial(t, "tcp", w.Resolver()); c != nil {
			defer c.Close()
		}
	})
}

func TestQueriesAreCounted(t *testing.T) {
	w := assigned(t, map[string]*Scenario{"a.example": plainOne})
	for range 2 {
		askOver(t, w, "udp", "a.example", "MX", nil)
	}
	askOver(t, w, "tcp", "a.example", "NS", func(m *dns.Msg) { m.Extra = nil })
	c := w.Counters()
	if c.Questions != 3 || c.Queries["a.example MX"] != 2 || c.Queries["a.example NS"] != 1 {
		t.Errorf("counted %d questions, %v", c.Questions, c.Queries)
	}
}

// Certificates come back as they were when the cache has forgotten them.
func TestCertificatesAreReproducible(t *testing.T) {
	day := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	var before [][]byte
	for i := range 2 {
		p, err := newPKI(5, day.Add(time.Duration(i)*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		var der [][]byte
		for _, kind := range []Cert{CertGood, CertSelfSigned, CertUntrusted} {
			c, err := p.certificate("mx1.a.example", kind)
			if err != nil {
				t.Fatal(err)
			}
			der = append(der, c.Certificate[0])
		}
		if i > 0 && !slices.EqualFunc(before, der, slices.Equal) {
			t.Error("the same host has other certificates an hour later")
		}
		before = der
	}
}

const (
	goldenSeed1 = "delegated none none delegated delegated delegated none delegated none none"
	goldenSeed2 = "gone delegated gone none none none delegated none gone none"
)
