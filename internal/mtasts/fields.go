package mtasts

import "strings"

// field is what stands between two delimiters.
type field struct {
	off         int // of name, in the RR
	name, value string
	assigned    bool // has a "="
}

func (f field) valueOff() int { return f.off + len(f.name) + 1 }

func (f field) len() int {
	if !f.assigned {
		return len(f.name)
	}
	return len(f.name) + 1 + len(f.value)
}

// fieldScanner cuts a TXT record into fields at sts-field-delim, *WSP ";" *WSP
// (RFC 8461 section 3.1; field-delim of RFC 8460 section 3), and reports what
// stands wrongly between fields.
type fieldScanner struct {
	d   *dialect
	txt string
	rr  int
	pos int // behind the version or the last field
	out *issues
}

// next gives the next field. Wrong separators are reported and passed over.
func (s *fieldScanner) next() (field, bool) {
	for {
		gap := s.pos
		s.skipWSP()
		switch {
		case s.pos == len(s.txt):
			if s.pos > gap { // trailing blank without ";": *WSP belongs to a delimiter
				s.report(gap, s.pos-gap)
			}
			return field{}, false
		case s.txt[s.pos] == ';':
			s.pos++
			s.skipWSP()
			if s.pos == len(s.txt) { // the one delimiter that may end a record
				return field{}, false
			}
			if s.txt[s.pos] == ';' { // a field is missing between two delimiters
				s.report(s.pos, 1)
				continue
			}
		default: // no delimiter at all
			s.skipJunk()
			s.report(gap, s.pos-gap)
			if s.pos == len(s.txt) || s.txt[s.pos] == ';' {
				continue
			}
		}
		return s.field(), true
	}
}

// field reads the field at pos, up to the next delimiter, or to a blank behind
// which another name=value begins: there a ";" was forgotten.
func (s *fieldScanner) field() field {
	start, end := s.pos, s.pos
	for end < len(s.txt) && s.txt[end] != ';' && !s.forgotten(end) {
		end++
	}
	text := strings.TrimRight(s.txt[start:end], wsp)
	s.pos = start + len(text)
	f := field{off: start}
	f.name, f.value, f.assigned = strings.Cut(text, "=")
	return f
}

// forgotten reports whether at i a blank stands before a name and "=".
func (s *fieldScanner) forgotten(i int) bool {
	if !isWSP(s.txt[i]) || i+1 == len(s.txt) || !isAlnum(s.txt[i+1]) {
		return false
	}
	next := s.txt[i+1:]
	n := nameLen(next)
	return n <= maxNameLen && n < len(next) && next[n] == '='
}

func (s *fieldScanner) skipWSP() {
	for s.pos < len(s.txt) && isWSP(s.txt[s.pos]) {
		s.pos++
	}
}

// skipJunk passes what stands for a delimiter but is none, such as a comma.
func (s *fieldScanner) skipJunk() {
	for s.pos < len(s.txt) && s.txt[s.pos] != ';' && !isAlnum(s.txt[s.pos]) {
		s.pos++
	}
}

func (s *fieldScanner) report(off, length int) {
	s.out.add(Issue{Code: s.d.badSeparator, RR: s.rr, Line: 1, Offset: off, Length: length, Cite: s.d.cite, Fatal: true})
}

// extensions collects the well-formed fields that a dialect does not know.
type extensions struct {
	d     *dialect
	rr    int
	out   *issues
	pairs []Pair
	seen  map[string]struct{}
}

// add judges f as sts-extension or tlsrpt-extension. Of a field given twice the
// first counts (RFC 8461 section 3.2 says so for both texts).
func (e *extensions) add(f field) {
	switch {
	case !f.assigned || !isName(f.name) || f.value == "":
		e.report(e.d.badExtension, f.off, f.len(), true)
		return
	case badTXTValue(f.value) >= 0:
		at := badTXTValue(f.value)
		e.report(e.d.badExtension, f.valueOff()+at, 1, true)
		return
	}
	if e.known(f.name) {
		if e.d.duplicate != "" {
			e.report(e.d.duplicate, f.off, f.len(), false)
		}
		return
	}
	e.pairs = append(e.pairs, Pair{f.name, f.value})
}

// known reports whether name was there before, and remembers it. The version
// is a field too, and always there.
func (e *extensions) known(name string) bool {
	if name == "v" {
		return true
	}
	if _, ok := e.seen[name]; ok {
		return true
	}
	if e.seen == nil {
		e.seen = make(map[string]struct{})
	}
	e.seen[name] = struct{}{}
	return false
}

func (e *extensions) report(code string, off, length int, fatal bool) {
	e.out.add(Issue{Code: code, RR: e.rr, Line: 1, Offset: off, Length: length, Cite: e.d.cite, Fatal: fatal})
}
