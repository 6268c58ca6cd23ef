package figure

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"stscan/internal/escape"
)

// How many letters of a text a figure shows: what is longer loses its middle.
const (
	maxLabel = 32
	maxTitle = 60 // of an axis
)

// lettering makes a text of a result fit for where it is shown.
type lettering func(string) string

// drawnWith is the lettering of a figure: one line, everything escaped that does
// not print as itself, and only what the font can draw from left to right. A
// domain name in other letters is written as it stands in the DNS (xn--…).
func drawnWith(face *typeface, most int) lettering {
	return func(s string) string {
		s = strings.TrimSpace(s)
		if len(s) <= 253 && strings.Contains(s, ".") && utf8.ValidString(s) && !drawable(face, s) { // 253: RFC 1035 §2.3.4, in text
			if ascii, err := idna.Lookup.ToASCII(s); err == nil {
				s = ascii
			}
		}
		var b strings.Builder
		for _, r := range escape.String(shorten(s, most)) {
			switch {
			case face.canDraw(r):
				b.WriteRune(r)
			case r <= 0xFFFF:
				fmt.Fprintf(&b, `\u%04x`, r)
			default:
				fmt.Fprintf(&b, `\U%08x`, r)
			}
		}
		return shorten(b.String(), most)
	}
}

func drawable(face *typeface, s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return !face.canDraw(r) }) < 0
}

// shorten takes letters out of the middle of a text, so that both ends can be
// read: the end of a name says whose it is.
func shorten(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	r := []rune(s)
	head := most / 2
	tail := most - 1 - head
	return string(r[:head]) + "…" + string(r[len(r)-tail:])
}
