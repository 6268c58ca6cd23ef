package figure

import (
	"cmp"
	"math"
	"slices"
)

// sortByPlace puts the points of each series in the order of the axis. Rows of
// one place stay as the query ordered them.
func (p *plot) sortByPlace() {
	if p.fields[p.across()].kind == discrete {
		return
	}
	slices.SortStableFunc(p.points, func(a, b point) int { return cmp.Compare(p.place(&a), p.place(&b)) })
}

// dropForLog takes out, and counts, what a logarithmic axis cannot show.
func (p *plot) dropForLog() {
	if !p.logX || p.fields[onX].kind != number {
		return
	}
	all := len(p.points)
	p.points = slices.DeleteFunc(p.points, func(q point) bool {
		x, _ := q.X.(*float64)
		return x == nil || *x <= 0
	})
	p.hidden = all - len(p.points)
}

// series are the indices of the points of each line, in order.
func (p *plot) series() [][]int {
	type key struct{ color, facet string }
	at := map[key]int{}
	var out [][]int
	for i := range p.points {
		k := key{p.points[i].class(onColor), p.points[i].class(onFacet)}
		if _, ok := at[k]; !ok {
			at[k] = len(out)
			out = append(out, nil)
		}
		out[at[k]] = append(out[at[k]], i)
	}
	return out
}

// markAlone finds the points between two unknown ones: a line has no length
// there, and they would not be seen.
func (p *plot) markAlone() {
	for _, s := range p.series() {
		known := func(k int) bool { return k >= 0 && k < len(s) && p.measure(&p.points[s[k]]) != nil }
		for k, i := range s {
			p.points[i].Alone = known(k) && !known(k-1) && !known(k+1)
		}
	}
}

// steps is how finely a distribution is drawn, in each direction: a step is
// about a pixel at column width, and so a line has at most 2*steps + 2 points.
const steps = 240

// thin keeps, of each line of a distribution, its ends and the points that are a
// step away from the last one kept.
func (p *plot) thin() {
	keep := make([]bool, len(p.points))
	for _, s := range p.series() {
		width := p.along(&p.points[s[len(s)-1]]) - p.along(&p.points[s[0]])
		low, high := p.span(s)
		kept := s[0]
		for k, i := range s {
			if k == 0 || k == len(s)-1 || p.apart(kept, i, width/steps, (high-low)/steps) {
				keep[i], kept = true, i
			}
		}
	}
	out := make([]point, 0, len(p.points))
	for i, q := range p.points {
		if keep[i] {
			out = append(out, q)
		}
	}
	p.points = out
}

// apart reports whether two points of a line differ by a step of either axis, or
// one of them is unknown and the other is not.
func (p *plot) apart(i, k int, width, height float64) bool {
	a, b := p.measure(&p.points[i]), p.measure(&p.points[k])
	if a == nil || b == nil {
		return a != b
	}
	dx, dy := p.along(&p.points[k])-p.along(&p.points[i]), math.Abs(*b-*a)
	return dx > 0 && dx >= width || dy > 0 && dy >= height
}

// along is the place of a point on the axis as it is drawn.
func (p *plot) along(q *point) float64 {
	if p.logX {
		return math.Log(p.place(q))
	}
	return p.place(q)
}

// span is the least and the greatest value of a series.
func (p *plot) span(series []int) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, i := range series {
		if v := p.measure(&p.points[i]); v != nil {
			low, high = min(low, *v), max(high, *v)
		}
	}
	return low, high
}
