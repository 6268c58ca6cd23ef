package mtasts

// Record is an MTA-STS TXT record (RFC 8461 section 3.1).
type Record struct {
	ID         string // 1 to 32 letters or digits
	Extensions []Pair // in the order given, first of each name
}

// maxIDLen is the length of the longest id (sts-id, RFC 8461 section 3.1).
const maxIDLen = 32

// RecordSet is what the TXT RRset at _mta-sts.<domain> says.
type RecordSet struct {
	Present  bool   // one TXT RR at least claims to be an MTA-STS record
	NearMiss bool   // none does, but one was meant to: rec_bad_version or rec_policy_in_txt
	Valid    bool   // a conforming sender goes on to the policy
	Record   Record // of the first claim read: meaningful if Valid, or if every fatal issue is contested
	ID       string // first id of a claim, valid or not; "" if there is none
	Issues   []Issue
}

func stsDialect() dialect {
	return dialect{
		version: "v=STSv1", cite: citeRecord, foreign: recForeignTXT, multiple: recMultiple,
		badSeparator: recBadSeparator, badExtension: recBadExtension, duplicate: recDuplicateField,
	}
}

// ParseRecordSet reads the TXT RRset at _mta-sts.<domain>. Each element is one
// RR, its character-strings joined with nothing between them (RFC 8461 section 3.1).
//
// A single RR is judged by the grammar alone, which allows white space before
// the first delimiter. Of several RRs those that do not begin with "v=STSv1;"
// are dropped, and exactly one must be left. Beside a valid record a dropped RR,
// whatever it holds, is rec_foreign_txt. An empty set has no issues.
func ParseRecordSet(txts [][]byte) RecordSet {
	d := stsDialect()
	r := recordReader{d: &d}
	var set RecordSet
	set.Present, set.NearMiss, set.Valid = readSet(&d, txts, &r, &r.out)
	set.Record, set.ID, set.Issues = r.record, r.id, r.out.list
	return set
}

// recordReader is the claimReader of RFC 8461 section 3.1.
type recordReader struct {
	d      *dialect
	out    issues
	record Record
	filled bool   // record is of a claim
	id     string // first seen
}

func (r *recordReader) claim(text string, rr int) {
	scan := fieldScanner{d: r.d, txt: text, rr: rr, pos: len(r.d.version), out: &r.out}
	ext := extensions{d: r.d, rr: rr, out: &r.out}
	var id string
	var hasID bool
	for f, ok := scan.next(); ok; f, ok = scan.next() {
		switch {
		case f.name != "id" || !f.assigned:
			if n := policyField(f); n > 0 {
				r.out.add(Issue{Code: recPolicyInTXT, RR: rr, Line: 1, Offset: f.off, Length: n, Cite: citePolicy, Fatal: true})
			}
			ext.add(f)
		case !hasID:
			id, hasID = f.value, true
			r.judgeID(f, rr)
		case f.value == "":
			ext.report(recEmptyID, f.valueOff(), 0, true)
		default:
			// The first id counts. What the grammar leaves for another is
			// sts-extension.
			ext.known("id")
			ext.add(f)
		}
	}
	if !hasID {
		ext.report(recMissingID, len(text), 0, true)
	}
	if r.id == "" {
		r.id = id
	}
	if !r.filled {
		r.filled, r.record = true, Record{ID: id, Extensions: ext.pairs}
	}
}

// judgeID judges sts-id: "id=" 1*32(ALPHA / DIGIT) (RFC 8461 section 3.1).
func (r *recordReader) judgeID(f field, rr int) {
	report := func(code string, at, length int) {
		r.out.add(Issue{Code: code, RR: rr, Line: 1, Offset: f.valueOff() + at, Length: length, Cite: citeRecord, Fatal: true})
	}
	if f.value == "" {
		report(recEmptyID, 0, 0)
		return
	}
	for i := range len(f.value) {
		if isAlnum(f.value[i]) {
			continue
		}
		end := i + 1
		for end < len(f.value) && !isAlnum(f.value[end]) {
			end++
		}
		report(recBadIDChars, i, end-i)
		break
	}
	if len(f.value) > maxIDLen {
		report(recIDTooLong, maxIDLen, len(f.value)-maxIDLen)
	}
}

func (r *recordReader) nearMiss(text string) (code string, off, n int) {
	if off, n := versionNearMiss(text, "sts"); n > 0 {
		return recBadVersion, off, n
	}
	if off, n := policyInTXT(text); n > 0 {
		return recPolicyInTXT, off, n
	}
	return "", 0, 0
}
