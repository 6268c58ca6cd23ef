package sinks

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"stscan/analysis"
	"stscan/internal/evidence"
)

// asked is a name with one answer of its MX lookup.
func asked(name, rcode string, shared ...string) *evidence.Domain {
	d := &evidence.Domain{Target: evidence.Target{Domain: name}}
	d.Lookups = append(d.Lookups, evidence.Lookup{Question: evidence.Question{Name: name, Type: "MX"}, RCode: rcode})
	for _, host := range shared {
		d.Lookups = append(d.Lookups, evidence.Lookup{Question: evidence.Question{Name: host, Type: "TLSA"}, RCode: "NXDOMAIN"})
	}
	return d
}

// Names of one length stand together below a top-level domain, in their order.
func TestWindowOrdersTheLike(t *testing.T) {
	var w window
	for _, name := range []string{"bb.example", "aaaa.com", "b.example", "bbb.com", "aa.example", "c.com"} {
		d := asked(name, "NXDOMAIN")
		_, d.Target.TLD, _ = strings.Cut(name, ".")
		w.add(d, &analysis.Verdict{})
	}
	var names []string
	for _, held := range w.take() {
		names = append(names, held.domain.Target.Domain)
	}
	want := []string{"c.com", "bbb.com", "aaaa.com", "b.example", "aa.example", "bb.example"}
	if !slices.Equal(names, want) {
		t.Errorf("order %v, want %v", names, want)
	}
}

// Like rows leave a window side by side, and in the same order whatever order
// they came in.
func TestWindowPutsLikeBesideLike(t *testing.T) {
	rows := []*evidence.Domain{
		asked("e.example", "NOERROR", "mx.one.example"), asked("b.example", "NXDOMAIN"), asked("d.example", "NOERROR", "mx.two.example"),
		asked("a.example", "NOERROR", "mx.one.example"), asked("f.example", "NXDOMAIN"), asked("c.example", "NOERROR", "mx.two.example"),
	}
	order := func() string {
		var w window
		for _, d := range rows {
			w.add(d, &analysis.Verdict{Domain: d.Target.Domain})
		}
		var names []string
		for _, held := range w.take() {
			if held.verdict.Domain != held.domain.Target.Domain {
				t.Errorf("verdict of %s beside the evidence of %s", held.verdict.Domain, held.domain.Target.Domain)
			}
			names = append(names, held.domain.Target.Domain[:1])
		}
		return strings.Join(names, "")
	}
	got := order()
	for _, like := range []string{"ae", "bf", "cd"} {
		if !strings.Contains(got, like) {
			t.Errorf("order %s: %s are not together", got, like)
		}
	}
	slices.Reverse(rows)
	if again := order(); again != got {
		t.Errorf("order %s, and %s of the same rows the other way round", got, again)
	}
}

// However many names a chunk has, and however much others send: what waits in
// an open part is bounded.
func TestWindowIsBounded(t *testing.T) {
	var w window
	held, most := 0, 0
	add := func(d *evidence.Domain) {
		w.add(d, &analysis.Verdict{})
		held++
		most = max(most, held)
		if w.full() {
			w.take()
			held = 0
		}
	}
	for n := range 3 * windowRows {
		add(asked(fmt.Sprintf("n%d.example", n), "NOERROR"))
	}
	if most != windowRows || held != 0 {
		t.Errorf("%d rows waited, %d still do; want %d and none", most, held, windowRows)
	}
	most = 0
	for n := range 1000 {
		d := asked(fmt.Sprintf("n%d.example", n), "NOERROR")
		d.Fetches = []evidence.PolicyFetch{{Body: make([]byte, 64<<10)}}
		add(d)
	}
	if want := windowBytes / (64 << 10); most != want {
		t.Errorf("%d policies of 64 KiB waited, want %d", most, want)
	}
}
