package figure

import (
	"slices"

	"stscan/analysis/research"
)

// layers are the marks of a plot, from the back to the front.
func (d *drawing) layers() []object {
	var out []object
	switch d.mark {
	case "bar", "stacked":
		out = d.bars()
	case "line", "cdf":
		out = d.lines()
	case "point":
		out = d.dots()
	case "heatmap":
		out = d.cells()
	}
	if d.page && d.hasLegend() && d.mark != "heatmap" {
		out[0]["params"] = []object{{"name": "pick", "select": object{"type": "point", "fields": []string{"c"}}, "bind": "legend"}}
		for _, l := range out {
			l["encoding"].(object)["opacity"] = object{"condition": object{"param": "pick", "value": 1}, "value": 0.12}
		}
	}
	return out
}

// layer is a mark at the place of its point.
func (d *drawing) layer(mark object, more ...object) object {
	encoding := merge(append([]object{{"x": d.position(onX), "y": d.position(onY)}}, more...)...)
	if d.page {
		encoding["tooltip"] = d.tooltip()
	}
	return object{"mark": mark, "encoding": encoding}
}

// only restricts a layer to the points for which an expression holds.
func only(layer object, test string) object {
	filters, _ := layer["transform"].([]object)
	return merge(layer, object{"transform": append(slices.Clip(filters), object{"filter": test})})
}

// side is the axis of the measured value as Vega-Lite calls it; the other one has the classes.
func (d *drawing) side() (value, class string) {
	if d.measured == onX {
		return "x", "y"
	}
	return "y", "x"
}

func (d *drawing) bars() []object {
	value, class := d.side()
	offset := object{}
	if c := d.fields[onColor]; c != nil && d.mark == "bar" {
		offset[class+"Offset"] = object{"field": "c", "sort": nil, "scale": object{"domain": c.classes}}
	}
	bar := d.layer(object{"type": "bar"}, d.color(), offset)
	position := bar["encoding"].(object)[value].(object)
	if d.mark == "stacked" {
		position["stack"] = "zero"
		if !d.page { // a page has its own background, and shows the value under the pointer
			bar["mark"] = object{"type": "bar", "stroke": "white", "strokeWidth": 0.5}
		}
		bar["encoding"].(object)["order"] = object{"field": "o", "type": "quantitative"}
	} else {
		position["stack"] = nil
	}
	out := []object{bar}
	if d.mark == "bar" {
		out = append(out, d.interval(offset)...)
	}
	return append(out, d.absent(offset)...)
}

// absent says in letters what a bar has no length to say: that a value is not
// known, or that it is zero.
func (d *drawing) absent(offset object) []object {
	value, _ := d.side()
	unknown, zero := false, false
	for i := range d.points {
		m := d.measure(&d.points[i])
		unknown, zero = unknown || m == nil, zero || m != nil && *m == 0 && d.points[i].Hi == nil
	}
	mark := object{"type": "text", "style": "absent", "align": "left", "dx": 2, "baseline": "middle"}
	if value == "y" {
		mark = object{"type": "text", "style": "absent", "align": "center", "dy": -2, "baseline": "bottom"}
	}
	if d.mark == "stacked" {
		return nil
	}
	text := func(words, test string) object {
		l := d.layer(merge(mark, object{"text": words}), offset)
		l["encoding"].(object)[value] = object{"datum": 0}
		return only(l, test)
	}
	var out []object
	if unknown {
		out = append(out, text("n/a", "!isValid(datum."+value+")"))
	}
	if zero {
		out = append(out, text("0", "datum."+value+" === 0 && !isValid(datum.hi)"))
	}
	return out
}

// interval draws lo to hi where the result has them.
func (d *drawing) interval(offset object) []object {
	if !d.hasInterval() {
		return nil
	}
	value, _ := d.side()
	l := d.layer(object{"type": "rule", "style": "interval"}, offset)
	encoding := l["encoding"].(object)
	encoding[value] = merge(encoding[value].(object), object{"field": "lo"})
	encoding[value+"2"] = object{"field": "hi"}
	return []object{only(l, "isValid(datum.lo) && isValid(datum.hi)")}
}

// hasInterval: an interval is one of the share, and drawn where that is.
func (d *drawing) hasInterval() bool {
	if d.fields[d.measured].typ != research.TypeShare || d.mark == "stacked" || d.mark == "heatmap" {
		return false
	}
	for i := range d.points {
		if d.points[i].Lo != nil && d.points[i].Hi != nil {
			return true
		}
	}
	return false
}

func (d *drawing) lines() []object {
	var out []object
	if d.hasInterval() {
		band := d.layer(object{"type": "area", "fillOpacity": 0.2, "strokeWidth": 0, "line": false}, d.color())
		encoding := band["encoding"].(object)
		encoding["y"] = merge(encoding["y"].(object), object{"field": "lo", "stack": nil})
		encoding["y2"] = object{"field": "hi"}
		out = append(out, band)
	}
	line := object{"type": "line", "strokeWidth": 1.5, "clip": true}
	if d.mark == "cdf" {
		line["interpolate"] = "step-after"
	}
	out = append(out, d.layer(line, d.color(), d.dash()))
	dot := d.layer(object{"type": "point", "filled": true, "size": 14, "opacity": 1}, d.color())
	if d.mark == "line" && d.short() {
		return append(out, dot)
	}
	if !slices.ContainsFunc(d.points, func(q point) bool { return q.Alone }) {
		return out
	}
	for _, l := range append(d.interval(object{}), dot) {
		out = append(out, only(l, "datum.alone"))
	}
	return out
}

// short reports whether the lines have so few points that each can be shown.
func (d *drawing) short() bool {
	for _, s := range d.series() {
		if len(s) > 16 {
			return false
		}
	}
	return true
}

func (d *drawing) dots() []object {
	return append(d.interval(object{}), d.layer(object{"type": "point", "filled": true, "size": 28, "opacity": 1}, d.color(), d.shape()))
}

func (d *drawing) cells() []object {
	cell := d.layer(object{"type": "rect"}, object{"color": d.shade()})
	if !d.written() {
		return []object{cell}
	}
	value := object{"field": "c", "type": "quantitative", "format": d.valueFormat()}
	dark := object{"condition": object{"test": "datum.c > " + number3(d.largest()*0.55), "value": "white"}, "value": "#222222"}
	text := d.layer(object{"type": "text", "fontSize": textSize - 1, "baseline": "middle"}, object{"text": value, "color": dark})
	none := d.layer(object{"type": "text", "style": "absent", "text": "n/a", "baseline": "middle"})
	return []object{cell, only(text, "isValid(datum.c)"), only(none, "!isValid(datum.c)")}
}
