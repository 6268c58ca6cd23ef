package mtasts

import (
	"strings"
	"unicode/utf8"
)

// quotes are what administrators and panels leave around a record: quotes of a
// zone file, their escapes, quotes of a word processor, a byte-order mark.
const quotes = " \t\r\n\"'`\\()\u00a0\u2018\u2019\u201c\u201d\ufeff"

// maxLeadIn bounds how far into a TXT a displaced version is looked for.
const maxLeadIn = 16

// versionNearMiss finds a version that was meant to be "v=STSv1" (or, for
// "tlsrpt", "v=TLSRPTv1") but is not: other case, something before it, blanks
// around "=", another number. It gives the place of the version as written;
// n is 0 if there is none. The caller knows that text is no claim.
func versionNearMiss(text, word string) (off, n int) {
	i := leadIn(text)
	start := i
	if i == len(text) || lower(text[i]) != 'v' {
		return 0, 0
	}
	i = skip(text, i+1)
	if i == len(text) || text[i] != '=' && text[i] != ':' {
		return 0, 0
	}
	i = skip(text, i+1)
	if i < len(text) && (text[i] == '"' || text[i] == '\'') {
		i++
	}
	if len(text)-i < len(word) || !equalFold(text[i:i+len(word)], word) {
		return 0, 0
	}
	i += len(word)
	if i < len(text) && lower(text[i]) == 'v' {
		i++
	}
	if i < len(text) && isAlpha(text[i]) { // v=stsomething is another word
		return 0, 0
	}
	for i < len(text) && isAlnum(text[i]) {
		i++
	}
	if start > 0 { // what stands before it is the fault
		return 0, i
	}
	return start, i - start
}

// leadIn is the length of the blanks and quotes at the start of text.
func leadIn(text string) int {
	i := 0
	for i < len(text) && i < maxLeadIn {
		r, n := utf8.DecodeRuneInString(text[i:])
		if !strings.ContainsRune(quotes, r) {
			break
		}
		i += n
	}
	return i
}

func skip(text string, i int) int {
	for i < len(text) && isWSP(text[i]) {
		i++
	}
	return i
}

// policyInTXT finds fields of a policy (RFC 8461 section 3.2) in a TXT that is
// no claim: version STSv1, mode with one of its values, or max_age with a
// number. An mx alone counts only at the start and with a colon. A TXT that
// begins with "v=" belongs to another standard; "mx:" is a word of SPF, too.
func policyInTXT(text string) (off, n int) {
	start := leadIn(text)
	if strings.HasPrefix(text[start:], "v=") {
		return 0, 0
	}
	if s := text[start:]; hasKey(s, "mx") && len(s) > 3 && s[2] == ':' && isWSP(s[3]) {
		return start, 3
	}
	fresh := true // at i a word may begin
	for i := start; i < len(text); i++ {
		if fresh {
			if n := telling(text[i:]); n > 0 {
				return i, n
			}
		}
		fresh = !isAlnum(text[i]) && text[i] != '_' && text[i] != '-' && text[i] != '.'
	}
	return 0, 0
}

// telling is the length of a policy field with its separator at the start of
// s, if its value leaves no doubt; else 0.
func telling(s string) int {
	for _, key := range []string{"version", "mode", "max_age"} {
		if !hasKey(s, key) {
			continue
		}
		sep := skipBounded(s, len(key))
		if sep == len(s) || s[sep] != ':' && s[sep] != '=' {
			return 0
		}
		value := s[skipBounded(s, sep+1):]
		if tellingValue(key, value) {
			return sep + 1
		}
	}
	return 0
}

func tellingValue(key, value string) bool {
	switch key {
	case "version":
		return hasKey(value, "STSv1")
	case "mode":
		return hasKey(value, string(ModeEnforce)) || hasKey(value, string(ModeTesting)) || hasKey(value, string(ModeNone))
	default:
		return value != "" && isDigit(value[0])
	}
}

// hasKey reports whether s begins with key, without regard to case, and the
// word ends there.
func hasKey(s, key string) bool {
	return len(s) >= len(key) && equalFold(s[:len(key)], key) && (len(s) == len(key) || !isAlnum(s[len(key)]) && s[len(key)] != '_')
}

// skipBounded passes blanks, a few only: the scan for fields stays linear.
func skipBounded(s string, i int) int {
	for end := i + maxLeadIn; i < len(s) && i < end && isWSP(s[i]); i++ {
	}
	return i
}

// policyField is the length of the key and colon of a policy field that stands
// for a field of a claim, as in "v=STSv1; id=1; mode: enforce"; else 0.
func policyField(f field) int {
	if f.assigned {
		return 0
	}
	for _, key := range []string{"version", "mode", "max_age", "mx"} {
		if !hasKey(f.name, key) {
			continue
		}
		if i := skipBounded(f.name, len(key)); i < len(f.name) && f.name[i] == ':' {
			return i + 1
		}
	}
	return 0
}
