package figure

import (
	"strconv"

	"stscan/analysis/research"
)

// hasLegend: one class needs none, and cells with their values written in need none.
func (d *drawing) hasLegend() bool {
	c := d.fields[onColor]
	if c == nil {
		return false
	}
	if d.measured == onColor {
		return !d.written()
	}
	return len(c.classes) > 1
}

// color is the encoding of the classes by colour, or one colour for all.
func (d *drawing) color() object {
	c := d.fields[onColor]
	if c == nil {
		return object{"color": object{"value": colors[0]}}
	}
	return object{"color": d.classScale(c.palette(d.page, d.mark == "bar" || d.mark == "stacked"))}
}

func (d *drawing) dash() object {
	c := d.fields[onColor]
	if c == nil || len(c.classes) < 2 {
		return object{}
	}
	return object{"strokeDash": d.classScale(cycle(dashes, len(c.classes)))}
}

func (d *drawing) shape() object {
	c := d.fields[onColor]
	if c == nil || len(c.classes) < 2 {
		return object{"shape": object{"value": "circle"}}
	}
	return object{"shape": d.classScale(cycle(shapes, len(c.classes)))}
}

func cycle[T any](values []T, n int) []T {
	out := make([]T, n)
	for i := range out {
		out[i] = values[i%len(values)]
	}
	return out
}

// classScale maps the classes of the colour to something to tell them apart by.
func (d *drawing) classScale(values any) object {
	return object{
		"field": "c", "type": "nominal", "sort": nil,
		"scale":  object{"domain": d.fields[onColor].classes, "range": values},
		"legend": d.legend(),
	}
}

const symbolWidth = 26 // of an entry of the legend: symbol and space

func (d *drawing) legend() any {
	if !d.hasLegend() {
		return nil
	}
	legend := object{"title": nil, "orient": "top", "direction": "horizontal", "columns": d.legendColumns(),
		"labelLimit": d.legendRoom() - symbolWidth, "columnPadding": 8, "rowPadding": 1, "offset": 4, "symbolSize": 60}
	if d.mark == "line" || d.mark == "cdf" {
		legend["symbolType"], legend["symbolSize"], legend["symbolStrokeWidth"] = "stroke", 150, 1.5
	}
	return legend
}

// legendColumns is how many entries stand side by side: the columns of a legend
// are as wide as their widest entries.
func (d *drawing) legendColumns() int {
	classes := d.fields[onColor].classes
	room := d.legendRoom()
	for columns := len(classes); columns > 1; columns-- {
		total := 0.0
		for k := range columns {
			widest := 0.0
			for i := k; i < len(classes); i += columns {
				widest = max(widest, d.face.width(classes[i], textSize))
			}
			total += widest + symbolWidth
		}
		if total <= room {
			return columns
		}
	}
	return 1
}

// legendRoom is the width that a legend has: it begins where the data do, right of
// the labels of the vertical axis.
func (d *drawing) legendRoom() float64 {
	left := 40.0
	if y := d.fields[onY]; y.kind == discrete {
		left = 24
		for _, name := range y.classes {
			left = max(left, 24+min(labelLimit, d.face.width(name, textSize)))
		}
	}
	return columnWidth - left - 10
}

func (d *drawing) legendRows() int {
	if d.measured == onColor {
		return 2
	}
	columns := d.legendColumns()
	return (len(d.fields[onColor].classes) + columns - 1) / columns
}

// shade is the encoding of the measured value of a heat map: darker is more, in
// one hue, so that it can be printed in grey.
func (d *drawing) shade() object {
	c := d.fields[onColor]
	out := object{"field": "c", "type": "quantitative", "scale": object{"scheme": "blues", "domainMin": 0, "nice": false}, "legend": nil}
	if !d.written() {
		out["legend"] = object{"title": c.label, "orient": "bottom", "direction": "horizontal", "format": d.valueFormat(),
			"gradientLength": 160, "gradientThickness": 8, "tickCount": 4, "offset": 6}
	}
	return out
}

// written reports whether the cells of a heat map are large enough for their values.
func (d *drawing) written() bool {
	return d.mark == "heatmap" && len(d.fields[onX].classes) <= 7 && len(d.points) <= 100
}

// valueFormat is how a measured value is written beside its mark.
func (d *drawing) valueFormat() string {
	switch d.fields[d.measured].typ {
	case research.TypeShare:
		return percentFormat(d.largest())
	case research.TypeCount:
		if d.largest() >= 10_000 {
			return ".3~s"
		}
		return ",d"
	}
	return ".3~r"
}

// number3 writes a number of an expression.
func number3(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }

// tooltip is what the page says of a point under the pointer.
func (d *drawing) tooltip() []object {
	var out []object
	for _, at := range channels {
		f := d.fields[at]
		if f == nil {
			continue
		}
		o := object{"field": string(at), "type": string(f.kind), "title": f.label}
		switch {
		case f.kind == moment:
			o["format"], o["formatType"] = "%Y-%m-%d %H:%M UTC", "utc"
		case f.typ == research.TypeShare:
			o["format"] = ".4~%"
		case f.kind == number && f.typ == research.TypeCount:
			o["format"] = ",d"
		}
		out = append(out, o)
	}
	for _, extra := range []struct{ field, title string }{{"n", "n"}, {"total", "of"}} {
		if d.fields[d.measured].typ == research.TypeShare {
			out = append(out, object{"field": extra.field, "type": "quantitative", "title": extra.title, "format": ",d"})
		}
	}
	return out
}
