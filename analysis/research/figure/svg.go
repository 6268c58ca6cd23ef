package figure

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"strconv"
	"strings"
)

// node is an element of an SVG as vega writes it: a tree without mixed content.
type node struct {
	name     string
	attr     map[string]string // without those that are not seen
	text     string
	children []*node
}

// known says which elements vega draws with, and which attributes of each are
// seen. Everything else is an error: it would be lost without a word.
func known(element string) []string {
	switch element {
	case "svg":
		return []string{"width", "height", "viewBox"}
	case "g":
		return append(painted, "clip-path")
	case "path":
		return append(painted, "d")
	case "rect":
		return append(painted, "x", "y", "width", "height")
	case "line":
		return append(painted, "x2", "y2")
	case "text":
		return append(painted, "text-anchor", "font-family", "font-size", "font-weight")
	case "defs":
		return []string{}
	case "clipPath":
		return []string{"id"}
	case "linearGradient":
		return []string{"id", "x1", "x2", "y1", "y2"}
	case "stop":
		return []string{"offset", "stop-color"}
	}
	return nil
}

// painted are the attributes of everything that can be seen.
var painted = []string{
	"transform", "display", "opacity", "fill", "fill-opacity", "stroke", "stroke-opacity", "stroke-width",
	"stroke-dasharray", "stroke-dashoffset", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit",
}

// unseen reports whether an attribute changes nothing in a picture on paper.
func unseen(name string) bool {
	switch name {
	case "class", "role", "pointer-events", "version", "cursor", "xmlns", "xlink":
		return true
	}
	return strings.HasPrefix(name, "aria-")
}

// parseSVG reads the whole of it, and refuses what it does not know.
func parseSVG(svg string) (*node, error) {
	d := xml.NewDecoder(strings.NewReader(svg))
	root := &node{}
	stack := []*node{root}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		top := stack[len(stack)-1]
		switch t := token.(type) {
		case xml.StartElement:
			n, err := element(t)
			if err != nil {
				return nil, err
			}
			top.children = append(top.children, n)
			stack = append(stack, n)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			top.text += string(t)
		}
	}
	if len(root.children) != 1 || root.children[0].name != "svg" {
		return nil, errors.New("not one svg element")
	}
	return root.children[0], nil
}

func element(t xml.StartElement) (*node, error) {
	n := &node{name: t.Name.Local, attr: map[string]string{}}
	seen := known(n.name)
	if seen == nil {
		return nil, fmt.Errorf("element <%s> is not one that can be drawn on paper", n.name)
	}
	for _, a := range t.Attr {
		name := a.Name.Local
		if unseen(name) {
			continue
		}
		n.attr[name] = a.Value
		found := false
		for _, s := range seen {
			found = found || s == name
		}
		if !found {
			return nil, fmt.Errorf("attribute %s of <%s> is not one that can be drawn on paper", name, n.name)
		}
	}
	return n, nil
}

// number is an attribute that is one, in pixels; fallback where there is none.
func (n *node) number(name string, fallback float64) (float64, error) {
	text, ok := n.attr[name]
	if !ok || text == "" {
		return fallback, nil
	}
	v, err := strconv.ParseFloat(strings.TrimSuffix(text, "px"), 64)
	if err != nil {
		return 0, fmt.Errorf("%s=%q of <%s> is no number", name, text, n.name)
	}
	return v, nil
}

// numbers are several attributes, 0 where there is none.
func (n *node) numbers(names ...string) ([]float64, error) {
	out := make([]float64, len(names))
	for i, name := range names {
		var err error
		if out[i], err = n.number(name, 0); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// byID collects what is referred to: clips and gradients.
func (n *node) byID() map[string]*node {
	out := map[string]*node{}
	if id := n.attr["id"]; id != "" {
		out["url(#"+id+")"] = n
	}
	for _, c := range n.children {
		maps.Copy(out, c.byID())
	}
	return out
}
