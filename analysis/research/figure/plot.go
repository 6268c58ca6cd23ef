package figure

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"stscan/analysis/research"
)

// ErrEmpty says that a result has nothing to draw: no chart, no rows, or no value
// in any of them. It is no fault, and no figure.
var ErrEmpty = errors.New("nothing to draw")

// How much of a result one figure shows. What is beyond goes into a class that
// says how many it holds, so that nothing is lost without a word.
const (
	maxClasses = 20   // on one axis: more cannot be read at column width
	maxColors  = 7    // colours that can be told apart
	maxPanels  = 8    // that fit a column
	maxPoints  = 5000 // drawn: the page and the PDF stay small
)

// plot is a result as it is drawn: the columns of the chart only, values made
// fit, classes counted and named.
type plot struct {
	id, mark string
	logX     bool
	fields   map[channel]*field // those that the chart names
	measured channel
	points   []point
	hidden   int // points with x <= 0, which a logarithmic axis cannot show
}

// channel is where a value is seen.
type channel string

const (
	onX     channel = "x"
	onY     channel = "y"
	onColor channel = "c"
	onFacet channel = "f"
)

// channels are all, in the order to go through them.
var channels = []channel{onX, onY, onColor, onFacet}

// field is a column of the result that is drawn.
type field struct {
	name  string
	label string
	typ   research.Type
	kind  kind
	// classes are the values of a discrete field, in the order to draw them;
	// others is the one that stands for those left out, "" if none does.
	classes []string
	others  string
}

type kind string

const (
	discrete kind = "nominal"
	number   kind = "quantitative"
	moment   kind = "temporal"
)

// ordered reports whether the classes of a field are steps of a scale, such as
// bins of ranks, of which none is an "other".
func (f field) ordered() bool { return f.typ != research.TypeText && f.typ != research.TypeBool }

// point is one row. A value is string (discrete), *float64 (number) or int64
// (moment, in milliseconds); nil pointers are unknown values, never zero.
type point struct {
	X any `json:"x,omitempty"`
	Y any `json:"y,omitempty"`
	C any `json:"c,omitempty"`
	F any `json:"f,omitempty"`

	N     *float64 `json:"n,omitempty"`
	Total *float64 `json:"total,omitempty"`
	Lo    *float64 `json:"lo,omitempty"`
	Hi    *float64 `json:"hi,omitempty"`
	Alone bool     `json:"alone,omitempty"` // a point of a line that has no neighbour
	Order int      `json:"o,omitempty"`     // of the colour, from the bottom of a stack
}

func (q *point) at(c channel) *any {
	switch c {
	case onX:
		return &q.X
	case onY:
		return &q.Y
	case onColor:
		return &q.C
	}
	return &q.F
}

// measure is the measured value of a point, nil where it is not known.
func (p *plot) measure(q *point) *float64 {
	f, _ := (*q.at(p.measured)).(*float64)
	return f
}

// across is the channel of the axis that is not measured; for a heat map, of its columns.
func (p *plot) across() channel {
	if p.measured == onX {
		return onY
	}
	return onX
}

// place is where a point is along the axis that is not measured; NaN is nowhere.
func (p *plot) place(q *point) float64 {
	switch v := (*q.at(p.across())).(type) {
	case *float64:
		if v != nil {
			return *v
		}
	case int64:
		return float64(v)
	}
	return math.NaN()
}

// class is the class of a point on a discrete channel, "" where the chart has none.
func (q *point) class(c channel) string {
	s, _ := (*q.at(c)).(string)
	return s
}

// newPlot reads the chart of a result. Its errors name the metric.
func newPlot(r research.Result, titles, classes lettering) (plot, error) {
	p, err := readPlot(r, columns{r.Columns, titles, classes})
	if err != nil {
		return plot{}, fmt.Errorf("metric %s: %w", r.Metric.ID, err)
	}
	return p, nil
}

func readPlot(r research.Result, c columns) (plot, error) {
	chart := r.Metric.Chart
	switch {
	case r.Missing != "":
		return plot{}, fmt.Errorf("%w: %s", ErrEmpty, r.Missing)
	case chart == nil:
		return plot{}, fmt.Errorf("%w: it is a table only", ErrEmpty)
	case len(r.Rows) == 0:
		return plot{}, fmt.Errorf("%w: no rows", ErrEmpty)
	}
	p := plot{id: r.Metric.ID, mark: chart.Mark, logX: chart.LogX, fields: map[channel]*field{}}
	for at, name := range map[channel]string{onX: chart.X, onY: chart.Y, onColor: chart.Color, onFacet: chart.Facet} {
		if name == "" {
			continue
		}
		f, err := c.field(name)
		if err != nil {
			return plot{}, err
		}
		p.fields[at] = &f
	}
	if err := p.setKinds(chart.Share); err != nil {
		return plot{}, err
	}
	var err error
	if p.points, err = c.points(&p, r.Rows); err != nil {
		return plot{}, err
	}
	return p, p.prepare()
}

// setKinds says of each field how it is drawn, by the mark.
func (p *plot) setKinds(share bool) error {
	x, y := p.fields[onX], p.fields[onY]
	if x == nil || y == nil {
		return fmt.Errorf("chart %s: x and y are needed", p.mark)
	}
	p.measured = onY
	switch p.mark {
	case "bar", "stacked", "point":
		if x.kind == number && y.kind != number {
			p.measured = onX
		}
	case "heatmap":
		p.measured = onColor
		x.kind, y.kind = discrete, discrete
	case "line", "cdf":
	default:
		return fmt.Errorf("chart %q: unknown mark: want bar, stacked, line, cdf, heatmap or point", p.mark)
	}
	if p.logX && (p.measured == onColor || x.kind != number || p.mark == "stacked" || p.mark == "bar" && p.measured == onY) {
		return fmt.Errorf("chart %s: logx needs numbers along x, and a mark that does not start at zero", p.mark)
	}
	if p.mark == "bar" && p.logX {
		p.mark = "point" // a bar starts at zero, which a logarithm does not have
	}
	if p.mark == "bar" || p.mark == "stacked" {
		p.fields[p.across()].kind = discrete
	}
	if c := p.fields[onColor]; c != nil && p.measured != onColor {
		c.kind = discrete
	}
	if f := p.fields[onFacet]; f != nil {
		f.kind = discrete
	}
	m := p.fields[p.measured]
	if m == nil || m.kind != number {
		return fmt.Errorf("chart %s: nothing in it is a number that could be measured", p.mark)
	}
	if share {
		m.typ = research.TypeShare
	}
	return nil
}

// prepare bounds what is drawn, and finds out whether anything is.
func (p *plot) prepare() error {
	p.bound()
	if p.mark == "line" || p.mark == "cdf" || p.mark == "point" {
		p.sortByPlace()
		p.dropForLog()
		p.markAlone()
	}
	if p.mark == "cdf" {
		p.thin()
	}
	if !slices.ContainsFunc(p.points, func(q point) bool { return p.measure(&q) != nil }) {
		return fmt.Errorf("%w: every value of %s is unknown", ErrEmpty, p.fields[p.measured].name)
	}
	if c := p.fields[onColor]; c != nil && c.kind == discrete {
		for i := range p.points {
			p.points[i].Order = slices.Index(c.classes, p.points[i].class(onColor))
		}
	}
	if len(p.points) > maxPoints {
		return fmt.Errorf("%d points are more than a figure can show (%d): aggregate in the query", len(p.points), maxPoints)
	}
	return nil
}
