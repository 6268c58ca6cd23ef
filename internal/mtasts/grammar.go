package mtasts

import "unicode/utf8"

// wsp is WSP of RFC 5234 appendix B.1, for the cutset of strings.Trim.
const wsp = " \t"

// maxNameLen is the length of the longest extension name: one letter or digit
// and at most 31 more characters (RFC 8461 sections 3.1 and 3.2, RFC 8460 section 3).
const maxNameLen = 32

func isWSP(c byte) bool   { return c == ' ' || c == '\t' }
func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isAlpha(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isAlnum(c byte) bool { return isDigit(c) || isAlpha(c) }

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + ('a' - 'A')
	}
	return c
}

// equalFold compares without regard to ASCII case. Unicode folding would take
// the Kelvin sign for a k.
func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

// isName reports whether s is an extension name: sts-ext-name and
// sts-policy-ext-name (RFC 8461), tlsrpt-ext-name (RFC 8460).
func isName(s string) bool {
	if len(s) == 0 || len(s) > maxNameLen || !isAlnum(s[0]) {
		return false
	}
	return nameLen(s) == len(s)
}

// nameLen is the number of leading bytes of s that may stand in an extension
// name; it looks no further than one byte beyond the longest name.
func nameLen(s string) int {
	n := 0
	for n < len(s) && n <= maxNameLen {
		c := s[n]
		if !isAlnum(c) && c != '_' && c != '-' && c != '.' {
			break
		}
		n++
	}
	return n
}

// badTXTValue is the offset of the first byte of s that may not stand in an
// extension value of a TXT record, %x21-3A / %x3C / %x3E-7E, or -1
// (sts-ext-value of RFC 8461 section 3.1, tlsrpt-ext-value of RFC 8460 section 3).
func badTXTValue(s string) int {
	for i := range len(s) {
		if c := s[i]; c < 0x21 || c > 0x7E || c == ';' || c == '=' {
			return i
		}
	}
	return -1
}

// badPolicyValue is the offset of the first byte of s that may not stand in an
// extension value of a policy, or -1. Visible ASCII, UTF-8 beyond it and, inside,
// blanks are allowed (sts-policy-ext-value, RFC 8461 section 3.2); a tab is not.
func badPolicyValue(s string) int {
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if c < 0x20 || c == 0x7F {
				return i
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}
