package figure

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"stscan/analysis/research"
)

// Text draws a result in characters, in lines of at most width cells of a
// terminal (40 at least): bars for classes, a line of small columns for each
// series, shades for a heat map. It is empty if there is nothing to draw.
func Text(r research.Result, width int) string {
	p, err := newPlot(r, letters(leftToRight, maxTitle), letters(leftToRight, maxLabel))
	switch {
	case errors.Is(err, ErrEmpty):
		return ""
	case err != nil:
		return "no chart: " + err.Error() + "\n"
	}
	t := textChart{plot: &p, width: max(40, width), top: p.largest()}
	for _, panel := range t.panels() {
		t.panel(panel)
	}
	return t.out.String()
}

// textChart writes the lines of a plot.
type textChart struct {
	*plot
	width int
	top   float64 // the value of a full bar
	out   strings.Builder
}

// line ends without blanks.
func (t *textChart) line(parts ...string) {
	t.out.WriteString(strings.TrimRight(strings.Join(parts, ""), " ") + "\n")
}

// caption is a line below or above the marks: as far to the right as they begin, if it fits there.
func (t *textChart) caption(indent int, parts ...string) {
	text := strings.Join(parts, "")
	indent = max(0, min(indent, t.width-cells(text)))
	t.line(pad("", indent), pad(text, min(cells(text), t.width)))
}

// panels are the points of each facet.
func (t *textChart) panels() [][]point {
	f := t.fields[onFacet]
	if f == nil {
		return [][]point{t.points}
	}
	out := make([][]point, len(f.classes))
	for i, name := range f.classes {
		for _, q := range t.points {
			if q.class(onFacet) == name {
				out[i] = append(out[i], q)
			}
		}
	}
	return out
}

func (t *textChart) panel(points []point) {
	if len(points) == 0 {
		return
	}
	if f := t.fields[onFacet]; f != nil {
		t.caption(0, f.label, ": ", points[0].class(onFacet))
	}
	switch {
	case t.mark == "heatmap":
		t.shades(points)
	case t.fields[t.across()].kind == discrete:
		t.bars(points)
	default:
		t.sparks(points)
	}
}

// bars has a line a point: what it is of, the bar, the value, the counts.
func (t *textChart) bars(points []point) {
	labels, values, counts := make([]string, len(points)), make([]string, len(points)), make([]string, len(points))
	for i := range points {
		q := &points[i]
		labels[i] = q.class(t.across())
		if c := q.class(onColor); c != "" {
			labels[i] += " · " + c
		}
		values[i] = t.written(t.measure(q))
		if t.fields[t.measured].typ == research.TypeShare && q.N != nil && q.Total != nil {
			counts[i] = "  " + research.Thousands(int64(*q.N)) + " of " + research.Thousands(int64(*q.Total))
		}
	}
	label, value, count := widest(labels, t.width/3), widest(values, 16), widest(counts, 40)
	if t.width-label-value-count < 20 {
		count = 0
	}
	room := t.width - label - value - count - 3
	t.caption(label+1, t.fields[t.measured].label)
	for i := range points {
		words := []string{pad(labels[i], label), " ", pad(bar(t.measure(&points[i]), t.top, room), room), "  ", strings.Repeat(" ", max(0, value-cells(values[i]))), pad(values[i], min(value, cells(values[i])))}
		if count > 0 {
			words = append(words, counts[i])
		}
		t.line(words...)
	}
}

// bar is a bar in eighths of a cell; a value that is not zero is never without one.
func bar(v *float64, top float64, room int) string {
	if v == nil || *v <= 0 || top <= 0 {
		return ""
	}
	eighths := max(1, int(math.Round(min(1, *v/top)*float64(room*8))))
	out := strings.Repeat("█", eighths/8)
	if rest := eighths % 8; rest > 0 {
		out += string([]rune("▏▎▍▌▋▊▉")[rest-1])
	}
	return out
}

// written is a measured value in words.
func (t *textChart) written(v *float64) string {
	return t.value(v, t.fields[t.measured].typ, t.top)
}

func (t *textChart) value(v *float64, typ research.Type, top float64) string {
	switch {
	case v == nil:
		return "n/a"
	case typ == research.TypeShare:
		return percent(*v, percentDigits(top))
	case typ == research.TypeCount:
		return research.Thousands(int64(*v))
	}
	return strconv.FormatFloat(*v, 'g', 4, 64)
}

// percent writes a share; one too small for the digits is not written as zero.
func percent(share float64, digits int) string {
	least := math.Pow10(-digits)
	if share > 0 && share*100 < least/2 {
		return "<" + strconv.FormatFloat(least, 'f', digits, 64) + " %"
	}
	return strconv.FormatFloat(share*100, 'f', digits, 64) + " %"
}

// shades is a heat map: a row a class, two cells a column, the columns numbered.
func (t *textChart) shades(points []point) {
	rows, columns := t.fields[onY].classes, t.fields[onX].classes
	at := map[[2]string]*point{}
	for i := range points {
		at[[2]string{points[i].class(onY), points[i].class(onX)}] = &points[i]
	}
	label := widest(rows, t.width/3)
	fit := min(len(columns), (t.width-label-1)/3)
	var head strings.Builder
	for k := range fit {
		fmt.Fprintf(&head, "%2d ", k+1)
	}
	t.line(pad("", label), " ", head.String())
	for _, row := range rows {
		var b strings.Builder
		for _, column := range columns[:fit] {
			b.WriteString(t.shade(at[[2]string{row, column}]) + " ")
		}
		t.line(pad(row, label), " ", b.String())
	}
	t.caption(0, t.fields[onColor].label, ": ·· zero, ░░ to ██ up to ", t.written(&t.top), ", ?? not known")
	for k, column := range columns[:fit] {
		t.line(fmt.Sprintf("%2d ", k+1), column)
	}
	if left := len(columns) - fit; left > 0 {
		t.line(fmt.Sprintf("%d columns do not fit", left))
	}
}

func (t *textChart) shade(q *point) string {
	if q == nil {
		return "  "
	}
	v := t.measure(q)
	switch {
	case v == nil:
		return "??"
	case *v <= 0 || t.top <= 0:
		return "··"
	}
	four := []rune("░▒▓█")
	c := string(four[min(3, int(*v/t.top*4))])
	return c + c
}
