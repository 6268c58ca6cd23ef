package figure

import (
	"fmt"
	"unicode"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// fontFamily are the fonts of the figures. The first one is measured, and
// embedded; Arial and Helvetica have the same advances, so that a program that
// has only them still puts every letter in its place.
const fontFamily = "Liberation Sans, Arial, Helvetica, sans-serif"

// typeface is one cut of the font of the figures. Not for concurrent use.
type typeface struct {
	ttf    []byte
	font   *sfnt.Font
	buffer sfnt.Buffer
	widths map[rune]int // advances seen, in units of the em
}

func newTypeface(bold bool) (*typeface, error) {
	ttf := liberationsansregular.TTF
	if bold {
		ttf = liberationsansbold.TTF
	}
	f, err := sfnt.Parse(ttf)
	if err != nil {
		return nil, fmt.Errorf("the font of the figures: %w", err)
	}
	return &typeface{ttf: ttf, font: f, widths: map[rune]int{}}, nil
}

// has reports whether the font has a glyph for r.
func (t *typeface) has(r rune) bool {
	i, err := t.font.GlyphIndex(&t.buffer, r)
	return err == nil && i != 0
}

// canDraw: the font has the letter, and it stands where it is written and does not
// join its neighbours.
func (t *typeface) canDraw(r rune) bool {
	return leftToRight(r) && !unicode.Is(unicode.M, r) && t.has(r)
}

// width is the width of a text at a size, in the unit of the size. Advances are
// added as whole units of the em, unhinted and unkerned, and scaled once: so the
// sum is the same on every processor.
func (t *typeface) width(text string, size float64) float64 {
	units := 0
	for _, r := range text {
		units += t.advance(r)
	}
	return float64(units) * size / float64(t.font.UnitsPerEm())
}

func (t *typeface) advance(r rune) int {
	if w, ok := t.widths[r]; ok {
		return w
	}
	w := 0
	if i, err := t.font.GlyphIndex(&t.buffer, r); err == nil {
		// At one pixel a unit the advance in pixels is the one in units.
		if a, err := t.font.GlyphAdvance(&t.buffer, i, fixed.Int26_6(t.font.UnitsPerEm()), font.HintingNone); err == nil {
			w = int(a)
		}
	}
	t.widths[r] = w
	return w
}
