package mtasts

import (
	"bytes"
	"strings"
	"testing"
)

// The fuzz targets are seeded by the tables. They check what must hold of any
// text: no panic, places inside the text, Valid agrees with the issues, and a
// valid value survives printing.

// splitRRs turns fuzzed bytes into an RRset: RRs are separated by 0x1E.
func splitRRs(b []byte) [][]byte { return bytes.Split(b, []byte{0x1E}) }

func FuzzParseRecordSet(f *testing.F) {
	for _, c := range recordCases() {
		f.Add([]byte(strings.Join(c.txts, "\x1e")))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		set := splitRRs(b)
		got := ParseRecordSet(set)
		checkPlaces(t, got.Issues, func(i Issue) int { return len(set[i.RR]) })
		if got.Valid == fatal(got.Issues) && got.Present {
			t.Errorf("valid %v with %v", got.Valid, got.Issues)
		}
		if got.NearMiss && (got.Present || !fatal(got.Issues)) || got.Valid && !got.Present {
			t.Errorf("contradiction in %+v", got)
		}
		if got.Valid {
			again := ParseRecordSet(rrs(got.Record.String()))
			if !again.Valid || again.Record.String() != got.Record.String() {
				t.Errorf("%q prints as %q, which is read as %+v", b, got.Record, again)
			}
		}
	})
}

func FuzzParsePolicy(f *testing.F) {
	for _, c := range policyCases() {
		f.Add([]byte(c.body))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got := ParsePolicy(b)
		checkPlaces(t, got.Issues, func(Issue) int { return len(b) })
		if got.Valid == fatal(got.Issues) {
			t.Errorf("valid %v with %v", got.Valid, got.Issues)
		}
		for _, i := range got.Issues {
			if before := 1 + bytes.Count(b[:i.Offset], []byte("\n")); i.Line != before && i.Offset < len(b) {
				t.Errorf("%s is in line %d, said to be in %d", i.Code, before, i.Line)
			}
		}
		if got.Valid {
			again := ParsePolicy([]byte(got.Policy.String()))
			if !again.Valid || again.Policy.String() != got.Policy.String() {
				t.Errorf("%q prints as %q, which is read as %+v", b, got.Policy, again)
			}
		}
	})
}

func FuzzPatternAndMatch(f *testing.F) {
	for _, c := range patternCases() {
		f.Add(c.pattern, "mail.example.com")
	}
	for _, c := range matchCases() {
		f.Add(c.pattern, c.host)
	}
	f.Fuzz(func(t *testing.T, pattern, host string) {
		got := ParsePattern(pattern)
		checkPlaces(t, got, func(Issue) int { return len(pattern) })
		matched := Match(pattern, host)
		if matched && !onlyContested(got) {
			t.Errorf("%q is no pattern (%s) but matches %q", pattern, codesOf(got), host)
		}
		if matched && strings.Count(pattern, ".") != strings.Count(strings.TrimSuffix(host, "."), ".") {
			t.Errorf("%q matches %q with another number of labels", pattern, host)
		}
	})
}

func FuzzParseTLSRPTSet(f *testing.F) {
	for _, c := range tlsrptCases() {
		f.Add([]byte(strings.Join(c.txts, "\x1e")))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		set := splitRRs(b)
		got := ParseTLSRPTSet(set)
		checkPlaces(t, got.Issues, func(i Issue) int { return len(set[i.RR]) })
		if got.Valid == fatal(got.Issues) && got.Present {
			t.Errorf("valid %v with %v", got.Valid, got.Issues)
		}
		if got.Valid {
			again := ParseTLSRPTSet(rrs(got.TLSRPT.String()))
			if !again.Valid || again.TLSRPT.String() != got.TLSRPT.String() {
				t.Errorf("%q prints as %q, which is read as %+v", b, got.TLSRPT, again)
			}
		}
	})
}

func FuzzMediaType(f *testing.F) {
	f.Add("text/plain; charset=utf-8")
	f.Add(`text/plain; charset="latin1"; charset=x`)
	f.Add("text/html")
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		got := MediaType(s)
		checkPlaces(t, got, func(Issue) int { return len(s) })
		if len(got) > 1 {
			t.Errorf("%q has %v", s, got)
		}
	})
}
