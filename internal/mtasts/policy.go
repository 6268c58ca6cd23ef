package mtasts

import (
	"slices"
	"strings"
)

// Mode is what a policy asks of a sender (RFC 8461 section 5).
type Mode string

const (
	ModeEnforce Mode = "enforce"
	ModeTesting Mode = "testing"
	ModeNone    Mode = "none"
)

// policyVersion is the only version there is (RFC 8461 section 3.2).
const policyVersion = "STSv1"

// shortMaxAge is the max_age, in seconds, below which plint_max_age_short is
// given: one day. RFC 8461 section 3.2 expects weeks or more, but days are
// common while a policy is tried out, and do no harm to senders that refresh
// daily, as section 3.3 has it. Below a day even those have times without a policy.
const shortMaxAge = 86400

// Policy is an MTA-STS policy (RFC 8461 section 3.2).
type Policy struct {
	Mode       Mode
	MaxAge     int64    // seconds, as written: it may be above MaxMaxAge in an invalid policy
	MX         []string // patterns in the order given, case kept; final dots dropped, bad ones left out
	Extensions []Pair   // in the order given, first of each name
}

// PolicyResult is what a policy body says.
type PolicyResult struct {
	Policy    Policy // as far as readable; what a lenient sender takes if every fatal issue is contested
	HasMaxAge bool   // there is a max_age that is a number; without it MaxAge is 0
	Valid     bool   // a conforming sender uses the policy
	Issues    []Issue
}

// ParsePolicy reads the body of a policy by sts-policy-record (RFC 8461 section
// 3.2). A body that is empty, HTML or no text at all has that one issue (and a
// byte-order mark); of every other all issues are given.
func ParsePolicy(body []byte) PolicyResult {
	p := policyParser{text: string(body)}
	p.parse()
	slices.SortStableFunc(p.out.list, func(a, b Issue) int { return a.Offset - b.Offset })
	return PolicyResult{Policy: p.policy, HasMaxAge: p.maxAgeAt.n > 0, Valid: !fatal(p.out.list), Issues: p.out.list}
}

// policyParser reads a policy line by line.
type policyParser struct {
	text   string
	line   int // 1-based, of the line being read
	policy Policy
	out    issues

	version, mode, maxAge, mx bool // the field was there
	maxAgeAt                  span
	seenMX, seenExt           map[string]struct{}
}

// span is a place in the body.
type span struct{ line, off, n int }

func (p *policyParser) parse() {
	p.line = 1
	rest := p.text
	if after, ok := strings.CutPrefix(rest, "\ufeff"); ok {
		p.report(psynBOM, 0, len(rest)-len(after), contestedIssue)
		rest = after
	}
	if code := notAPolicy(rest); code != "" {
		p.report(code, len(p.text)-len(rest), len(rest), fatalIssue)
		return
	}
	off := len(p.text) - len(rest)
	for off < len(p.text) {
		end := len(p.text)
		next := end
		if i := strings.IndexByte(p.text[off:], '\n'); i >= 0 {
			end, next = off+i, off+i+1
			if end > off && p.text[end-1] == '\r' {
				end--
			}
		}
		p.parts(off, end)
		off = next
		if off < len(p.text) {
			p.line++
		}
	}
	p.finish()
}

// parts reads one line. A carriage return inside it ends no line (sts-policy-term
// is LF / CRLF), but is taken as meant to, so that the fields behind it are not
// called missing.
func (p *policyParser) parts(off, end int) {
	if strings.IndexByte(p.text[off:end], '\r') < 0 {
		p.field(off, end)
		return
	}
	for off < end {
		stop := end
		if i := strings.IndexByte(p.text[off:end], '\r'); i >= 0 {
			stop = off + i
			p.report(psynMalformedLine, stop, 1, fatalIssue)
		}
		if strings.Trim(p.text[off:stop], wsp) != "" {
			p.field(off, stop)
		}
		off = stop + 1
	}
}

// field reads "key: value". Contested are the lines that lenient senders pass
// over, or read all the same.
func (p *policyParser) field(off, end int) {
	text := strings.TrimRight(p.text[off:end], wsp) // *WSP may end a line
	key := strings.TrimLeft(text, wsp)
	indent := len(text) - len(key)
	colon := strings.IndexByte(key, ':')
	if colon < 0 || isComment(key) { // blank lines, too
		p.report(psynMalformedLine, off, len(text), contestedIssue)
		return
	}
	if indent > 0 {
		p.report(psynMalformedLine, off, indent, fatalIssue)
	}
	off += indent
	value := strings.TrimLeft(key[colon+1:], wsp)
	valueOff := off + len(key) - len(value)
	key = key[:colon]
	if bare := strings.TrimRight(key, wsp); len(bare) < len(key) {
		p.report(psynMalformedLine, off+len(bare), len(key)-len(bare), contestedIssue)
		key = bare
	}
	p.known(key, value, off, valueOff)
}

// isComment reports whether a line was meant as a comment. RFC 8461 has none.
func isComment(s string) bool {
	return s != "" && (s[0] == '#' || s[0] == ';' || strings.HasPrefix(s, "//"))
}

