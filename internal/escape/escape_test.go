package escape

import (
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestString(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "v=STSv1; id=1", "v=STSv1; id=1"},
		{"letters beyond ASCII stay", "mx: bücher.例え", "mx: bücher.例え"},
		{"terminal escape", "\x1b[31mred", `\x1b[31mred`},
		{"line ends and tab", "a\r\n\tb", `a\r\n\tb`},
		{"NUL and DEL", "\x00\x7f", `\x00\x7f`},
		{"C1 control", "\u009b31m", `\u009b31m`},
		{"bidirectional override", "a\u202etxt", `a\u202etxt`},
		{"bidirectional isolate", "\u2066x\u2069", `\u2066x\u2069`},
		{"arabic letter mark", "\u061c", `\u061c`},
		{"zero width and byte-order mark", "\u200b\ufeff", `\u200b\ufeff`},
		{"line separator", "\u2028", `\u2028`},
		{"no-break space", "a\u00a0b", `a\u00a0b`},
		{"tag character", "\U000e0041", `\U000e0041`},
		{"not UTF-8", "a\xffb", `a\xffb`},
		{"the replacement character itself", "\ufffd", "\ufffd"},
		{"backslash is kept", `a\b`, `a\b`},
	} {
		if got := String(c.in); got != c.want {
			t.Errorf("%s: String(%q) = %q, want %q", c.name, c.in, got, c.want)
		}
	}
}

func FuzzString(f *testing.F) {
	f.Add("\x1b[0m\u202e\xff\n")
	f.Fuzz(func(t *testing.T, s string) {
		got := String(s)
		if !utf8.ValidString(got) {
			t.Fatalf("not UTF-8: %q", got)
		}
		for _, r := range got {
			if !unicode.IsPrint(r) {
				t.Fatalf("%q shows %U", s, r)
			}
		}
		if again := String(got); again != got {
			t.Fatalf("not stable: %q, then %q", got, again)
		}
	})
}
