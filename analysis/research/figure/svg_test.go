package figure

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"stscan/analysis/research"
)

func renderer(t *testing.T) *Renderer {
	t.Helper()
	r, err := New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func specOf(t *testing.T, r research.Result) []byte {
	t.Helper()
	spec, err := Spec(r)
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

// wellFormed reads all of an SVG, and gives the texts in it.
func wellFormed(t *testing.T, svg []byte) []string {
	t.Helper()
	var texts []string
	d := xml.NewDecoder(bytes.NewReader(svg))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return texts
		}
		if err != nil {
			t.Fatalf("the SVG is no XML: %v", err)
		}
		if c, ok := token.(xml.CharData); ok && strings.TrimSpace(string(c)) != "" {
			texts = append(texts, string(c))
		}
	}
}

// expectSVG: 320 pixels are 240 pt, the width of a column, whatever is drawn.
func expectSVG(t *testing.T, svg []byte) {
	t.Helper()
	if !bytes.Contains(svg, []byte(fmt.Sprintf(`width="%d"`, columnWidth))) {
		t.Errorf("not %d pixels wide: %.200s", columnWidth, svg)
	}
	wellFormed(t, svg)
}

// TestRefused: what would be an empty or a wrong picture is an error that names the metric.
func TestRefused(t *testing.T) {
	r := renderer(t)
	const bar = `"mark": "bar", "encoding": {"x": {"field": "a", "type": "quantitative"}}`
	for _, c := range []struct{ name, spec, want string }{
		{"data from elsewhere", `{"usermeta": {"metric": "m1"}, "data": {"url": "rows.json"}, ` + bar + `}`, "metric m1: figure: it has a url"},
		{"lookup from elsewhere", `{"data": {"values": [{"a": 1}]}, "transform": [{"lookup": "a", "from": {"data": {"url": "x"}}}], ` + bar + `}`, "url"},
		{"no rows", `{"usermeta": {"metric": "m2"}, "data": {"values": []}, "mark": "point", "encoding": {"x": {"field": "a", "type": "nominal"}}}`, "metric m2: figure: no mark"},
		{"a field that is not there", `{"data": {"values": [{"b": 1}]}, "mark": "line", "encoding": {"x": {"field": "a", "type": "quantitative"}, "y": {"field": "a", "type": "quantitative"}}}`, "Infinite extent"},
		{"a warning", `{"data": {"values": [{"a": 1}]}, "mark": "bar", "encoding": {"x": {"field": "a", "type": "quantitative"}, "shape": {"field": "a", "type": "quantitative"}}}`, "vega warns"},
		{"no mark", `{"usermeta": {"metric": "m3"}, "data": {"values": [{"a": 1}]}, "mark": "pyramid"}`, "metric m3"},
		{"no JSON", `{`, "no JSON"},
	} {
		if _, err := r.SVG([]byte(c.spec)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	if _, err := r.SVG(specOf(t, table1())); err != nil {
		t.Errorf("after the errors: %v", err)
	}
}
