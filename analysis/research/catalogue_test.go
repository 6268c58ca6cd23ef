package research

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// What every metric of ours owes its reader, beyond what Parse asks.
func TestMetricsAreWellFormed(t *testing.T) {
	all, err := Metrics()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if !slices.Contains(groups, m.Group) {
			t.Errorf("%s: group %s is none of %v", m.File, m.Group, groups)
		}
		for _, p := range parameterNames() {
			if reads := strings.Contains(m.SQL, "'"+p+"'"); reads && !slices.Contains(m.Parameters, p) {
				t.Errorf("%s: the query reads %s, the header does not say so", m.File, p)
			}
		}
		if strings.Contains(m.SQL, "_manager") != slices.Contains(m.Parameters, "third_party_min") {
			t.Errorf("%s: a metric reads the managers if and only if it has parameter third_party_min: others are asked without", m.File)
		}
		if !strings.Contains(m.SQL, "ORDER BY") {
			t.Errorf("%s: the order of the rows is left to chance", m.File)
		}
		for _, p := range m.Published {
			for column := range p.Where {
				if !slices.Contains(m.Axes, column) {
					t.Errorf("%s: published of column %s, which is no axis", m.File, column)
				}
			}
			if p.Total > 0 && p.N > p.Total {
				t.Errorf("%s: published %d of %d", m.File, p.N, p.Total)
			}
		}
	}
}

func TestMissing(t *testing.T) {
	m := Metric{Needs: []string{"ranks", "checks:tlsrpt"}}
	for _, c := range []struct {
		h    Holdings
		want string
	}{
		{Holdings{}, "the list has no ranks"},
		{Holdings{Ranks: true}, "tlsrpt was not asked for"},
		{Holdings{Ranks: true, Checks: []string{"tlsrpt"}}, ""},
	} {
		if got := m.Missing(c.h); !strings.HasPrefix(got, c.want) || got != "" && c.want == "" {
			t.Errorf("%+v: %q, want %q…", c.h, got, c.want)
		}
	}
}

// Values from Newcombe, "Two-sided confidence intervals for the single
// proportion" (1998), table I, method 3.
func TestWilson(t *testing.T) {
	for _, c := range []struct {
		n, total int64
		lo, hi   float64
	}{
		{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718},
	} {
		lo, hi, ok := Wilson(c.n, c.total)
		if !ok || math.Abs(lo-c.lo) > 5e-5 || math.Abs(hi-c.hi) > 5e-5 {
			t.Errorf("%d of %d: %.4f to %.4f, want %.4f to %.4f", c.n, c.total, lo, hi, c.lo, c.hi)
		}
	}
	for _, c := range [][2]int64{{0, 0}, {3, 2}, {-1, 2}} {
		if _, _, ok := Wilson(c[0], c[1]); ok {
			t.Errorf("%d of %d has an interval", c[0], c[1])
		}
	}
}

func TestThresholds(t *testing.T) {
	if err := DefaultThresholds().Check(); err != nil {
		t.Error(err)
	}
	for _, bad := range []Thresholds{{}, {ThirdPartyMin: 5, SelfMax: 5, TypoMax: 3, Bin: 1, Top: 1}, {ThirdPartyMin: 50, SelfMax: -1, TypoMax: 3, Bin: 1, Top: 1}} {
		if bad.Check() == nil {
			t.Errorf("%+v passes", bad)
		}
	}
	if got := DefaultThresholds().SetSQL(); !strings.HasPrefix(got, "SET VARIABLE third_party_min = 50;\n") || strings.Count(got, "\n") != len(parameterNames()) {
		t.Errorf("%s", got)
	}
}

// A paper's metrics are all there, each once, and none of its group is left out.
func TestPapersAreComplete(t *testing.T) {
	all, err := Metrics()
	if err != nil {
		t.Fatal(err)
	}
	p, err := PaperOf("imc25")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, m := range all {
		if m.Group == p.Name {
			want = append(want, m.ID)
		}
	}
	if !slices.Equal(p.Metrics, want) {
		t.Errorf("paper %v, group %v", p.Metrics, want)
	}
	if _, err := PaperOf("imc52"); err == nil || !strings.Contains(err.Error(), "there is imc25") {
		t.Errorf("of an unknown paper: %v", err)
	}
}
