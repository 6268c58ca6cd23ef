package sinks

import (
	"net/netip"
	"time"
	"unicode/utf8"

	"stscan/internal/evidence"
)

// The conversions below keep pointers and slices into the evidence they are
// given instead of copying: rows live only until their batch is written.

// text is the last guard of the rule that strings are valid UTF-8: Parquet
// readers refuse a whole file for one that is not.
func text[S ~string](s S) S {
	if utf8.ValidString(string(s)) {
		return s
	}
	return S(evidence.Text([]byte(s)))
}

// texts is text for each of list, which it returns itself when nothing is amiss.
func texts(list []string) []string {
	for i, s := range list {
		if !utf8.ValidString(s) {
			clean := append([]string(nil), list...)
			for j := i; j < len(clean); j++ {
				clean[j] = text(clean[j])
			}
			return clean
		}
	}
	return list
}

// given is s, or null when s is empty.
func given[S ~string](s *S) *S {
	if *s == "" {
		return nil
	}
	if !utf8.ValidString(string(*s)) {
		clean := text(*s)
		return &clean
	}
	return s
}

// positive is n, or null for the zero that stands for "none".
func positive(n int64) *int64 {
	if n == 0 {
		return nil
	}
	rank := n // a variable of its own, so that nothing is allocated for zero
	return &rank
}

// when is t, or null for a time at which nothing happened.
func when(t *time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return t
}

// valueOr is the inverse of given, positive and when.
func valueOr[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

func addrText(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

func parseAddr(s string) (netip.Addr, error) {
	if s == "" {
		return netip.Addr{}, nil
	}
	return netip.ParseAddr(s)
}

// resize returns s with length n, keeping what its elements have allocated.
func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return append(s[:cap(s)], make([]T, n-cap(s))...)
	}
	return s[:n]
}

func micros(d time.Duration) int64 { return d.Microseconds() }

func span(start *time.Time, us int64, tries int32) evidence.Span {
	return evidence.Span{Start: valueOr(start), Duration: time.Duration(us) * time.Microsecond, Tries: int(tries)}
}

func failure(op *evidence.Op, kind *evidence.Kind, detail *string) evidence.Failure {
	return evidence.Failure{Op: valueOr(op), Kind: valueOr(kind), Detail: valueOr(detail)}
}

// orNil makes the empty lists that Parquet reads back the nil ones that
// collectors leave.
func orNil[T any](s []T) []T {
	if len(s) == 0 {
		return nil
	}
	return s
}
