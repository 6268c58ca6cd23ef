package figure

import (
	"math"
	"slices"
	"strings"
	"time"
)

// sparks has a line a series: its name, its course in columns from zero to the
// greatest value of the chart, and its first and last value.
func (t *textChart) sparks(points []point) {
	var names []string
	series := map[string][]point{}
	for _, q := range points {
		name := q.class(onColor)
		if series[name] == nil {
			names = append(names, name)
		}
		series[name] = append(series[name], q)
	}
	if c := t.fields[onColor]; c != nil {
		slices.SortFunc(names, func(a, b string) int { return slices.Index(c.classes, a) - slices.Index(c.classes, b) })
	}
	ends := make([]string, len(names))
	for i, name := range names {
		s := series[name]
		ends[i] = "  " + t.written(t.measure(&s[0])) + " → " + t.written(t.measure(&s[len(s)-1]))
	}
	label, end := widest(names, t.width/3), widest(ends, 40)
	room := t.width - label - 1 - end
	from, to := t.place(&points[0]), t.place(&points[len(points)-1]) // the points are in the order of the axis
	columns := t.columns(series, room)
	t.caption(label+1, t.fields[onY].label, ", 0 to ", t.written(&t.top))
	for i, name := range names {
		t.line(pad(name, label), " ", pad(t.spark(series[name], from, to, columns), room), ends[i])
	}
	t.caption(label+1, t.fields[onX].label, ": ", t.placed(from), " to ", t.placed(to))
}

// columns is how many the series are drawn in: not more than the longest has points.
func (t *textChart) columns(series map[string][]point, room int) int {
	if t.mark == "cdf" {
		return room // it has a value everywhere
	}
	longest := 2
	for _, s := range series {
		longest = max(longest, len(s))
	}
	return min(room, longest)
}

// spark draws a series in so many columns. Of several points in one column the
// last one counts; a column without a point is blank, but in a distribution,
// which keeps its level until the next point.
func (t *textChart) spark(s []point, from, to float64, columns int) string {
	out := []rune(strings.Repeat(" ", columns))
	for i := range s {
		k := 0
		if a, b := t.onAxis(from), t.onAxis(to); b > a {
			k = int(math.Round((t.onAxis(t.place(&s[i])) - a) / (b - a) * float64(columns-1)))
		}
		level := t.level(t.measure(&s[i]))
		out[k] = level
		for j := k + 1; t.mark == "cdf" && j < columns; j++ {
			out[j] = level
		}
	}
	return string(out)
}

func (t *textChart) onAxis(v float64) float64 {
	if t.logX {
		return math.Log(v)
	}
	return v
}

// level is the column of a value: zero has its own, and so has what is not known.
func (t *textChart) level(v *float64) rune {
	switch {
	case v == nil:
		return '?'
	case *v <= 0 || t.top <= 0:
		return '_'
	}
	return []rune("▁▂▃▄▅▆▇█")[min(7, int(*v/t.top*8))]
}

// placed is a place on the horizontal axis in words.
func (t *textChart) placed(v float64) string {
	if t.fields[onX].kind == moment {
		return day(time.UnixMilli(int64(v)))
	}
	return t.value(&v, t.fields[onX].typ, v)
}
