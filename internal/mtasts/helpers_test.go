package mtasts

import (
	"slices"
	"strings"
	"testing"
)

// rrs makes a TXT RRset.
func rrs(texts ...string) [][]byte {
	set := make([][]byte, len(texts))
	for i, s := range texts {
		set[i] = []byte(s)
	}
	return set
}

// codesOf gives the codes of issues, sorted, once each, joined by blanks.
func codesOf(list []Issue) string {
	var codes []string
	for _, i := range list {
		codes = append(codes, i.Code)
	}
	slices.Sort(codes)
	return strings.Join(slices.Compact(codes), " ")
}

// onlyContested reports whether a sender that lets all contested points pass goes on.
func onlyContested(list []Issue) bool {
	for _, i := range list {
		if i.Fatal && !i.Contested {
			return false
		}
	}
	return true
}

// checkPlaces fails if an issue points outside the text, or has no code or citation.
func checkPlaces(t *testing.T, list []Issue, size func(Issue) int) {
	t.Helper()
	for _, i := range list {
		if i.Offset < 0 || i.Length < 0 || i.Offset+i.Length > size(i) {
			t.Errorf("%s points at %d+%d of %d bytes", i.Code, i.Offset, i.Length, size(i))
		}
		if !slices.Contains(Codes(), i.Code) || i.Cite == "" || i.Line < 1 {
			t.Errorf("incomplete issue %+v", i)
		}
		if i.Contested && !i.Fatal {
			t.Errorf("%s is contested, but nobody refuses it", i.Code)
		}
	}
}
