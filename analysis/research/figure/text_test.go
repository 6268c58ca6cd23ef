package figure

import (
	"strings"
	"testing"
	"unicode"

	"stscan/analysis/research"
)

// TestText: charts in characters, written out by hand.
func TestText(t *testing.T) {
	wide := sample("m", research.Chart{Mark: "bar", X: "n", Y: "name"},
		[]research.Column{column("name", "Name", research.TypeText), column("n", "Domains", research.TypeCount)},
		[][]any{{"例え.jp", int64(8)}, {"a.example", int64(4)}, {"none", int64(0)}, {"unknown", nil}, {"few", int64(1)}})
	course := sample("m", research.Chart{Mark: "line", X: "rank", Y: "share", Color: "tld"},
		[]research.Column{column("rank", "Rank", research.TypeCount), column("tld", "TLD", research.TypeText), column("share", "Share", research.TypeShare)},
		[][]any{{int64(1), "se", 0.5}, {int64(2), "se", 0.25}, {int64(3), "se", nil}, {int64(4), "se", 0.0}, {int64(1), "org", 0.01}, {int64(4), "org", 0.001}})
	grid := sample("m", research.Chart{Mark: "heatmap", X: "a", Y: "b", Color: "n"},
		[]research.Column{column("a", "A", research.TypeText), column("b", "B", research.TypeText), column("n", "Domains", research.TypeCount)},
		[][]any{{"x", "r1", int64(0)}, {"y", "r1", int64(100)}, {"x", "r2", nil}, {"y", "r2", int64(10)}})
	for _, c := range []struct {
		name   string
		result research.Result
		width  int
		want   string
	}{
		{"bars", wide, 41, `
          Domains
例え.jp   ██████████████████████████    8
a.example █████████████                 4
none                                    0
unknown                               n/a
few       ███▎                          1
`},
		{"series", course, 41, `
    Share, 0 to 50 %
se  █▅?_                       50 % → 0 %
org ▁  ▁                       1 % → <1 %
    Rank: 1 to 4
`},
		{"cells", grid, 60, `
    1  2
r1 ·· ██
r2 ?? ░░
Domains: ·· zero, ░░ to ██ up to 100, ?? not known
 1 x
 2 y
`},
	} {
		if got := "\n" + Text(c.result, c.width); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

// TestTextFits: no line is wider than the terminal, and none moves its cursor or turns.
func TestTextFits(t *testing.T) {
	for _, s := range append(samples(), hostile("bar"), hostile("stacked"), hostile("point")) {
		for _, width := range []int{1, 40, 80, 200} {
			text := Text(s, width)
			if text == "" {
				t.Errorf("%s: empty", s.Metric.ID)
			}
			for _, line := range strings.Split(text, "\n") {
				if n := cells(line); n > max(width, 40) {
					t.Errorf("%s: %d cells in a terminal of %d: %s", s.Metric.ID, n, width, line)
				}
				for _, r := range line {
					if !unicode.IsPrint(r) || unicode.In(r, unicode.Hebrew, unicode.Arabic) {
						t.Errorf("%s: %U in %q", s.Metric.ID, r, line)
					}
				}
			}
		}
	}
}

// TestNothingToDraw: it is no chart at all, rather than one of zeros.
func TestNothingToDraw(t *testing.T) {
	missing := table1()
	missing.Missing = "needs two snapshots"
	empty := table1()
	empty.Rows = nil
	unknown := table1()
	for _, row := range unknown.Rows {
		row[3] = nil
	}
	table := table1()
	table.Metric.Chart = nil
	for name, r := range map[string]research.Result{"missing": missing, "empty": empty, "unknown": unknown, "table": table} {
		if _, err := Spec(r); !isEmpty(err) || !strings.Contains(err.Error(), "imc25_t1") {
			t.Errorf("%s: %v", name, err)
		}
		if got := Text(r, 80); got != "" {
			t.Errorf("%s: %s", name, got)
		}
	}
}
