// Package escape makes text from the network safe to show: nothing in it can
// move the cursor, change colours or turn the direction of what follows. It
// knows nothing of what the text means and imports nothing of this module.
package escape

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// String gives s with everything escaped that does not print as itself: control
// characters, line separators, bidirectional and other format characters, blanks
// but for the space, unassigned code points (\n, \x1b, \u202e, \U000e0001) and
// bytes that are not UTF-8 (\xff). It is for display: a backslash is kept as it
// is, so the result cannot be read back.
func String(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		write(&b, r, s[:n])
		s = s[n:]
	}
	return b.String()
}

// plain reports whether s is printable ASCII, as nearly all text is.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] >= 0x7F {
			return false
		}
	}
	return true
}

func write(b *strings.Builder, r rune, raw string) {
	switch {
	case r == utf8.RuneError && len(raw) == 1:
		fmt.Fprintf(b, `\x%02x`, raw[0])
	case unicode.IsPrint(r):
		b.WriteString(raw)
	case r == '\t':
		b.WriteString(`\t`)
	case r == '\n':
		b.WriteString(`\n`)
	case r == '\r':
		b.WriteString(`\r`)
	case r < 0x80:
		fmt.Fprintf(b, `\x%02x`, r)
	case r <= 0xFFFF:
		fmt.Fprintf(b, `\u%04x`, r)
	default:
		fmt.Fprintf(b, `\U%08x`, r)
	}
}
