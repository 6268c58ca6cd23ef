package figure

import (
	"fmt"
	"strings"
	"unicode"
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

// letters is a lettering of at most so many letters: one line, everything escaped
// that does not print as itself or that cannot be shown. A domain name in letters
// that cannot be shown is written as it stands in the DNS (xn--…).
func letters(can func(rune) bool, most int) lettering {
	cannot := func(r rune) bool { return !can(r) }
	return func(s string) string {
		s = strings.TrimSpace(s)
		if len(s) <= 253 && strings.Contains(s, ".") && utf8.ValidString(s) && strings.ContainsFunc(s, cannot) { // 253: RFC 1035 §2.3.4, in text
			if ascii, err := idna.Lookup.ToASCII(s); err == nil {
				s = ascii
			}
		}
		var b strings.Builder
		for _, r := range escape.String(shorten(s, most)) {
			switch {
			case can(r):
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

// leftToRight: the letter stands where it is written. Those that turn the
// direction of a line, though they print, would carry away the numbers beside them.
func leftToRight(r rune) bool {
	return unicode.IsPrint(r) && !unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko,
		unicode.Samaritan, unicode.Mandaic, unicode.Adlam, unicode.Mende_Kikakui, unicode.Hanifi_Rohingya)
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
