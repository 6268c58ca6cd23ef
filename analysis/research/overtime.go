package research

import (
	"maps"
	"slices"
)

// onSnapshot is the axis along which results of several snapshots stand.
const onSnapshot = "snapshot"

// OfAll says whether a metric is of all snapshots by itself, and not of the newest.
func (m Metric) OfAll() bool {
	return slices.Contains(m.Needs, "series") || slices.Contains(m.Axes, onSnapshot)
}

// OverTime is the results of a metric of one snapshot, one a snapshot and oldest first, as one: the
// snapshot is its first axis, and what was a chart of categories is a line for each.
// A snapshot that cannot give the metric is in the notes; if none can, so is the result.
func OverTime(each []Result) Result {
	out := each[len(each)-1]
	out.Snapshots, out.Sources, out.Rows, out.Columns = nil, nil, nil, nil
	out.Names, out.Unknown, out.AtLeast, out.Held = 0, 0, false, 0
	out.Notes = slices.Clone(out.Metric.Notes)
	given := 0
	for _, r := range each {
		r.Rows = slices.Clone(r.Rows) // theirs stay as they are
		out.Snapshots = append(out.Snapshots, r.Snapshots...)
		out.Sources = append(out.Sources, r.Sources...)
		if r.Missing != "" {
			out.Notes = append(out.Notes, "Not computed of "+r.Snapshots[0]+": "+r.Missing+".")
			continue
		}
		given++
		r.insert(0, Column{Name: onSnapshot, Type: TypeText}, func([]any) any { return r.Snapshots[0] })
		out.Columns = r.Columns
		out.Rows = append(out.Rows, r.Rows...)
		out.AtLeast = out.AtLeast || r.AtLeast
		out.Names, out.Unknown, out.Held, out.Elapsed = out.Names+r.Names, out.Unknown+r.Unknown, out.Held+r.Held, out.Elapsed+r.Elapsed
	}
	if given == 0 {
		out.Notes = slices.Clone(out.Metric.Notes)
		return out
	}
	out.Missing = ""
	out.Metric = out.alongSnapshots()
	out.NoteJumps()
	return out
}

// alongSnapshots is the metric of results that stand snapshot by snapshot. Values in
// print stand beside those of the newest.
func (r *Result) alongSnapshots() Metric {
	m := r.Metric
	m.Chart = r.lines()
	m.Axes = append([]string{onSnapshot}, m.Axes...)
	m.Published = slices.Clone(m.Published)
	for i := range m.Published {
		p := &m.Published[i]
		p.Where = maps.Clone(p.Where)
		if p.Where == nil {
			p.Where = map[string]string{}
		}
		p.Where[onSnapshot] = r.Snapshots[len(r.Snapshots)-1]
	}
	return m
}

// mostLines and mostPanels are as many as can be told apart: each line has a colour.
const (
	mostLines  = 7
	mostPanels = 6
)

// lines is the chart of bars as one of lines over the snapshots; nil where there is no
// such chart, or the lines would be too many.
func (r *Result) lines() *Chart {
	bars := r.Metric.Chart
	if bars == nil || bars.Mark != "bar" && bars.Mark != "stacked" {
		return nil
	}
	category, measure := bars.X, bars.Y
	if i := r.column(category); i < 0 || r.Columns[i].Numeric() {
		category, measure = measure, category
	}
	panels := bars.Facet
	if panels == "" {
		panels = bars.Color
	}
	if panels == category {
		panels = ""
	}
	if r.distinct(category) > mostLines || panels != "" && r.distinct(panels) > mostPanels {
		return nil
	}
	return &Chart{Mark: "line", X: onSnapshot, Y: measure, Color: category, Facet: panels, Share: bars.Share}
}

// distinct is how many values a column has.
func (r *Result) distinct(name string) int {
	values := map[any]bool{}
	if i := r.column(name); i >= 0 {
		for _, row := range r.Rows {
			values[row[i]] = true
		}
	}
	return len(values)
}
