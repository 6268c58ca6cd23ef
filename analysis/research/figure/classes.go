package figure

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"stscan/analysis/research"
)

// bound puts the classes beyond what can be read together into one that says
// how many they are, and adds up their rows.
func (p *plot) bound() {
	merged := false
	for _, at := range channels {
		f := p.fields[at]
		if f == nil || f.kind != discrete || f.ordered() {
			continue
		}
		most := maxClasses
		switch at {
		case onColor:
			most = maxColors
		case onFacet:
			most = maxPanels
		}
		if len(f.classes) > most {
			p.collect(at, most-1)
			merged = true
		}
	}
	if merged {
		p.points = p.added()
	}
}

// collect keeps the classes with most names in them, and makes the rest "others".
func (p *plot) collect(at channel, keep int) {
	f := p.fields[at]
	weight := map[string]float64{}
	for i := range p.points {
		q := &p.points[i]
		if n := p.measure(q); n != nil && q.N == nil {
			weight[q.class(at)] += math.Abs(*n)
		} else if q.N != nil {
			weight[q.class(at)] += *q.N
		}
	}
	byWeight := slices.Clone(f.classes)
	slices.SortStableFunc(byWeight, func(a, b string) int { return cmp.Compare(weight[b], weight[a]) })
	kept := map[string]bool{}
	for _, name := range byWeight[:keep] {
		kept[name] = true
	}
	f.others = fmt.Sprintf("others (%d)", len(f.classes)-keep)
	for kept[f.others] {
		f.others += "*"
	}
	f.classes = slices.DeleteFunc(slices.Clone(f.classes), func(name string) bool { return !kept[name] })
	f.classes = append(f.classes, f.others)
	for i := range p.points {
		if name := p.points[i].at(at); !kept[p.points[i].class(at)] {
			*name = f.others
		}
	}
}

// added are the points, those of one place added up.
func (p *plot) added() []point {
	type key struct {
		place      any
		x, y, c, f string
	}
	groups := map[key][]point{}
	var order []key
	for _, q := range p.points {
		k := key{nil, q.class(onX), q.class(onY), q.class(onColor), q.class(onFacet)}
		if v := p.place(&q); !math.IsNaN(v) {
			k.place = v
		}
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], q)
	}
	out := make([]point, 0, len(order))
	for _, k := range order {
		out = append(out, p.sum(groups[k]))
	}
	return out
}

// sum is one point for several: counts are added; a share is that of all their
// names, where the counts are there to tell. What is unknown in one is unknown
// in the sum.
func (p *plot) sum(points []point) point {
	if len(points) == 1 {
		return points[0]
	}
	out := points[0]
	out.Lo, out.Hi = nil, nil // of a class that nobody sampled
	var value *float64
	n := add(points, func(q *point) *float64 { return q.N })
	total := add(points, func(q *point) *float64 { return q.Total })
	switch f := p.fields[p.measured]; {
	case f.typ == research.TypeCount:
		value = add(points, p.measure)
	case f.typ == research.TypeShare && n != nil && total != nil && *total > 0:
		if same(points) {
			total = points[0].Total // parts of one whole
		}
		share := *n / *total
		value = &share
	}
	out.N, out.Total = n, total
	*out.at(p.measured) = value
	return out
}

// add is nil if a value is not known.
func add(points []point, of func(*point) *float64) *float64 {
	sum := 0.0
	for i := range points {
		v := of(&points[i])
		if v == nil {
			return nil
		}
		sum += *v
	}
	return &sum
}

// same reports whether the points have one denominator.
func same(points []point) bool {
	return !slices.ContainsFunc(points, func(q point) bool { return *q.Total != *points[0].Total })
}
