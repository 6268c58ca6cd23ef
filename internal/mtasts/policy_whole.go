package mtasts

import (
	"strings"
	"unicode/utf8"
)

// finish judges the policy as a whole. What is missing is reported at the end of
// the body, where it can be added.
func (p *policyParser) finish() {
	for _, required := range []struct {
		there bool
		code  string
	}{
		{p.version, psynMissingVersion},
		{p.mode, psynMissingMode},
		{p.maxAge, psynMissingMaxAge},
		{p.mx || p.policy.Mode == ModeNone, psynMissingMX}, // mx is required unless mode is none
	} {
		if !required.there {
			p.report(required.code, len(p.text), 0, fatalIssue)
		}
	}
	// A short max_age is what RFC 8461 section 8.3 asks of a domain that opts
	// out with mode none.
	if p.maxAgeAt.n > 0 && p.policy.MaxAge < shortMaxAge && p.policy.Mode != ModeNone {
		p.reportAt(plintMaxAgeShort, p.maxAgeAt, lintIssue)
	}
	// One bad mx makes the file invalid; senders that skip it use the good ones.
	if len(p.policy.MX) == 0 {
		return
	}
	for i := range p.out.list {
		if strings.HasPrefix(p.out.list[i].Code, "psyn_mx_") {
			p.out.list[i].Contested = true
		}
	}
}

// notAPolicy gives the code of a body that nobody wrote as a policy, "" for any
// other: its lines are not worth a report each.
func notAPolicy(s string) string {
	start := strings.TrimLeft(s, " \t\r\n")
	switch {
	case start == "":
		return psynEmpty
	case isBinary(s):
		return psynNotText
	case isMarkup(start):
		return psynHTML
	}
	return ""
}

// isMarkup reports whether s begins with a tag, a comment or a declaration of
// HTML or XML. No line of a policy begins with "<".
func isMarkup(s string) bool {
	return len(s) > 1 && s[0] == '<' && (isAlpha(s[1]) || s[1] == '!' || s[1] == '?' || s[1] == '/')
}

// binaryShare is the part of a body, one byte in so many, that may be neither
// text nor valid UTF-8 before the body is called binary. Below it, the line
// with the stray byte is named instead.
const binaryShare = 8

// isBinary reports whether s is no text at all: it holds NUL (UTF-16 does, and
// nearly every binary format), or is full of control characters and invalid UTF-8.
func isBinary(s string) bool {
	odd := 0
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == 0:
			return true
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				odd++
			}
			i += n
			continue
		case c < 0x20 && c != '\t' && c != '\n' && c != '\r', c == 0x7F:
			odd++
		}
		i++
	}
	return odd > len(s)/binaryShare
}
