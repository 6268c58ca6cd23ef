package figure

import (
	"bytes"
	"compress/zlib"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// objects are the objects of a PDF, found by its table of references: every offset
// of the table has to be one.
func objects(t *testing.T, pdf []byte) [][]byte {
	t.Helper()
	if !bytes.HasPrefix(pdf, []byte("%PDF-1.")) || !bytes.HasSuffix(bytes.TrimSpace(pdf), []byte("%%EOF")) {
		t.Fatal("no PDF")
	}
	at := regexp.MustCompile(`startxref\n(\d+)\n`).FindSubmatch(pdf)
	if at == nil {
		t.Fatal("no startxref")
	}
	start, _ := strconv.Atoi(string(at[1]))
	table := regexp.MustCompile(`^xref\n0 (\d+)\n`).FindSubmatch(pdf[start:])
	if table == nil {
		t.Fatal("startxref does not point to a table of references")
	}
	var out [][]byte
	for _, e := range regexp.MustCompile(`(?m)^(\d{10}) 00000 n`).FindAllSubmatch(pdf[start:], -1) {
		offset, _ := strconv.Atoi(string(e[1]))
		body, _, ok := bytes.Cut(pdf[offset:], []byte("endobj"))
		if !ok || !regexp.MustCompile(`^\d+ 0 obj`).Match(body) {
			t.Fatalf("offset %d of the table is no object", offset)
		}
		out = append(out, body)
	}
	if n, _ := strconv.Atoi(string(table[1])); n != len(out)+1 {
		t.Fatalf("the table says %d objects and has %d", n, len(out))
	}
	return out
}

// page is the content of the one page, inflated.
func page(t *testing.T, objects [][]byte) string {
	t.Helper()
	for _, o := range objects {
		_, stream, ok := bytes.Cut(o, []byte("stream\n"))
		if !ok || bytes.Contains(o, []byte("/Length1")) {
			continue
		}
		z, err := zlib.NewReader(bytes.NewReader(stream))
		if err != nil {
			continue
		}
		text, err := io.ReadAll(z)
		if err == nil && bytes.Contains(text, []byte(" Tj ")) {
			return string(text)
		}
	}
	t.Fatal("no page with text")
	return ""
}

// expectPDF reads a file as a reader does: one page of the width of a column, the
// font inside, nothing outside.
func expectPDF(t *testing.T, pdf []byte) {
	t.Helper()
	all := objects(t, pdf)
	whole := string(bytes.Join(all, nil))
	for what, want := range map[string]int{
		`/Type /Page\b`: 1, `/FontFile2 `: strings.Count(whole, "/Type /FontDescriptor"), `/MediaBox \[0 0 240\.00 `: 1,
		`/(URI|GoToR|Launch|JavaScript|EmbeddedFile|F|Annots)\b[ (]`: 0,
	} {
		if got := len(regexp.MustCompile(what).FindAllString(whole, -1)); got != want {
			t.Errorf("%s stands %d times, want %d", what, got, want)
		}
	}
	if !strings.Contains(whole, "/FontFile2 ") {
		t.Error("no font in it")
	}
	words := strings.Fields(page(t, all))
	depth := 0
	for _, w := range words {
		switch w {
		case "q":
			depth++
		case "Q":
			depth--
		}
	}
	if depth != 0 {
		t.Errorf("%d graphics states are left open", depth)
	}
	if len(pdf) > 60_000 {
		t.Errorf("%d bytes are too many for a figure", len(pdf))
	}
}

// TestPDFLosesNothing: what the converter does not know is an error.
func TestPDFLosesNothing(t *testing.T) {
	r := renderer(t)
	const fine = `<path d="M0,0h5v5h-5Z" fill="#0072B2"/>`
	wrap := func(s string) string { return `<svg width="10" height="10">` + s + `</svg>` }
	if _, err := r.convert(wrap(fine), ""); err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{
		`<image href="x.png"/>`, `<use/>`, `<script>x</script>`, `<a><path d="M0,0"/></a>`,
		`<path d="M0,0Q1,1,2,2" fill="black"/>`, `<path d="M0,0A1,2,0,0,1,5,5" fill="black"/>`, `<path d="M0,x" fill="black"/>`,
		`<path d="M0,0h5" filter="url(#f)"/>`, `<path d="M0,0h5" style="fill:red"/>`, `<path d="M0,0h5" fill="papayawhip"/>`,
		`<path d="M0,0h5v5Z" fill="url(#g)"/>`, `<path d="M0,0h5" transform="scale(2)"/>`, `<g opacity="0.5">` + fine + `</g>`,
		`<g clip-path="url(#c)">` + fine + `</g>`, `<path d="M0,0h5" stroke="black" stroke-linecap="pointed"/>`,
		`<text font-size="9px" font-family="Comic Sans">a</text>`,
		`<text font-size="9px" font-family="` + fontFamily + `">例</text>`,
		`<text font-size="9px" font-family="` + fontFamily + `" font-weight="900">a</text>`,
	} {
		if _, err := r.convert(wrap(s), ""); err == nil {
			t.Errorf("%s: no error", s)
		}
	}
}

// TestArc: a circle of vega's symbols is one of curves through its four corners.
func TestArc(t *testing.T) {
	path, err := parsePath("M2,0A2,2,0,1,1,-2,0A2,2,0,1,1,2,0Z")
	if err != nil {
		t.Fatal(err)
	}
	var ends []string
	for _, s := range path {
		if s.op == 'C' {
			ends = append(ends, s.points[2].String())
			for _, p := range s.points[:2] {
				if p.x < -2.001 || p.x > 2.001 || p.y < -2.001 || p.y > 2.001 {
					t.Errorf("a control point at %v, outside of the square around the circle", p)
				}
			}
		}
	}
	if got := strings.Join(ends, ", "); got != "0 2, -2 0, 0 -2, 2 0" {
		t.Errorf("the curves end at %s", got)
	}
}
