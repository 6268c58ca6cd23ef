package sinks

import (
	"cmp"
	"slices"
	"strings"

	"stscan/analysis"
	"stscan/internal/evidence"
)

const (
	// windowRows wait in an open part to be written beside rows that look like
	// them. A chunk is in hash order: names of one mail operator, which were asked
	// the same and answered the same, are scattered in it. Side by side they take two
	// thirds of the space, as a column then repeats itself where a compressor sees it.
	windowRows = 2048
	// windowBytes of texts that others wrote end a window early: what waits is
	// bounded whatever they send.
	windowBytes = 8 << 20
)

// heldRow is a name that waits to be written.
type heldRow struct {
	like    uint64
	domain  evidence.Domain
	verdict analysis.Verdict
}

// window holds the rows of a part that are not yet in their order.
type window struct {
	rows  []*heldRow
	bytes int
}

func (w *window) add(d *evidence.Domain, v *analysis.Verdict) {
	held := &heldRow{like: likeness(d), domain: *d, verdict: *v}
	if len(d.Lookups) < cap(d.Lookups) {
		held.domain.Lookups = slices.Clone(d.Lookups) // without the room that it grew in
	}
	w.rows = append(w.rows, held)
	w.bytes += bulk(d)
}

func (w *window) full() bool { return len(w.rows) >= windowRows || w.bytes >= windowBytes }

// take empties the window: like beside like, and the like by their last label, the
// length of their name and the name. A text stands in a column behind its length:
// so one ends, and the next begins, with the same bytes.
func (w *window) take() []*heldRow {
	rows := w.rows
	slices.SortFunc(rows, func(a, b *heldRow) int {
		x, y := &a.domain.Target, &b.domain.Target
		return cmp.Or(cmp.Compare(a.like, b.like), strings.Compare(x.TLD, y.TLD),
			cmp.Compare(len(x.Domain), len(y.Domain)), strings.Compare(x.Domain, y.Domain))
	})
	*w = window{}
	return rows
}

// likeness is the same for names that were asked the same questions, shared hosts
// included, with the same outcomes: a hash (FNV-1a) that is the same in every run.
func likeness(d *evidence.Domain) uint64 {
	h := fnv(fnvOffset)
	for i := range d.Lookups {
		l := &d.Lookups[i]
		h.text(l.Question.Type)
		h.text(l.RCode)
		h.text(string(l.Failure.Kind))
		h.byte(byte(l.Total))
		if !strings.HasSuffix(l.Question.Name, d.Target.Domain) {
			h.text(l.Question.Name)
		}
	}
	for i := range d.Fetches {
		h.text(string(d.Fetches[i].Failure.Kind))
	}
	return uint64(h)
}

// fnv is a running FNV-1a hash of 64 bits.
type fnv uint64

const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

func (h *fnv) byte(b byte) { *h = (*h ^ fnv(b)) * fnvPrime }

// text adds s and where it ends.
func (h *fnv) text(s string) {
	for i := range len(s) {
		h.byte(s[i])
	}
	h.byte(0)
}

// bulk is the length of what others wrote: all else in a row is bounded by the
// questions asked.
func bulk(d *evidence.Domain) int {
	n := 0
	for i := range d.Lookups {
		for _, record := range d.Lookups[i].Records {
			n += len(record)
		}
	}
	for i := range d.Fetches {
		n += len(d.Fetches[i].Body)
	}
	return n
}