// known dispatches on the field names, whose case counts (%s in the grammar).
func (p *policyParser) known(key, value string, off, valueOff int) {
	switch key {
	case "version":
		if p.first(&p.version, key, value, off, valueOff) && value != policyVersion {
			p.report(psynBadVersion, valueOff, len(value), fatalIssue)
		}
	case "mode":
		if p.first(&p.mode, key, value, off, valueOff) {
			p.setMode(value, valueOff)
		}
	case "max_age":
		if p.first(&p.maxAge, key, value, off, valueOff) {
			p.setMaxAge(value, valueOff)
		}
	case "mx":
		p.mx = true
		p.addMX(value, valueOff)
	default:
		p.extension(key, value, off, valueOff)
	}
}

// first reports whether a field that may stand once is there for the first
// time. All later ones are ignored (RFC 8461 section 3.2), if they are fields at
// all: what the grammar leaves for them is sts-policy-extension.
func (p *policyParser) first(seen *bool, key, value string, off, valueOff int) bool {
	if !*seen {
		*seen = true
		return true
	}
	if p.wellFormed(key, value, off, valueOff) {
		p.report(plintDuplicateField, off, valueOff+len(value)-off, lintIssue)
	}
	return false
}

func (p *policyParser) setMode(value string, off int) {
	switch m := Mode(value); m {
	case ModeEnforce, ModeTesting:
		p.policy.Mode = m
	case ModeNone:
		p.policy.Mode = m
		p.out.add(Issue{Code: plintModeNone, Line: p.line, Offset: off, Length: len(value), Cite: citeRemoval})
	default:
		p.report(psynBadMode, off, len(value), fatalIssue)
	}
}

// maxAgeDigits is the most digits a max_age may have (sts-policy-max-age-value,
// RFC 8461 section 3.2).
const maxAgeDigits = 10

func (p *policyParser) setMaxAge(value string, off int) {
	seconds, ok := digits(value)
	if !ok {
		p.report(psynBadMaxAge, off, len(value), fatalIssue)
		return
	}
	p.policy.MaxAge = seconds
	p.maxAgeAt = span{p.line, off, len(value)}
	if seconds > MaxMaxAge {
		p.report(psynMaxAgeOverLimit, off, len(value), contestedIssue)
	}
}

// digits is 1*10(DIGIT); it cannot overflow.
func digits(s string) (int64, bool) {
	if s == "" || len(s) > maxAgeDigits {
		return 0, false
	}
	var n int64
	for i := range len(s) {
		if !isDigit(s[i]) {
			return 0, false
		}
		n = n*10 + int64(s[i]-'0')
	}
	return n, true
}

func (p *policyParser) addMX(value string, off int) {
	pp := patternParser{line: p.line, off: off, out: &p.out}
	pattern, usable := pp.parse(value)
	if !usable {
		return
	}
	p.policy.MX = append(p.policy.MX, pattern)
	if p.seenMX == nil {
		p.seenMX = make(map[string]struct{})
	}
	folded := strings.ToLower(pattern)
	if _, dup := p.seenMX[folded]; dup {
		p.report(plintMXDuplicate, off, len(value), lintIssue)
	}
	p.seenMX[folded] = struct{}{}
}

func (p *policyParser) extension(key, value string, off, valueOff int) {
	if !p.wellFormed(key, value, off, valueOff) {
		return
	}
	if _, dup := p.seenExt[key]; dup {
		p.report(plintDuplicateField, off, valueOff+len(value)-off, lintIssue)
		return
	}
	if p.seenExt == nil {
		p.seenExt = make(map[string]struct{})
	}
	p.seenExt[key] = struct{}{}
	p.report(plintUnknownField, off, len(key), lintIssue)
	p.policy.Extensions = append(p.policy.Extensions, Pair{key, value})
}

// wellFormed judges sts-policy-ext-name and sts-policy-ext-value (RFC 8461 section 3.2).
func (p *policyParser) wellFormed(key, value string, off, valueOff int) bool {
	switch {
	case !isName(key):
		p.report(psynMalformedLine, off, len(key), fatalIssue)
		return false
	case value == "":
		p.report(psynMalformedLine, valueOff, 0, fatalIssue)
		return false
	}
	if at := badPolicyValue(value); at >= 0 {
		p.report(psynMalformedLine, valueOff+at, 1, fatalIssue)
		return false
	}
	return true
}

// weight of an issue.
type weight int

const (
	lintIssue      weight = iota // harms nobody
	contestedIssue               // fatal to the strict reading only
	fatalIssue
)

func (p *policyParser) report(code string, off, length int, w weight) {
	p.reportAt(code, span{p.line, off, length}, w)
}

func (p *policyParser) reportAt(code string, s span, w weight) {
	p.out.add(Issue{Code: code, Line: s.line, Offset: s.off, Length: s.n, Cite: citePolicy,
		Fatal: w != lintIssue, Contested: w == contestedIssue})
}
