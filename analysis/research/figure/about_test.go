package figure

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf16"

	"stscan/analysis/research"
)

// A file of a figure states what a table would, whatever a snapshot is called.
func TestFiguresSayWhatTheyAreOf(t *testing.T) {
	result := table1()
	result.Snapshots, result.Ruleset = []string{"</desc><script>\n\u202e"}, "rfc"
	result.Sources = []research.Source{{Snapshot: result.Snapshots[0], Tool: "1.2", Rules: "3"}}
	result.Metric.Denominator = "names & hosts"
	r, spec := renderer(t), specOf(t, result)
	svg, err := r.SVG(spec)
	if err != nil {
		t.Fatal(err)
	}
	said := wellFormed(t, svg)[0]
	for _, want := range []string{`snapshots: </desc><script>\n\u202e; made by: stscan 1.2, ruleset rfc of version 3; `, "of: names & hosts; could not tell: "} {
		if !strings.Contains(said, want) {
			t.Errorf("the SVG does not say %q but %q", want, said)
		}
	}
	if bytes.Contains(svg, []byte("<script")) {
		t.Error("an element from a name")
	}
	pdf, err := r.PDF(spec)
	if err != nil {
		t.Fatal(err)
	}
	objects(t, pdf)
	var subject []byte
	for _, c := range utf16.Encode([]rune("made by: stscan 1.2, ruleset rfc of version 3; population: ")) {
		subject = append(subject, byte(c>>8), byte(c))
	}
	if !bytes.Contains(pdf, subject) {
		t.Error("the subject of the PDF does not say who made it")
	}
}
