package figure

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
)

// pointsPerPixel: a pixel of CSS is 1/96 of an inch, a point 1/72.
const pointsPerPixel = 0.75

// canvas writes the elements of one SVG as the operators of a page (ISO 32000-1
// §8). Coordinates are mapped here, so that the page has no map of its own.
type canvas struct {
	renderer *Renderer
	pdf      *fpdf.Fpdf
	height   float64 // of the page, in points
	refs     map[string]*node
	alpha    float64
	fonts    map[string]bool // added: only those that are used are embedded
}

// convert makes a page of an SVG, with this subject. What it does not know is an error,
// never left out.
func (r *Renderer) convert(svg, subject string) ([]byte, error) {
	root, err := parseSVG(svg)
	if err != nil {
		return nil, fmt.Errorf("PDF: %w", err)
	}
	size, err := root.numbers("width", "height")
	if err != nil {
		return nil, fmt.Errorf("PDF: %w", err)
	}
	c := r.newCanvas(size[0]*pointsPerPixel, size[1]*pointsPerPixel)
	c.refs = root.byID()
	if subject != "" {
		c.pdf.SetSubject(subject, true)
	}
	page := matrix{pointsPerPixel, 0, 0, -pointsPerPixel, 0, c.height} // down is up
	for _, n := range root.children {
		if err := c.draw(n, page, initial()); err != nil {
			return nil, fmt.Errorf("PDF: %w", err)
		}
	}
	var out bytes.Buffer
	if err := c.pdf.Output(&out); err != nil {
		return nil, fmt.Errorf("PDF: %w", err)
	}
	return out.Bytes(), nil
}

func (r *Renderer) newCanvas(width, height float64) *canvas {
	pdf := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: width, Ht: height}})
	epoch := time.Unix(0, 0).UTC() // the same bytes on every day
	pdf.SetCreationDate(epoch)
	pdf.SetModificationDate(epoch)
	pdf.SetCatalogSort(true)
	pdf.SetProducer("scan report", false)
	pdf.SetMargins(0, 0, 0)
	pdf.SetAutoPageBreak(false, 0)
	pdf.AddPage()
	return &canvas{renderer: r, pdf: pdf, height: height, alpha: 1, fonts: map[string]bool{}}
}

// write puts operators on the page.
func (c *canvas) write(words ...string) { c.pdf.RawWriteStr(strings.Join(words, " ")) }

func decimal(v float64) string {
	s := strconv.FormatFloat(v, 'f', 3, 64)
	s = strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
	if s == "-0" {
		return "0"
	}
	return s
}

func (p xy) String() string { return decimal(p.x) + " " + decimal(p.y) }

func (c *canvas) draw(n *node, m matrix, p paint) error {
	if n.attr["display"] == "none" || n.name == "defs" {
		return nil
	}
	own, err := parseTransform(n.attr["transform"])
	if err != nil {
		return err
	}
	if p, err = p.inside(n); err != nil {
		return err
	}
	m = m.then(own)
	switch n.name {
	case "g":
		return c.group(n, m, p)
	case "text":
		return c.text(n, m, p)
	}
	path, err := outline(n)
	if err != nil {
		return err
	}
	return c.shape(path, m, p)
}

func (c *canvas) group(n *node, m matrix, p paint) error {
	if p.opacity != 1 {
		return fmt.Errorf("a group with opacity %v cannot be drawn on paper", p.opacity)
	}
	clip, clipped := n.attr["clip-path"]
	if clipped {
		ref := c.refs[clip]
		if ref == nil || ref.name != "clipPath" || len(ref.children) != 1 {
			return fmt.Errorf("clip-path %q cannot be drawn on paper", clip)
		}
		path, err := outline(ref.children[0])
		if err != nil {
			return err
		}
		c.write("q")
		c.path(path, m)
		c.write("W n")
	}
	for _, child := range n.children {
		if err := c.draw(child, m, p); err != nil {
			return err
		}
	}
	if clipped {
		c.write("Q")
		c.alpha = -1 // the one before the clip is in force again: say it anew
	}
	return nil
}

// outline is the path of a shape.
func outline(n *node) ([]segment, error) {
	switch n.name {
	case "path":
		return parsePath(n.attr["d"])
	case "rect":
		v, err := n.numbers("x", "y", "width", "height")
		if err != nil {
			return nil, err
		}
		x, y, w, h := v[0], v[1], v[2], v[3]
		return []segment{{'M', []xy{{x, y}}}, {'L', []xy{{x + w, y}}}, {'L', []xy{{x + w, y + h}}}, {'L', []xy{{x, y + h}}}, {op: 'Z'}}, nil
	case "line":
		v, err := n.numbers("x2", "y2")
		if err != nil {
			return nil, err
		}
		return []segment{{'M', []xy{{}}}, {'L', []xy{{v[0], v[1]}}}}, nil
	}
	return nil, fmt.Errorf("<%s> is not where it could be drawn", n.name)
}

