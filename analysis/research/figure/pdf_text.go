package figure

import (
	"fmt"
)

// text draws one line of it. It is placed by the widths that vega was told, and
// stays text: it can be searched and copied.
func (c *canvas) text(n *node, m matrix, p paint) error {
	alpha := p.opacity * p.fillOpacity
	if n.text == "" || !p.fill.set || alpha == 0 {
		return nil
	}
	if p.fill.gradient != "" || p.stroke.set || len(n.children) > 0 {
		return fmt.Errorf("text %.40q is painted in a way that cannot be drawn on paper", n.text)
	}
	if n.attr["font-family"] != fontFamily {
		return fmt.Errorf("font %q: only %s is embedded", n.attr["font-family"], fontFamily)
	}
	size, err := n.number("font-size", 0)
	if err != nil {
		return err
	}
	bold, err := isBold(n.attr["font-weight"])
	if err != nil {
		return err
	}
	face := c.renderer.face(bold)
	for _, r := range n.text {
		if r > 0xFFFF || !face.has(r) {
			return fmt.Errorf("text %.40q: the font has no %U", n.text, r)
		}
	}
	start := 0.0
	switch width := face.width(n.text, size); n.attr["text-anchor"] {
	case "", "start":
	case "middle":
		start = -width / 2
	case "end":
		start = -width
	default:
		return fmt.Errorf("text-anchor %q is unknown", n.attr["text-anchor"])
	}
	c.setAlpha(alpha)
	c.setFont(face, bold, size*pointsPerPixel)
	// The text is written at the lower left corner of the page, where the map below puts its place.
	at := m.apply(xy{start, 0})
	turn := matrix{m.a / pointsPerPixel, m.b / pointsPerPixel, -m.c / pointsPerPixel, -m.d / pointsPerPixel, at.x, at.y}
	c.write("q", p.fill.operands(), "rg", turn.String(), "cm")
	c.pdf.Text(0, c.height, n.text)
	c.write("Q")
	return nil
}

func (m matrix) String() string {
	return fmt.Sprintf("%.5f %.5f %.5f %.5f %s %s", m.a+0, m.b+0, m.c+0, m.d+0, decimal(m.e), decimal(m.f))
}

func isBold(weight string) (bool, error) {
	switch weight {
	case "", "normal", "400":
		return false, nil
	case "bold", "600", "700":
		return true, nil
	}
	return false, fmt.Errorf("font-weight %q is not embedded", weight)
}

// setFont chooses a font; the first time, it is added to the file.
func (c *canvas) setFont(face *typeface, bold bool, size float64) {
	style := ""
	if bold {
		style = "B"
	}
	if !c.fonts[style] {
		c.pdf.AddUTF8FontFromBytes("LiberationSans", style, face.ttf)
		c.fonts[style] = true
	}
	c.pdf.SetFont("LiberationSans", style, size)
}
