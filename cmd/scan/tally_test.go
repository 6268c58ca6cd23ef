//go:build cgo && !noduckdb

package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"stscan/analysis/research"
)

// columns are the counts of one row of a metric that a truth speaks of: n, total
// and unknown, and others where it knows them.
type columns map[string]int64

// tally is the rows of a metric, by their axes.
type tally map[string]columns

// is says of one name which columns of a row count it.
type is map[string]bool

// add counts a name in the row of these axes: in its total, and in each column of
// which it is true.
func (t tally) add(in is, axes ...string) {
	row := t.row(axes...)
	row["total"]++
	for column, yes := range in {
		row[column] += 0
		if yes {
			row[column]++
		}
	}
}

// count is add where nothing can be unknown.
func (t tally) count(n bool, axes ...string) { t.add(is{"n": n, "unknown": false}, axes...) }

// put counts a name that is of this row and of no other; see share.
func (t tally) put(unknown bool, axes ...string) { t.add(is{"n": true, "unknown": unknown}, axes...) }

func (t tally) row(axes ...string) columns {
	key := strings.Join(axes, " | ")
	if t[key] == nil {
		t[key] = columns{"n": 0, "total": 0, "unknown": 0}
	}
	return t[key]
}

// share gives rows that split a set, those that agree in their first axes, its total.
func (t tally) share(axes int) tally {
	sums := map[string]int64{}
	for key, row := range t {
		sums[firstAxes(key, axes)] += row["n"]
	}
	for key, row := range t {
		row["total"] = sums[firstAxes(key, axes)]
	}
	return t
}

func firstAxes(key string, n int) string {
	return strings.Join(strings.Split(key, " | ")[:n], " | ")
}

// set gives every row the same value of a column.
func (t tally) set(column string, value int64) tally {
	for _, row := range t {
		row[column] = value
	}
	return t
}

// only leaves the rows with any n.
func (t tally) only() tally {
	maps.DeleteFunc(t, func(_ string, row columns) bool { return row["n"] == 0 })
	return t
}

// topRows is how many rows a table of the largest has if nothing else is said.
const topRows = 20

// largest is the keys of most in a column, those of equal size by name.
func (t tally) largest(column string) (top, others []string) {
	keys := slices.SortedFunc(maps.Keys(t), func(a, b string) int {
		return cmp.Or(cmp.Compare(t[b][column], t[a][column]), cmp.Compare(a, b))
	})
	n := min(topRows, len(keys))
	return keys[:n], keys[n:]
}

// cut leaves out all rows but the largest.
func (t tally) cut(column string) tally {
	_, others := t.largest(column)
	for _, key := range others {
		delete(t, key)
	}
	return t
}

// fold puts all rows but the largest together in one.
func (t tally) fold(column string) tally {
	_, others := t.largest(column)
	for _, key := range others {
		rest := t.row("all others")
		for column, n := range t[key] {
			rest[column] += n
		}
		delete(t, key)
	}
	return t
}

// metricRows are the counts of a result in the same shape.
func metricRows(t *testing.T, r research.Result) tally {
	t.Helper()
	rows := tally{}
	for _, row := range r.Rows {
		var axes []string
		for _, name := range r.Metric.Axes {
			axes = append(axes, fmt.Sprint(row[columnOf(t, r, name)]))
		}
		key := strings.Join(axes, " | ")
		if rows[key] != nil {
			t.Errorf("%s has row %s twice", r.Metric.ID, key)
		}
		rows[key] = columns{}
		for i, c := range r.Columns {
			if n, ok := row[i].(int64); ok && !slices.Contains(r.Metric.Axes, c.Name) {
				rows[key][c.Name] = n
			}
		}
	}
	return rows
}

func columnOf(t *testing.T, r research.Result, name string) int {
	t.Helper()
	i := slices.IndexFunc(r.Columns, func(c research.Column) bool { return c.Name == name })
	if i < 0 {
		t.Fatalf("%s has no column %s", r.Metric.ID, name)
	}
	return i
}

// expectTally: each row that the truth counts is there with its counts, and no
// other row has any.
func expectTally(t *testing.T, id string, want, got tally) {
	t.Helper()
	for _, key := range slices.Sorted(maps.Keys(want)) {
		w, g := want[key], got[key]
		if g == nil {
			if w["n"] > 0 { // of an empty row the metric need not speak
				t.Errorf("%s %s: no row, want %v", id, key, w)
			}
			continue
		}
		for _, column := range slices.Sorted(maps.Keys(w)) {
			if n, ok := g[column]; !ok || n != w[column] {
				t.Errorf("%s %s: %s is %d, want %d (%v, want %v)", id, key, column, n, w[column], g, w)
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(got)) {
		if want[key] == nil {
			t.Errorf("%s %s: %v, want no such row", id, key, got[key])
		}
	}
}

// expectLargestFirst: tables that say so begin with their largest row.
func expectLargestFirst(t *testing.T, r research.Result) {
	t.Helper()
	by := map[string]string{"adopt_by_mx_provider": "total"}
	for _, id := range []string{
		"codes", "first_failure", "failures_by_mx_provider", "failures_by_policy_host", "policy_hosts", "mx_hosts_by_provider", "mailstats_daily",
		"rpt_rua_concentration", "contested", "ruleset_diff", "inconclusive", "second_pass", "status", "mail",
	} {
		by[id] = "n"
	}
	column := by[r.Metric.ID]
	if column == "" {
		return
	}
	at := columnOf(t, r, column)
	if !slices.IsSortedFunc(r.Rows, func(a, b []any) int { return cmp.Compare(b[at].(int64), a[at].(int64)) }) {
		t.Errorf("%s: its rows are not in the order of %s", r.Metric.ID, column)
	}
}