func (c *canvas) path(path []segment, m matrix) {
	for _, s := range path {
		var b strings.Builder
		for _, p := range s.points {
			b.WriteString(m.apply(p).String() + " ")
		}
		c.write(b.String() + map[byte]string{'M': "m", 'L': "l", 'C': "c", 'Z': "h"}[s.op])
	}
}

// shape fills, then strokes: each with its opacity.
func (c *canvas) shape(path []segment, m matrix, p paint) error {
	if len(path) == 0 {
		return nil
	}
	if alpha := p.opacity * p.fillOpacity; p.fill.set && alpha > 0 {
		c.setAlpha(alpha)
		if p.fill.gradient != "" {
			return c.gradient(path, m, p)
		}
		c.write(p.fill.operands(), "rg")
		c.path(path, m)
		c.write("f")
	}
	if alpha := p.opacity * p.strokeOpacity; p.stroke.set && alpha > 0 && p.width > 0 {
		if p.stroke.gradient != "" {
			return fmt.Errorf("a line in a gradient cannot be drawn on paper")
		}
		c.setAlpha(alpha)
		c.write("q", p.stroke.operands(), "RG", p.line())
		c.path(path, m)
		c.write("S Q")
	}
	return nil
}

func (c color) operands() string {
	var out []string
	for _, v := range c.rgb {
		out = append(out, decimal(float64(v)/255))
	}
	return strings.Join(out, " ")
}

// line is the state that a line is drawn in.
func (p paint) line() string {
	dash := make([]string, len(p.dash))
	for i, v := range p.dash {
		dash[i] = decimal(v * pointsPerPixel)
	}
	return fmt.Sprintf("%s w %d J %d j %s M [%s] %s d", decimal(p.width*pointsPerPixel), p.lineCap, p.lineJoin, decimal(p.miter),
		strings.Join(dash, " "), decimal(p.dashOffset*pointsPerPixel))
}

func (c *canvas) setAlpha(alpha float64) {
	if alpha != c.alpha {
		c.pdf.SetAlpha(alpha, "Normal")
		c.alpha = alpha
	}
}

// gradient fills a rectangle from left to right, as the legend of a heat map is.
func (c *canvas) gradient(path []segment, m matrix, p paint) error {
	ref := c.refs[p.fill.gradient]
	if ref == nil || ref.name != "linearGradient" || p.stroke.set && p.width > 0 || m.b != 0 {
		return fmt.Errorf("fill %q cannot be drawn on paper", p.fill.gradient)
	}
	v, err := ref.numbers("x1", "x2", "y1", "y2")
	if err != nil {
		return err
	}
	if v[0] != 0 || v[1] != 1 || v[2] != v[3] {
		return fmt.Errorf("a gradient that does not go from left to right cannot be drawn on paper")
	}
	low, high := extent(path, m)
	for i := 1; i < len(ref.children); i++ {
		var at [2]float64
		var colors [2]color
		for k, stop := range ref.children[i-1 : i+1] {
			if at[k], err = stop.number("offset", 0); err != nil {
				return err
			}
			if colors[k], err = parseColor(stop.attr["stop-color"]); err != nil {
				return err
			}
		}
		a, b := colors[0].rgb, colors[1].rgb
		if at[0] >= 1 {
			break
		}
		// Each step reaches to the right end, and the next one is painted over it: no seam is seen.
		width := high.x - low.x
		c.pdf.LinearGradient(low.x+float64(width*at[0]), c.height-high.y, width*(1-at[0]), high.y-low.y,
			int(a[0]), int(a[1]), int(a[2]), int(b[0]), int(b[1]), int(b[2]), 0, 0, (at[1]-at[0])/(1-at[0]), 0)
	}
	return nil
}

func extent(path []segment, m matrix) (low, high xy) {
	low = m.apply(path[0].points[0])
	high = low
	for _, s := range path {
		for _, p := range s.points {
			q := m.apply(p)
			low, high = xy{min(low.x, q.x), min(low.y, q.y)}, xy{max(high.x, q.x), max(high.y, q.y)}
		}
	}
	return low, high
}
