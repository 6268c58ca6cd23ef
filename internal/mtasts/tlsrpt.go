package mtasts

import (
	"slices"
	"strings"
)

// TLSRPT is a TXT record of SMTP TLS reporting (RFC 8460 section 3).
type TLSRPT struct {
	RUA        []string // mailto: and https: URIs, of all rua fields in order
	Extensions []Pair   // in the order given, first of each name
}

// Receivers are who gets the reports: the domains of mailto URIs and the hosts of
// https ones, in lower case and without a final dot, sorted, once each.
func (t TLSRPT) Receivers() []string {
	out := make([]string, len(t.RUA))
	for i, uri := range t.RUA {
		out[i] = receiver(uri)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// TLSRPTSet is what the TXT RRset at _smtp._tls.<domain> says.
type TLSRPTSet struct {
	Present  bool   // one TXT RR at least claims to be a TLSRPT record
	NearMiss bool   // none does, but one was meant to: rpt_bad_version
	Valid    bool   // a conforming sender sends reports
	TLSRPT   TLSRPT // of the first claim read, well-formed URIs only: meaningful as in RecordSet
	Issues   []Issue
}

func rptDialect() dialect {
	return dialect{
		version: "v=TLSRPTv1", cite: citeTLSRPT, foreign: rptForeignTXT, multiple: rptMultiple,
		badSeparator: rptBadSeparator, badExtension: rptBadExtension,
	}
}

// ParseTLSRPTSet reads the TXT RRset at _smtp._tls.<domain>. Each element is
// one RR, its character-strings joined with nothing between them. One RR, or
// several, are judged as by ParseRecordSet: RFC 8460 section 3 has the same
// delimiter and the same rule for several RRs.
func ParseTLSRPTSet(txts [][]byte) TLSRPTSet {
	d := rptDialect()
	r := tlsrptReader{d: &d}
	var set TLSRPTSet
	set.Present, set.NearMiss, set.Valid = readSet(&d, txts, &r, &r.out)
	set.TLSRPT, set.Issues = r.record, r.out.list
	return set
}

// tlsrptReader is the claimReader of RFC 8460 section 3.
type tlsrptReader struct {
	d      *dialect
	out    issues
	record TLSRPT
	filled bool // record is of a claim
}

func (r *tlsrptReader) claim(text string, rr int) {
	scan := fieldScanner{d: r.d, txt: text, rr: rr, pos: len(r.d.version), out: &r.out}
	ext := extensions{d: r.d, rr: rr, out: &r.out}
	var rua []string
	var hasRUA bool
	for f, ok := scan.next(); ok; f, ok = scan.next() {
		if f.name == "rua" && f.assigned { // repeated fields all count
			hasRUA = true
			rua = r.uris(f, rr, rua)
			continue
		}
		ext.add(f)
	}
	if !hasRUA {
		ext.report(rptMissingRUA, len(text), 0, true)
	}
	if !r.filled {
		r.filled, r.record = true, TLSRPT{RUA: rua, Extensions: ext.pairs}
	}
}

// uris reads tlsrpt-uri *(*WSP "," *WSP tlsrpt-uri) and appends the good ones.
func (r *tlsrptReader) uris(f field, rr int, good []string) []string {
	off, rest, more := f.valueOff(), f.value, true
	for first := true; more; first = false {
		var uri string
		uri, rest, more = strings.Cut(rest, ",")
		next := off + len(uri) + 1
		if !first { // no white space between "=" and the first URI
			trimmed := strings.TrimLeft(uri, wsp)
			off += len(uri) - len(trimmed)
			uri = trimmed
		}
		if more {
			uri = strings.TrimRight(uri, wsp)
		}
		if code, at, n := judgeURI(uri); code != "" {
			r.out.add(Issue{Code: code, RR: rr, Line: 1, Offset: off + at, Length: n, Cite: citeTLSRPT, Fatal: true})
		} else {
			good = append(good, uri)
		}
		off = next
	}
	return good
}

func (r *tlsrptReader) nearMiss(text string) (code string, off, n int) {
	if off, n := versionNearMiss(text, "tlsrpt"); n > 0 {
		return rptBadVersion, off, n
	}
	return "", 0, 0
}
