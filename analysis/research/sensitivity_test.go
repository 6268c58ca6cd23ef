package research

import "testing"

func TestThresholdsAround(t *testing.T) {
	of := func(name string) []Thresholds { return DefaultThresholds().Around(name) }
	for name, want := range map[string][]int{"third_party_min": {25, 100}, "self_max": {2, 10}, "typo_max": {1, 6}, "bin": {5_000, 20_000}, "top": nil, "x": nil} {
		around := of(name)
		if len(around) != len(want) {
			t.Errorf("%s: %+v", name, around)
			continue
		}
		for i, other := range around {
			if got := *other.number(name); got != want[i] || other.Top != 20 || other.StrictRFC {
				t.Errorf("%s: %+v, want %d", name, other, want[i])
			}
		}
	}
	if strict := of("strict_rfc"); len(strict) != 1 || !strict[0].StrictRFC {
		t.Errorf("strict_rfc: %+v", strict)
	}
	// Half of 8 leaves nobody between those who serve themselves and third parties.
	narrow := Thresholds{ThirdPartyMin: 8, SelfMax: 5, TypoMax: 1, Bin: 1, Top: 1}
	if around := narrow.Around("third_party_min"); len(around) != 1 || around[0].ThirdPartyMin != 16 {
		t.Errorf("third_party_min 8: %+v", around)
	}
	if around := narrow.Around("typo_max"); len(around) != 1 || around[0].TypoMax != 2 {
		t.Errorf("typo_max 1: %+v", around)
	}
}

func TestSensitivity(t *testing.T) {
	with := func(value string, rows ...[]any) Result {
		return Result{Metric: Metric{Axes: []string{"manager", "layer"}}, Params: map[string]string{"self_max": value}, Rows: rows,
			Columns: []Column{{Name: "manager"}, {Name: "layer"}, {Name: "n", Type: TypeCount}, {Name: "total", Type: TypeCount}}}
	}
	base := with("5", []any{"self", "tls", int64(8), int64(100)}, []any{"self", nil, int64(1), int64(100)}, []any{"third", "tls", int64(0), int64(0)})
	for want, other := range map[string]Result{
		"self_max = 2 in place of 5: no row differs.": with("2", base.Rows...),
		"self_max = 10 in place of 5: of 3 rows 2 differ, 1 gone, 2 new; most: manager self, layer –, 1,000 of 2,000 in place of 1 of 100.": with("10",
			[]any{"self", "tls", int64(9), int64(100)}, []any{"self", nil, int64(1000), int64(2000)}, []any{"other", "tls", int64(1), int64(1)}, []any{"other", nil, int64(1), int64(1)}),
	} {
		if got := base.Sensitivity("self_max", other); got != want {
			t.Errorf("%q\nwant %q", got, want)
		}
	}
}
