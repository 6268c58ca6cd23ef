package figure

import (
	"strings"
	"testing"
	"unicode"

	"stscan/analysis/research"
)

// hostileNames are what a zone or a policy can hold, and what of it a figure shows.
var hostileNames = []struct{ name, in, want string }{
	{"markup", `<script>alert(1)</script>`, `<script>alert(1)</script>`},
	{"quotes and entities", `"'&amp;]]>`, `"'&amp;]]>`},
	{"controls", "a\x00\x1b[31m\r\nb", `a\x00\x1b[31m\r\nb`},
	{"turned text", "a\u202etxt.exe", `a\u202etxt.exe`},
	{"marks of direction", "\u200fa\u2066b", `\u200fa\u2066b`},
	{"a Chinese name", "例え.jp", "xn--r8jz45g.jp"},
	{"an Arabic name", "مثال.إختبار", "xn--mgbh0fb.xn--kgbechtv"},
	{"a Hebrew word", "שלום", `\u05e9\u05dc\u05d5\u05dd`},
	{"a picture", "\U0001f600", `\U0001f600`},
	{"not UTF-8", "a\xff.example", `a\xff.example`},
	{"long", strings.Repeat("x", 10_000) + ".example", "xxxxxxxxxxxxxxxx…xxxxxxx.example"},
	{"empty", "", "(empty)"},
	{"expressions of vega", `datum.x; {"signal": "1"}`, `datum.x; {"signal": "1"}`},
	{"letters of Europe", "bücher.example", "bücher.example"},
}

func hostile(mark string) research.Result {
	var rows [][]any
	for i, h := range hostileNames {
		rows = append(rows, []any{h.in, h.in, int64(i + 1)})
	}
	return sample("hostile", research.Chart{Mark: mark, X: "n", Y: "name", Color: "class"}, []research.Column{
		column("name", `Name </text><script>"&`+"\u202e\x07", research.TypeText), column("class", "Class", research.TypeText), column("n", "Domains", research.TypeCount)}, rows)
}

// TestHostileNames: they are shown, escaped where they have to be, and the files stay whole.
func TestHostileNames(t *testing.T) {
	r := renderer(t)
	for _, mark := range []string{"bar", "stacked", "point"} {
		spec := specOf(t, hostile(mark))
		svg, err := r.SVG(spec)
		if err != nil {
			t.Fatal(err)
		}
		texts := strings.Join(wellFormed(t, svg), "\n")
		for _, h := range hostileNames {
			if !strings.Contains(texts, h.want) {
				t.Errorf("%s, %s: %q is not shown:\n%s", mark, h.name, h.want, texts)
			}
		}
		for _, c := range string(svg) {
			if !unicode.IsPrint(c) {
				t.Errorf("%s: %U stands in the SVG", mark, c)
			}
		}
		if strings.Contains(string(svg), "<script") {
			t.Errorf("%s: an element from a name", mark)
		}
		pdf, err := r.PDF(spec)
		if err != nil {
			t.Error(err)
			continue
		}
		objects(t, pdf)
	}
}

// TestNamesStayApart: two that look alike after they were cut are still two.
func TestNamesStayApart(t *testing.T) {
	n := newNamer(func(string) string { return "same" })
	if a, b, again := n.name("x"), n.name("y"), n.name("x"); a != "same" || b != "same (2)" || again != a {
		t.Errorf("%q, %q, %q", a, b, again)
	}
}
