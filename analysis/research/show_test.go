package research

import "testing"

func TestPercent(t *testing.T) {
	for share, want := range map[float64]string{0: "0.0 %", 1: "100.0 %", .5: "50.0 %", .0072: "0.72 %", .00072763: "0.073 %", .0000012: "0.00012 %"} {
		if got := Percent(share); got != want {
			t.Errorf("%v: %q, want %q", share, got, want)
		}
	}
}
