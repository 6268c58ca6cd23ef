package figure

import (
	"fmt"
	"strconv"
	"strings"
)

// paint is how something is filled and stroked: what it has itself, and what it
// has from the groups around it.
type paint struct {
	fill, stroke               color
	opacity                    float64 // of the thing itself, not inherited
	fillOpacity, strokeOpacity float64
	width                      float64
	dash                       []float64
	dashOffset                 float64
	lineCap, lineJoin          int
	miter                      float64
}

// color is an RGB value, a gradient by its reference, or nothing.
type color struct {
	set      bool
	rgb      [3]uint8
	gradient string
}

// initial is what SVG begins with (SVG 1.1 §11.3, §11.4).
func initial() paint {
	return paint{fill: color{set: true}, opacity: 1, fillOpacity: 1, strokeOpacity: 1, width: 1, miter: 4}
}

// inside is the paint of an element in a group with paint p.
func (p paint) inside(n *node) (paint, error) {
	p.opacity = 1
	for _, a := range []struct {
		name string
		to   *float64
	}{
		{"opacity", &p.opacity}, {"fill-opacity", &p.fillOpacity}, {"stroke-opacity", &p.strokeOpacity},
		{"stroke-width", &p.width}, {"stroke-dashoffset", &p.dashOffset}, {"stroke-miterlimit", &p.miter},
	} {
		var err error
		if *a.to, err = n.number(a.name, *a.to); err != nil {
			return p, err
		}
	}
	for name, to := range map[string]*color{"fill": &p.fill, "stroke": &p.stroke} {
		if text, ok := n.attr[name]; ok {
			c, err := parseColor(text)
			if err != nil {
				return p, err
			}
			*to = c
		}
	}
	if text, ok := n.attr["stroke-dasharray"]; ok {
		var err error
		if p.dash, err = parseNumbers(text); err != nil {
			return p, fmt.Errorf("stroke-dasharray %q cannot be read", text)
		}
	}
	return p, p.setLine(n)
}

func (p *paint) setLine(n *node) error {
	for _, a := range []struct {
		name  string
		words []string // by the number PDF has for them (ISO 32000-1 tables 54, 55)
		to    *int
	}{
		{"stroke-linecap", []string{"butt", "round", "square"}, &p.lineCap},
		{"stroke-linejoin", []string{"miter", "round", "bevel"}, &p.lineJoin},
	} {
		text, ok := n.attr[a.name]
		if !ok {
			continue
		}
		found := false
		for i, word := range a.words {
			if word == text {
				*a.to, found = i, true
			}
		}
		if !found {
			return fmt.Errorf("%s %q cannot be drawn on paper", a.name, text)
		}
	}
	return nil
}

// parseColor reads the ways in which vega writes a colour.
func parseColor(text string) (color, error) {
	switch text {
	case "none", "transparent", "":
		return color{}, nil
	case "black":
		return color{set: true}, nil
	case "white":
		return color{set: true, rgb: [3]uint8{255, 255, 255}}, nil
	}
	if strings.HasPrefix(text, "url(#") {
		return color{set: true, gradient: text}, nil
	}
	if inner, ok := strings.CutPrefix(text, "rgb("); ok {
		v, err := parseNumbers(strings.TrimSuffix(inner, ")"))
		if err == nil && len(v) == 3 {
			return color{set: true, rgb: [3]uint8{uint8(v[0]), uint8(v[1]), uint8(v[2])}}, nil
		}
	}
	if hex, ok := strings.CutPrefix(text, "#"); ok {
		if len(hex) == 3 {
			hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
		}
		if v, err := strconv.ParseUint(hex, 16, 32); err == nil && len(hex) == 6 {
			return color{set: true, rgb: [3]uint8{uint8(v >> 16), uint8(v >> 8), uint8(v)}}, nil
		}
	}
	return color{}, fmt.Errorf("colour %q cannot be read", text)
}
