package figure

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew; look at the figures before they are committed")

// TestFigures draws every sample as SVG and PDF: whole files of the width of a
// column, the same from two renderers, and the same as when they were looked at, on
// whatever machine that was. The sums stand in testdata/sums.txt.
func TestFigures(t *testing.T) {
	one, two := renderer(t), renderer(t)
	var sums strings.Builder
	for i, s := range append(samples(), variants()...) {
		spec := specOf(t, s)
		for _, kind := range []struct {
			name   string
			draw   func(*Renderer, []byte) ([]byte, error)
			expect func(*testing.T, []byte)
		}{{"svg", (*Renderer).SVG, expectSVG}, {"pdf", (*Renderer).PDF, expectPDF}} {
			t.Run(s.Metric.ID+"."+kind.name, func(t *testing.T) {
				a, err := kind.draw(one, spec)
				if err != nil {
					t.Fatal(err)
				}
				kind.expect(t, a)
				if i%3 == 2 { // the sums are of other renderers anyway
					b, err := kind.draw(two, spec)
					if err != nil || !bytes.Equal(a, b) {
						t.Errorf("another renderer gives another file: %v", err)
					}
				}
				fmt.Fprintf(&sums, "%x  %s.%s\n", sha256.Sum256(a), s.Metric.ID, kind.name)
			})
		}
	}
	expectSums(t, "testdata/sums.txt", sums.String())
}

func expectSums(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the figures are not those of %s (-update, after looking at them):\n%s", name, got)
	}
}
