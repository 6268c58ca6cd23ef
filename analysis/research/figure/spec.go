package figure

import (
	"encoding/json"
	"fmt"

	"stscan/analysis/research"
)

// Spec gives the Vega-Lite specification of a result as a figure of a paper: 240 pt
// wide, no title, since the caption is the author's. ErrEmpty if there is nothing
// to draw.
func Spec(r research.Result) ([]byte, error) { return specify(r, false) }

// PageSpec gives the specification of a result for a page: as wide as the element
// it stands in (a figure of several panels: as wide as its width says), values to
// hover over, series to pick in the legend. It has no config: see PageConfig.
func PageSpec(r research.Result) ([]byte, error) { return specify(r, true) }

func specify(r research.Result, page bool) ([]byte, error) {
	face, err := newTypeface(false)
	if err != nil {
		return nil, err
	}
	p, err := newPlot(r, letters(face.canDraw, maxTitle), letters(face.canDraw, maxLabel))
	if err != nil {
		return nil, err
	}
	d := drawing{plot: p, face: face, page: page}
	if !page && len(r.Snapshots) > 0 {
		d.about = about(r)
	}
	spec, err := json.Marshal(d.spec())
	if err != nil {
		return nil, fmt.Errorf("metric %s: %w", p.id, err)
	}
	return spec, nil
}

// drawing writes the specification of a plot.
type drawing struct {
	plot
	face  *typeface
	page  bool
	about string // what a file of the figure states, where no reader of the caption sees it
}

func (d *drawing) spec() object {
	view := object{"layer": d.layers(), "height": d.height()}
	out := object{
		"$schema":  "https://vega.github.io/schema/vega-lite/v6.json",
		"data":     object{"name": "rows", "values": d.points},
		"usermeta": meta{Metric: d.id, Width: columnWidth, About: d.about},
		"padding":  object{"left": 2, "right": 6, "top": 2, "bottom": 2},
	}
	if d.titleAbove() {
		out["title"] = object{"text": d.fields[onY].label, "anchor": "start", "offset": 6}
	}
	if !d.page {
		out["config"], out["background"] = paperConfig(), "white"
	}
	if f := d.fields[onFacet]; f != nil {
		panels := d.panels()
		view["width"] = (columnWidth-40)/panels - 10
		out["columns"], out["spec"], out["spacing"] = panels, view, 10
		out["facet"] = object{"field": "f", "type": "nominal", "title": nil, "sort": f.classes}
		return out
	}
	out["autosize"] = object{"type": "fit", "contains": "padding"}
	out["width"] = any(columnWidth)
	if d.page {
		out["width"], out["autosize"] = "container", object{"type": "fit-x", "contains": "padding"}
	}
	return merge(out, view, object{"height": d.height() + d.margins()})
}

// panels is how many stand side by side.
func (d *drawing) panels() int {
	if n := len(d.fields[onFacet].classes); d.page || n == 1 || n == 3 {
		return 1
	}
	return 2
}

// height of the space for the data.
func (d *drawing) height() int {
	y := d.fields[onY]
	if y.kind != discrete {
		if d.fields[onFacet] != nil {
			return plotHeight * 3 / 5
		}
		return plotHeight
	}
	row := rowHeight
	if c := d.fields[onColor]; c != nil && d.mark == "bar" {
		row = max(row, 7*len(c.classes)+4) // one bar a colour
	}
	return max(2, len(y.classes)) * row
}

// margins is what fit takes from the height of a paper figure: the horizontal axis and the legend.
func (d *drawing) margins() int {
	if d.page {
		return 0
	}
	m := 4 + 3 + 2 + textSize + 4 + textSize + 2 // padding, tick, label, title
	if d.slanted() {
		m += slantedHeight - textSize
	}
	if d.titleAbove() {
		m += textSize + 8
	}
	if d.hasLegend() {
		m += d.legendRows()*(textSize+4) + 18
	}
	return m
}
