package figure

import (
	"fmt"
	"math"
	"time"

	"stscan/analysis/research"
)

// position is the encoding of x or y.
func (d *drawing) position(at channel) object {
	f := d.fields[at]
	out := object{"field": string(at), "type": string(f.kind)}
	switch f.kind {
	case discrete:
		out["sort"] = nil
		out["scale"] = object{"domain": f.classes}
		out["axis"] = d.classAxis(at)
	case moment:
		out["scale"] = object{"type": "utc"}
		out["axis"] = merge(object{"title": d.title(at)}, d.timeAxis(at))
	default:
		out["axis"] = d.numberAxis(at)
		out["scale"] = d.numberScale(at)
	}
	return out
}

func (d *drawing) numberScale(at channel) object {
	scale := object{}
	switch {
	case d.logX && at == onX:
		scale["type"] = "log"
		scale["nice"] = false
		if d.mark == "point" {
			scale["padding"] = 6 // the least one is not on the axis itself
		}
	case at != d.measured:
		scale["zero"], scale["nice"] = false, false
	case d.mark == "cdf" && d.fields[at].typ == research.TypeShare:
		scale["domain"] = []int{0, 1}
	default:
		scale["zero"] = true
	}
	return scale
}

func (d *drawing) numberAxis(at channel) object {
	f := d.fields[at]
	axis := object{"title": d.title(at), "tickCount": 5, "labelFlush": false, "labelOverlap": true}
	if d.fields[onFacet] != nil {
		axis["tickCount"] = 3
	}
	top := d.reach(at)
	switch f.typ {
	case research.TypeShare:
		axis["format"], axis["labelExpr"] = "%", plainZero("0%") // the axis knows how many digits its steps need
	case research.TypeCount:
		axis["tickMinStep"] = 1
		axis["format"] = ",d"
		if top >= 10_000 {
			axis["format"], axis["labelExpr"] = "~s", plainZero("0")
		}
	}
	if d.logX && at == onX {
		delete(axis, "labelExpr")
		axis["values"] = d.decades()
		axis["format"] = "~s"
		if f.typ == research.TypeShare {
			axis["format"] = ".6~%"
		}
	}
	return axis
}

// plainZero writes zero without the digits and the prefix of the other labels.
func plainZero(zero string) string { return "datum.value === 0 ? '" + zero + "' : datum.label" }

// title is the label of an axis, with what the reader has to know of it; nil if
// it stands above the figure.
func (d *drawing) title(at channel) any {
	if at == onY && d.titleAbove() {
		return nil
	}
	title := d.fields[at].label
	if d.logX && at == onX && d.hidden > 0 {
		title += fmt.Sprintf(" (%d rows at 0 are not shown)", d.hidden)
	}
	return title
}

// titleAbove: the label of the vertical axis stands above the figure where it is
// longer than the axis, or where it would stand beside every panel.
func (d *drawing) titleAbove() bool {
	return d.fields[onFacet] != nil || d.face.width(d.fields[onY].label, textSize) > float64(d.height())
}

// reach is the greatest number along an axis.
func (d *drawing) reach(at channel) float64 {
	if at == d.measured {
		return d.largest()
	}
	top := math.Inf(-1)
	for i := range d.points {
		if v := d.place(&d.points[i]); !math.IsNaN(v) {
			top = max(top, v)
		}
	}
	return top
}

// decades are the powers of ten within a logarithmic axis; of many, every other one.
func (d *drawing) decades() []float64 {
	low, high := math.Inf(1), math.Inf(-1)
	for i := range d.points {
		if x, _ := d.points[i].X.(*float64); x != nil && *x > 0 {
			low, high = min(low, *x), max(high, *x)
		}
	}
	first, last := int(math.Floor(math.Log10(low))), int(math.Ceil(math.Log10(high)))
	step := 1 + (last-first)/8
	var out []float64
	for k := first; k <= last; k += step {
		if v := math.Pow10(k); v >= low*0.999 && v <= high*1.001 {
			out = append(out, v)
		}
	}
	if len(out) < 2 {
		return []float64{low, high}
	}
	return out
}

// timeAxis has at most five ticks, at the beginnings of days, months or years.
func (d *drawing) timeAxis(at channel) object {
	first, last := math.Inf(1), math.Inf(-1)
	for i := range d.points {
		v := d.place(&d.points[i])
		first, last = min(first, v), max(last, v)
	}
	days := (last - first) / float64(24*time.Hour/time.Millisecond)
	if d.fields[onFacet] != nil {
		days *= float64(d.panels()) // of five ticks in all
	}
	axis := object{"labelOverlap": true, "grid": false}
	tick := func(interval string, step int, format string) object {
		return merge(axis, object{"tickCount": object{"interval": interval, "step": step}, "format": format})
	}
	for _, s := range []struct {
		interval string
		step     int
		days     float64 // that five steps span
		format   string
	}{
		{"day", 1, 5, "%-d %b"}, {"day", 2, 10, "%-d %b"}, {"week", 1, 40, "%-d %b"}, {"month", 1, 150, "%b %Y"},
		{"month", 2, 300, "%b %Y"}, {"month", 3, 456, "%b %Y"}, {"month", 6, 912, "%b %Y"}, {"year", 1, 1900, "%Y"}, {"year", 2, 3700, "%Y"},
	} {
		if days <= s.days {
			return tick(s.interval, s.step, s.format)
		}
	}
	return tick("year", 5, "%Y")
}

const slantedHeight = 70 // of labels that do not fit side by side

// classAxis has a label a class; steps of a scale may leave some out.
func (d *drawing) classAxis(at channel) object {
	f := d.fields[at]
	axis := object{"title": d.title(at), "labelLimit": labelLimit, "labelOverlap": false, "ticks": false, "domain": true}
	if at == onX {
		axis["labelAngle"] = 0
		switch {
		case f.ordered():
			axis["labelOverlap"] = true
		case d.slanted():
			axis["labelAngle"], axis["labelLimit"] = -40, slantedHeight+20
			axis["labelAlign"], axis["labelBaseline"] = "right", "middle"
		}
	}
	return axis
}

// slanted reports whether the labels of the horizontal axis are too wide for their place.
func (d *drawing) slanted() bool {
	f := d.fields[onX]
	if f.kind != discrete || f.ordered() {
		return false
	}
	room := float64(columnWidth-50) / float64(len(f.classes))
	if d.fields[onFacet] != nil {
		room /= float64(d.panels())
	}
	for _, name := range f.classes {
		if d.face.width(name, textSize) > room-4 {
			return true
		}
	}
	return false
}
