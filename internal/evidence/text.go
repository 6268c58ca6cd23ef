package evidence

import (
	"errors"
	"strings"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// Text makes a string that is valid UTF-8 out of bytes from the network,
// reversibly: a byte that is part of no valid UTF-8 sequence, and NUL, become
// \xHH; a backslash becomes \\. Everything else, control characters included, is kept:
// whoever shows it escapes for display.
func Text(b []byte) string {
	if clean(b) {
		return string(b)
	}
	var s strings.Builder
	s.Grow(len(b) + 8)
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && n == 1, r == 0:
			s.WriteString(`\x`)
			s.WriteByte(hexDigits[b[0]>>4])
			s.WriteByte(hexDigits[b[0]&15])
		case r == '\\':
			s.WriteString(`\\`)
		default:
			s.Write(b[:n])
		}
		b = b[n:]
	}
	return s.String()
}

func clean(b []byte) bool {
	for _, c := range b {
		if c == '\\' || c == 0 || c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// ErrText is returned by Bytes for a string that Text cannot have made.
var ErrText = errors.New("evidence: malformed escape")

// Bytes is the inverse of Text.
func Bytes(s string) ([]byte, error) {
	if strings.IndexByte(s, '\\') < 0 {
		return []byte(s), nil
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			out = append(out, s[i])
			continue
		}
		switch {
		case strings.HasPrefix(s[i:], `\\`):
			out = append(out, '\\')
			i++
		case len(s) >= i+4 && s[i+1] == 'x':
			hi, lo := strings.IndexByte(hexDigits, s[i+2]), strings.IndexByte(hexDigits, s[i+3])
			if hi < 0 || lo < 0 {
				return nil, ErrText
			}
			out = append(out, byte(hi<<4|lo))
			i += 3
		default:
			return nil, ErrText
		}
	}
	return out, nil
}
