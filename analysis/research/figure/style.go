package figure

import (
	"math"
	"strconv"
)

// Sizes in pixels of CSS; a pixel is three quarters of a point.
const (
	columnWidth = 320 // 240 pt, a column of two on a page
	plotHeight  = 130 // of what has no rows to count
	rowHeight   = 14  // of a class along the vertical axis
	textSize    = 10  // 7.5 pt, as captions are set
	labelLimit  = 170 // of an axis: the rest is for the data
)

// colors are Okabe and Ito's, which people with any of the common forms of
// colour blindness tell apart, without the yellow, too light for a line on
// white. The first four also differ in grey.
var colors = []string{"#0072B2", "#E69F00", black, "#009E73", "#CC79A7", "#56B4E9", "#D55E00"}

const black = "#222222"

// otherColor is what is not one class but many.
const otherColor = "#999999"

// untoldColor is what could not be told: no finding, and lighter than any.
const untoldColor = "#C9CDD2"

// dashes and shapes tell series apart where colours are not printed.
var (
	dashes = [][]int{{}, {6, 2}, {2, 2}, {8, 2, 2, 2}, {4, 1}, {1, 3}, {10, 3}}
	shapes = []string{"circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right"}
)

// object is one of JSON; its keys are written in alphabetical order.
type object = map[string]any

// paperConfig is how a figure for print looks.
func paperConfig() object {
	const ink, line, faint = "#222222", "#888888", "#E4E4E4"
	text := object{"labelFontSize": textSize, "titleFontSize": textSize, "titleFontWeight": "normal", "labelColor": ink, "titleColor": ink}
	axis := object{"domainColor": line, "tickColor": line, "tickSize": 3, "labelPadding": 2, "labelSeparation": 6, "titlePadding": 4, "grid": false}
	return object{
		"font":             fontFamily,
		"axis":             merge(text, axis),
		"axisQuantitative": object{"grid": true, "gridColor": faint},
		"legend":           text,
		"header":           merge(text, object{"labelFontWeight": "bold", "labelPadding": 3}),
		"title":            object{"color": ink, "fontSize": textSize, "fontWeight": "normal"},
		"view":             object{"stroke": nil},
		"style": object{
			"interval": object{"stroke": ink, "strokeWidth": 1},
			"absent":   object{"color": line, "fontSize": textSize - 1},
		},
	}
}

// PageConfig is the config of vega for the figures of a page in one colour scheme.
func PageConfig(dark bool) map[string]any {
	ink, line, faint := "#1f2328", "#8c959f", "#e3e6ea"
	if dark {
		ink, line, faint = "#e6edf3", "#6e7681", "#2d333b"
	}
	text := object{"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "labelColor": ink, "titleColor": ink}
	axis := object{"domainColor": line, "tickColor": line, "grid": false}
	return object{
		"background":       "transparent",
		"font":             "system-ui, sans-serif",
		"axis":             merge(text, axis),
		"axisQuantitative": object{"grid": true, "gridColor": faint},
		"legend":           text,
		"header":           merge(text, object{"labelFontWeight": "bold"}),
		"title":            object{"color": ink, "fontSize": 12, "fontWeight": "normal"},
		"view":             object{"stroke": nil},
		"style": object{
			"interval": object{"stroke": ink, "strokeWidth": 1},
			"absent":   object{"color": line, "fontSize": 11},
		},
	}
}

// merge gives one object with the keys of all; later ones win.
func merge(objects ...object) object {
	out := object{}
	for _, o := range objects {
		for k, v := range o {
			out[k] = v
		}
	}
	return out
}

// palette are the colours of the classes of a field. Black is for lines on white:
// areas are a dark blue, and a page has to be legible on dark too. Greys are what
// is no class of its own.
func (f field) palette(page, filled bool) []string {
	out := make([]string, len(f.classes))
	for i, name := range f.classes {
		out[i] = colors[i%len(colors)]
		switch {
		case out[i] != black:
		case page:
			out[i] = "#8B6FC8"
		case filled:
			out[i] = "#12355B"
		}
		switch name {
		case f.others:
			out[i] = otherColor
		case "unknown", "inconclusive":
			out[i] = untoldColor
		}
	}
	return out
}

// percentFormat writes shares in percent, with the digits that the largest one needs.
func percentFormat(largest float64) string {
	return "." + strconv.Itoa(percentDigits(largest)) + "~%"
}

// percentDigits is how many digits after the point tell shares up to a value apart.
func percentDigits(top float64) int {
	digits := 0
	for p := top * 100; p > 0 && p < 20 && digits < 6; p *= 10 {
		digits++
	}
	return digits
}

// largest is the greatest known value of a plot.
func (p *plot) largest() float64 {
	top := math.Inf(-1)
	for i := range p.points {
		for _, v := range []*float64{p.measure(&p.points[i]), p.points[i].Hi} {
			if v != nil {
				top = max(top, *v)
			}
		}
	}
	return top
}
