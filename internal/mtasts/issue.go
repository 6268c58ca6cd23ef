package mtasts

// Issue is one defect or peculiarity of a text.
type Issue struct {
	Code      string // as in the finding table
	RR        int    // index of the TXT RR in its set; 0 for other texts
	Line      int    // 1-based line of a policy; 1 for other texts
	Offset    int    // in bytes, from the start of the RR, body, pattern or header value
	Length    int    // in bytes; 0 = a point, where something is missing
	Cite      string // "RFC 8461 section 3.1"
	Fatal     bool   // a conforming sender does not use this record or policy
	Contested bool   // only the strict reading makes the issue
}

// maxIssuesPerKind bounds the issues of one code and weight that are kept: a
// hostile policy of 64 KiB holds 65,536 blank lines, and nobody reads the
// hundredth report of the same fault. Because the bound is for each (code,
// fatal, contested), neither a code nor a verdict is ever lost to it.
const maxIssuesPerKind = 64

// kind is what the bound counts.
type kind struct {
	code             string
	fatal, contested bool
}

// issues collects. The zero value is ready; a text without issues costs nothing.
type issues struct {
	list   []Issue
	counts []count // one for each kind seen: a few dozen at most, so searched in order
}

type count struct {
	kind
	n int
}

func (s *issues) add(i Issue) {
	k := kind{i.Code, i.Fatal, i.Contested}
	for j := range s.counts {
		if s.counts[j].kind != k {
			continue
		}
		if s.counts[j].n == maxIssuesPerKind {
			return
		}
		s.counts[j].n++
		s.list = append(s.list, i)
		return
	}
	s.counts = append(s.counts, count{k, 1})
	s.list = append(s.list, i)
}

// fatal reports whether one of list keeps a conforming sender from going on.
func fatal(list []Issue) bool {
	for i := range list {
		if list[i].Fatal {
			return true
		}
	}
	return false
}
