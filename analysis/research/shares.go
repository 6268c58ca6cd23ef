package research

import (
	"fmt"
	"slices"
)

// column is where a column stands; -1 if there is none.
func (r *Result) column(name string) int {
	return slices.IndexFunc(r.Columns, func(c Column) bool { return c.Name == name })
}

// AddShares puts share = n/total behind total, where the query has both and no
// share of its own, and where the list is a sample lo and hi behind unknown. It also
// sums up how many names the rows are about.
func (r *Result) AddShares(sample bool) {
	n, total := r.column("n"), r.column("total")
	if n < 0 || total < 0 {
		return
	}
	r.sumUp(n, total, r.column("unknown"))
	if r.column("share") < 0 {
		r.insert(total+1, Column{Name: "share", Type: TypeShare}, func(row []any) any {
			part, whole := row[n], row[total]
			if p, ok := part.(int64); ok {
				if w, ok := whole.(int64); ok && w > 0 {
					return float64(p) / float64(w)
				}
			}
			return nil
		})
	}
	if sample {
		r.addIntervals()
	}
}

// addIntervals adds lo and hi, of the counts as they stand in each row.
func (r *Result) addIntervals() {
	n, total := r.column("n"), r.column("total")
	at := max(r.column("share"), r.column("unknown")) + 1
	bound := func(pick func(lo, hi float64) float64) func([]any) any {
		return func(row []any) any {
			part, _ := row[n].(int64)
			whole, _ := row[total].(int64)
			if lo, hi, ok := Wilson(part, whole); ok {
				return pick(lo, hi)
			}
			return nil
		}
	}
	r.insert(at, Column{Name: "hi", Type: TypeShare}, bound(func(_, hi float64) float64 { return hi }))
	r.insert(at, Column{Name: "lo", Type: TypeShare}, bound(func(lo, _ float64) float64 { return lo }))
}

// insert adds a column whose values follow from the row as it was.
func (r *Result) insert(at int, c Column, value func(row []any) any) {
	r.Columns = slices.Insert(slices.Clone(r.Columns), at, c)
	for i, row := range r.Rows {
		r.Rows[i] = slices.Insert(slices.Clone(row), at, value(row))
	}
}

// part is names that rows of a result split among them.
type part struct {
	n, total, unknown int64
	atLeast           bool // more may be unknown
}

// sumUp sets Names and Unknown.
func (r *Result) sumUp(n, total, unknown int) {
	var sum, largest part
	parts := r.parts(n, total, unknown)
	for _, p := range parts {
		sum.total += p.total
		sum.unknown += p.unknown
		sum.atLeast = sum.atLeast || p.atLeast
		if p.total > largest.total {
			largest = p
		}
	}
	// A row that has the sum of all others, as GROUPING SETS make it, is that sum.
	if len(parts) > 2 && largest.total*2 == sum.total {
		sum = largest
	}
	r.Names, r.Unknown, r.AtLeast = sum.total, sum.unknown, sum.atLeast
}

// parts are the rows, put together where they are about the same names: rows with
// one total, all of them or all of a value of the first axis.
func (r *Result) parts(n, total, unknown int) []part {
	all := make([]part, len(r.Rows))
	groups := map[any][]part{}
	for i, row := range r.Rows {
		all[i].n, _ = row[n].(int64)
		all[i].total, _ = row[total].(int64)
		if unknown >= 0 {
			all[i].unknown, _ = row[unknown].(int64)
		}
		groups[row[0]] = append(groups[row[0]], all[i])
	}
	if shared, ok := together(all); ok {
		return shared
	}
	var out []part
	for _, group := range groups {
		shared, _ := together(group)
		out = append(out, shared...)
	}
	return out
}

// together is one part if all have one total. What they do not know is that of the
// part where they all say the same, and the sum where each name is in one of them. Of rows that
// overlap only as much is known as the one says that knows least.
func together(all []part) ([]part, bool) {
	if len(all) == 0 {
		return nil, true
	}
	one, same, unsure := part{total: all[0].total}, true, 0
	var most int64
	for _, p := range all {
		if p.total != one.total {
			return all, false
		}
		one.n += p.n
		one.unknown += p.unknown
		most = max(most, p.unknown)
		same = same && p.unknown == all[0].unknown
		if p.unknown > 0 {
			unsure++
		}
	}
	if same || one.n != one.total {
		one.unknown, one.atLeast = most, !same && unsure > 1
	}
	return []part{one}, true
}

// Of reports whether a row of a result is the one that the published value is of.
func (p Published) Of(columns []Column, row []any) bool {
	matched := 0
	for i, c := range columns {
		want, ok := p.Where[c.Name]
		if !ok {
			continue
		}
		if row[i] == nil || fmt.Sprint(row[i]) != want {
			return false
		}
		matched++
	}
	return matched == len(p.Where)
}
