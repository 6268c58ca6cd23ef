package figure

import (
	"strings"
	"unicode"
)

// wide are the letters that terminals give two cells (Unicode Standard Annex 11:
// East Asian wide and fullwidth, in whole blocks).
var wide = []struct{ first, last rune }{
	{0x1100, 0x115F}, {0x2E80, 0x303E}, {0x3041, 0x33FF}, {0x3400, 0x4DBF}, {0x4E00, 0x9FFF}, {0xA000, 0xA4CF},
	{0xA960, 0xA97C}, {0xAC00, 0xD7A3}, {0xF900, 0xFAFF}, {0xFE30, 0xFE6F}, {0xFF01, 0xFF60}, {0xFFE0, 0xFFE6},
	{0x16FE0, 0x18DFF}, {0x1AFF0, 0x1B2FF}, {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1FAFF}, {0x20000, 0x3FFFD},
}

// cellsOf is how many cells of a terminal a letter takes.
func cellsOf(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me) {
		return 0
	}
	for _, w := range wide {
		if r >= w.first && r <= w.last {
			return 2
		}
	}
	return 1
}

func cells(s string) int {
	n := 0
	for _, r := range s {
		n += cellsOf(r)
	}
	return n
}

// pad makes a text as wide as so many cells: it is cut, or blanks follow it.
func pad(s string, width int) string {
	if cells(s) <= width {
		return s + strings.Repeat(" ", width-cells(s))
	}
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n+cellsOf(r) > width-1 {
			break
		}
		b.WriteRune(r)
		n += cellsOf(r)
	}
	return b.String() + "…" + strings.Repeat(" ", max(0, width-1-n))
}

// widest is the width of the widest of some texts, within a bound.
func widest(texts []string, most int) int {
	w := 0
	for _, t := range texts {
		w = max(w, cells(t))
	}
	return min(w, most)
}
