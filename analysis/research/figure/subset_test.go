package figure

import (
	"encoding/base64"
	"reflect"
	"regexp"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// TestSubset: a reader of fonts that is not ours sees the letters in a subset as it sees them in the whole font.
func TestSubset(t *testing.T) {
	for _, bold := range []bool{false, true} {
		face, err := newTypeface(bold)
		if err != nil {
			t.Fatal(err)
		}
		letters := []rune(" %.0123456789ABCabcxyz…éüÅ–") // composites among them
		ttf, err := face.subset(letters)
		if err != nil {
			t.Fatal(err)
		}
		if len(ttf) > 12_000 {
			t.Errorf("%d bytes for %d letters", len(ttf), len(letters))
		}
		part, err := sfnt.Parse(ttf)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range letters {
			if a, b := glyphOf(t, face.font, r), glyphOf(t, part, r); !reflect.DeepEqual(a, b) {
				t.Errorf("%q is another letter in the subset:\n%v\n%v", r, a, b)
			}
		}
		if i, err := part.GlyphIndex(nil, 'Q'); err != nil || i != 0 {
			t.Errorf("Q was not asked for and has glyph %d: %v", i, err)
		}
		if _, err := face.subset([]rune("例")); err == nil {
			t.Error("no error for a letter that the font does not have")
		}
	}
}

type glyph struct {
	advance  fixed.Int26_6
	segments sfnt.Segments
}

func glyphOf(t *testing.T, f *sfnt.Font, r rune) glyph {
	t.Helper()
	var b sfnt.Buffer
	i, err := f.GlyphIndex(&b, r)
	if err != nil || i == 0 {
		t.Fatalf("%q: glyph %d, %v", r, i, err)
	}
	em := fixed.Int26_6(f.UnitsPerEm())
	advance, err := f.GlyphAdvance(&b, i, em, font.HintingNone)
	if err != nil {
		t.Fatal(err)
	}
	segments, err := f.LoadGlyph(&b, i, em, nil)
	if err != nil {
		t.Fatalf("%q: %v", r, err)
	}
	return glyph{advance, append(sfnt.Segments{}, segments...)}
}

// TestSVGHoldsItsFonts: every letter of a figure, in both weights, is in the fonts that it carries.
func TestSVGHoldsItsFonts(t *testing.T) {
	svg, err := renderer(t).SVG(specOf(t, panels()))
	if err != nil {
		t.Fatal(err)
	}
	faces := regexp.MustCompile(`@font-face\{font-family:"Liberation Sans";font-weight:(400|700);src:url\(data:font/ttf;base64,([^)]+)\)\}`).FindAllSubmatch(svg, -1)
	if len(faces) != 2 {
		t.Fatalf("%d fonts, want a regular and a bold one", len(faces))
	}
	for _, f := range faces {
		ttf, err := base64.StdEncoding.DecodeString(string(f[2]))
		if err != nil {
			t.Fatal(err)
		}
		part, err := sfnt.Parse(ttf)
		if err != nil {
			t.Fatal(err)
		}
		words := map[string]string{"400": "Snapshot 2024 third party 0246% unclassified", "700": "name mismatch self-signed expired"}[string(f[1])]
		for _, r := range words {
			glyphOf(t, part, r)
		}
	}
}
