package figure

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"stscan/analysis/research"
)

// columns reads rows by the names of the columns.
type columns struct {
	all             []research.Column
	titles, classes lettering // how they are written
}

func (c columns) index(name string) int {
	return slices.IndexFunc(c.all, func(col research.Column) bool { return col.Name == name })
}

func (c columns) field(name string) (field, error) {
	i := c.index(name)
	if i < 0 {
		names := make([]string, len(c.all))
		for k, col := range c.all {
			names[k] = col.Name
		}
		return field{}, fmt.Errorf("the chart draws column %q, which the query does not give: it gives %s", name, strings.Join(names, ", "))
	}
	col := c.all[i]
	f := field{name: name, label: c.titles(col.Heading()), typ: col.Type, kind: discrete}
	switch col.Type {
	case research.TypeCount, research.TypeShare, research.TypeFloat:
		f.kind = number
	case research.TypeTime:
		f.kind = moment
	}
	return f, nil
}

// points are the rows, with the columns that p draws, and sets the classes of its discrete fields.
func (c columns) points(p *plot, rows [][]any) ([]point, error) {
	namers := map[channel]*namer{}
	for at := range p.fields {
		namers[at] = newNamer(c.classes)
	}
	out := make([]point, 0, len(rows))
	for k, row := range rows {
		if len(row) != len(c.all) {
			return nil, fmt.Errorf("row %d has %d values for %d columns", k+1, len(row), len(c.all))
		}
		q := point{N: c.float(row, "n"), Total: c.float(row, "total"), Lo: c.float(row, "lo"), Hi: c.float(row, "hi")}
		for at, f := range p.fields {
			v, err := convert(row[c.index(f.name)], f.kind, namers[at])
			if err != nil {
				return nil, fmt.Errorf("row %d, column %s: %w", k+1, f.name, err)
			}
			*q.at(at) = v
		}
		if p.fields[p.across()].kind != discrete && math.IsNaN(p.place(&q)) {
			continue // what is nowhere on the axis cannot be drawn
		}
		out = append(out, q)
	}
	for at, f := range p.fields {
		if f.kind == discrete {
			f.classes = namers[at].classes(f.ordered())
		}
	}
	return out, nil
}

func (c columns) float(row []any, name string) *float64 {
	if i := c.index(name); i >= 0 {
		return toFloat(row[i])
	}
	return nil
}

// convert makes a value of a row one of a point.
func convert(v any, k kind, n *namer) (any, error) {
	switch k {
	case number:
		switch v.(type) {
		case nil, int64, float64:
			return toFloat(v), nil
		}
		return nil, fmt.Errorf("%T is not a number", v)
	case moment:
		switch t := v.(type) {
		case nil:
			return nil, nil
		case time.Time:
			return t.UnixMilli(), nil
		}
		return nil, fmt.Errorf("%T is not a time", v)
	}
	return n.name(v), nil
}

// toFloat gives nil for what is not known: null, and what is no finite number.
func toFloat(v any) *float64 {
	var f float64
	switch v := v.(type) {
	case int64:
		f = float64(v)
	case float64:
		f = v
	default:
		return nil
	}
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil
	}
	return &f
}
