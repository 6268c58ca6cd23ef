package mtasts

import "slices"

// dialect is what the two TXT records, which share one grammar but for their
// version and fields, do not share.
type dialect struct {
	version string // first field, case counts
	cite    string
	// codes
	foreign, multiple, badSeparator, badExtension string
	duplicate                                     string // "" = not worth a word
}

// claims reports whether txt says that it is a record of this dialect: it
// begins with the version, followed by no letter or digit.
func (d *dialect) claims(txt []byte) bool {
	n := len(d.version)
	return len(txt) >= n && string(txt[:n]) == d.version && (len(txt) == n || !isAlnum(txt[n]))
}

// survives reports whether txt begins with the literal "v=STSv1;" (or the
// like): what is left when a resolver gives several RRs (RFC 8461 section 3.1,
// RFC 8460 section 3).
func (d *dialect) survives(txt []byte) bool {
	return d.claims(txt) && len(txt) > len(d.version) && txt[len(d.version)] == ';'
}

// choose gives the first RR that stays in the race, and how many do. The rule
// for several RRs does not touch a single one: it is judged by the grammar,
// which allows white space before the first delimiter.
func (d *dialect) choose(txts [][]byte) (first, left int) {
	if len(txts) == 1 && d.claims(txts[0]) {
		return 0, 1
	}
	for rr, txt := range txts {
		if d.survives(txt) {
			if left == 0 {
				first = rr
			}
			left++
		}
	}
	return first, left
}

// loneBlank reports whether one RR claims to be a record, and has white space
// before its first delimiter.
func (d *dialect) loneBlank(txts [][]byte) bool {
	claims, blank := 0, false
	for _, txt := range txts {
		if d.claims(txt) {
			claims++
			blank = d.blankBeforeDelimiter(txt) > 0
		}
	}
	return claims == 1 && blank
}

// blankBeforeDelimiter is the length of the white space between the version of
// a claim and its first ";", 0 if there is neither.
func (d *dialect) blankBeforeDelimiter(txt []byte) int {
	start := len(d.version)
	i := start
	for i < len(txt) && isWSP(txt[i]) {
		i++
	}
	if i == len(txt) || txt[i] != ';' {
		return 0
	}
	return i - start
}

// claimReader reads the RRs of one dialect.
type claimReader interface {
	claim(text string, rr int)                      // an RR that claims to be a record
	nearMiss(text string) (code string, off, n int) // an RR that does not; code "" = it is of another use
}

// readSet reads a TXT RRset: exactly one RR must be left, and be valid. Beside
// a valid record a dropped RR, whatever it holds, is a fact that harms nobody.
func readSet(d *dialect, txts [][]byte, r claimReader, out *issues) (present, near, valid bool) {
	chosen, left := d.choose(txts)
	contested := left == 0 && d.loneBlank(txts)
	if left == 1 {
		r.claim(string(txts[chosen]), chosen)
		present, valid = true, !fatal(out.list)
	}
	for rr, txt := range txts {
		switch {
		case left == 1 && rr == chosen:
		case valid:
			out.add(Issue{Code: d.foreign, RR: rr, Line: 1, Length: len(txt), Cite: d.cite})
		case d.claims(txt):
			present = true
			if left > 1 && rr != chosen && d.survives(txt) {
				out.add(Issue{Code: d.multiple, RR: rr, Line: 1, Length: len(txt), Cite: d.cite, Fatal: true})
			}
			if n := d.blankBeforeDelimiter(txt); n > 0 {
				// "v=STSv1 ;" fits the grammar, but the literal "v=STSv1;" that
				// decides among several RRs does not allow for it (errata 6285).
				// Who takes it all the same takes every such claim, so that two
				// of them are one too many.
				out.add(Issue{Code: d.badSeparator, RR: rr, Line: 1, Offset: len(d.version), Length: n,
					Cite: d.cite, Fatal: true, Contested: contested})
			}
			r.claim(string(txt), rr)
		default:
			near = unclaimed(d, string(txt), rr, r, out, contested) || near
		}
	}
	slices.SortStableFunc(out.list, func(a, b Issue) int {
		if a.RR != b.RR {
			return a.RR - b.RR
		}
		return a.Offset - b.Offset
	})
	return present, near && !present, valid
}

// unclaimed judges an RR that is no claim, and reports whether it was meant as
// one. That is contested beside a claim that lenient senders take.
func unclaimed(d *dialect, text string, rr int, r claimReader, out *issues, contested bool) bool {
	code, off, n := r.nearMiss(text)
	if code == "" {
		out.add(Issue{Code: d.foreign, RR: rr, Line: 1, Length: len(text), Cite: d.cite})
		return false
	}
	cite := d.cite
	if code == recPolicyInTXT {
		cite = citePolicy
	}
	out.add(Issue{Code: code, RR: rr, Line: 1, Offset: off, Length: n, Cite: cite, Fatal: true, Contested: contested})
	return true
}
