package figure

import (
	"encoding/json"
	"encoding/xml"
	"strings"

	"stscan/analysis/research"
	"stscan/internal/escape"
)

// about is what a figure states without drawing it: in SVG as description, in PDF as
// subject. A figure is often all that is left of a report.
func about(r research.Result) string {
	text := []string{r.Metric.ID + ": " + r.Metric.Title}
	for _, f := range r.Facts() {
		text = append(text, f.Name+": "+f.Text)
	}
	return escape.String(strings.Join(text, "; "))
}

// meta is what a specification says to us, and vega passes over.
type meta struct {
	Metric string `json:"metric"`
	Width  int    `json:"width"`
	About  string `json:"about,omitempty"`
}

func metaOf(spec []byte) meta {
	var head struct{ Usermeta meta }
	if json.Unmarshal(spec, &head) != nil {
		return meta{}
	}
	return head.Usermeta
}

// described is an SVG with a description as its first element, where readers of
// screens and of metadata look.
func described(svg, text string) (string, error) {
	if text == "" {
		return svg, nil
	}
	var b strings.Builder
	head, rest, _ := strings.Cut(svg, ">")
	b.WriteString(head + "><desc>")
	if err := xml.EscapeText(&b, []byte(text)); err != nil {
		return "", err
	}
	b.WriteString("</desc>" + rest)
	return b.String(), nil
}
