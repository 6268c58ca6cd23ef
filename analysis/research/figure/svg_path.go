package figure

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// xy is a point.
type xy struct{ x, y float64 }

// matrix is an affine map: x' = a x + c y + e, y' = b x + d y + f.
type matrix struct{ a, b, c, d, e, f float64 }

// Products are rounded by the conversions before they are added: a processor with
// a fused multiply-add would give other last digits.
func (m matrix) apply(p xy) xy {
	return xy{float64(m.a*p.x) + float64(m.c*p.y) + m.e, float64(m.b*p.x) + float64(m.d*p.y) + m.f}
}

// then is the map that does n first, and m on its result.
func (m matrix) then(n matrix) matrix {
	o, i, j := m.apply(xy{n.e, n.f}), xy{n.a, n.b}, xy{n.c, n.d}
	return matrix{
		float64(m.a*i.x) + float64(m.c*i.y), float64(m.b*i.x) + float64(m.d*i.y),
		float64(m.a*j.x) + float64(m.c*j.y), float64(m.b*j.x) + float64(m.d*j.y),
		o.x, o.y,
	}
}

func rotation(degrees float64) matrix {
	s, c := math.Sincos(degrees * math.Pi / 180)
	switch math.Mod(math.Mod(degrees, 360)+360, 360) {
	case 90:
		s, c = 1, 0
	case 180:
		s, c = 0, -1
	case 270:
		s, c = -1, 0
	}
	return matrix{c, s, -s, c, 0, 0}
}

// parseTransform reads translate(x,y) and rotate(degrees): vega moves and turns, and never scales.
func parseTransform(text string) (matrix, error) {
	m := matrix{a: 1, d: 1}
	for rest := strings.TrimSpace(text); rest != ""; rest = strings.TrimSpace(rest) {
		name, after, ok := strings.Cut(rest, "(")
		inner, tail, closed := strings.Cut(after, ")")
		args, err := parseNumbers(inner)
		switch {
		case !ok || !closed || err != nil:
			return m, fmt.Errorf("transform %q cannot be read", text)
		case name == "translate" && len(args) == 2:
			m = m.then(matrix{1, 0, 0, 1, args[0], args[1]})
		case name == "rotate" && len(args) == 1:
			m = m.then(rotation(args[0]))
		default:
			return m, fmt.Errorf("transform %q: only translate and rotate can be drawn on paper", text)
		}
		rest = tail
	}
	return m, nil
}

func parseNumbers(text string) ([]float64, error) {
	var out []float64
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' }) {
		v, err := strconv.ParseFloat(word, 64)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// segment is a part of a path in absolute coordinates: 'M', 'L' with one point, 'C'
// with two controls and an end, 'Z' with none.
type segment struct {
	op     byte
	points []xy
}

// pathReader reads the commands of a path one after the other.
type pathReader struct {
	rest      string
	at, start xy
	out       []segment
}

// parsePath reads M L H V Z A C, absolute and relative.
func parsePath(d string) ([]segment, error) {
	r := &pathReader{rest: d}
	for r.rest != "" {
		op := r.rest[0]
		end := 1 + strings.IndexFunc(r.rest[1:]+"Z", func(c rune) bool { return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' && c != 'e' })
		args, err := pathNumbers(r.rest[1:end])
		if err != nil {
			return nil, fmt.Errorf("path %.40q: %w", r.rest, err)
		}
		r.rest = r.rest[end:]
		if err := r.command(op, args); err != nil {
			return nil, err
		}
	}
	return r.out, nil
}

// pathNumbers also reads numbers that only a sign divides.
func pathNumbers(text string) ([]float64, error) {
	var b strings.Builder
	for i := range len(text) {
		if text[i] == '-' && i > 0 && text[i-1] != 'e' {
			b.WriteByte(' ')
		}
		b.WriteByte(text[i])
	}
	return parseNumbers(b.String())
}

func (r *pathReader) command(op byte, args []float64) error {
	size := map[byte]int{'M': 2, 'L': 2, 'H': 1, 'V': 1, 'Z': 0, 'A': 7, 'C': 6}
	upper, relative := op, op >= 'a'
	if relative {
		upper = op - 'a' + 'A'
	}
	n, ok := size[upper]
	if !ok || n == 0 && len(args) > 0 || n > 0 && (len(args) == 0 || len(args)%n != 0) {
		return fmt.Errorf("path command %c with %d numbers cannot be drawn on paper", op, len(args))
	}
	if n == 0 {
		r.out = append(r.out, segment{op: 'Z'})
		r.at = r.start
		return nil
	}
	for ; len(args) > 0; args = args[n:] {
		origin := xy{}
		if relative {
			origin = r.at
		}
		if err := r.draw(upper, args[:n], origin); err != nil {
			return err
		}
		if upper == 'M' {
			upper = 'L' // what follows the first pair are lines
		}
	}
	return nil
}

func (r *pathReader) draw(op byte, a []float64, o xy) error {
	switch op {
	case 'M':
		r.start = xy{o.x + a[0], o.y + a[1]}
		r.to('M', r.start)
	case 'L':
		r.to('L', xy{o.x + a[0], o.y + a[1]})
	case 'H':
		r.to('L', xy{o.x + a[0], r.at.y})
	case 'V':
		r.to('L', xy{r.at.x, o.y + a[0]})
	case 'C':
		r.to('C', xy{o.x + a[0], o.y + a[1]}, xy{o.x + a[2], o.y + a[3]}, xy{o.x + a[4], o.y + a[5]})
	case 'A':
		if a[0] != a[1] {
			return fmt.Errorf("an arc of an ellipse cannot be drawn on paper")
		}
		r.arc(a[0], a[3] != 0, a[4] != 0, xy{o.x + a[5], o.y + a[6]})
	}
	return nil
}

func (r *pathReader) to(op byte, points ...xy) {
	r.out = append(r.out, segment{op, points})
	r.at = points[len(points)-1]
}

// arc draws a part of a circle from here to end as curves of at most a quarter
// turn (SVG 1.1, appendix F.6.5, for a circle).
func (r *pathReader) arc(radius float64, large, sweep bool, end xy) {
	dx, dy := end.x-r.at.x, end.y-r.at.y
	chord := math.Hypot(dx, dy)
	if radius == 0 || chord == 0 {
		r.to('L', end)
		return
	}
	radius = max(radius, chord/2)
	h := math.Sqrt(max(0, float64(radius*radius)-float64(chord*chord)/4)) / chord
	if large == sweep {
		h = -h
	}
	center := xy{(r.at.x+end.x)/2 - float64(dy*h), (r.at.y+end.y)/2 + float64(dx*h)}
	from := math.Atan2(r.at.y-center.y, r.at.x-center.x)
	turn := math.Atan2(end.y-center.y, end.x-center.x) - from
	switch {
	case sweep && turn < 0:
		turn += 2 * math.Pi
	case !sweep && turn > 0:
		turn -= 2 * math.Pi
	}
	pieces := int(math.Ceil(math.Abs(turn)/(math.Pi/2) - 1e-9))
	step := turn / float64(pieces)
	k := 4.0 / 3 * math.Tan(step/4)
	on := func(angle, s float64) xy { // the point at an angle, and s along the tangent there
		sin, cos := math.Sincos(angle)
		return xy{center.x + float64(radius*(cos-float64(s*sin))), center.y + float64(radius*(sin+float64(s*cos)))}
	}
	for i := range pieces {
		a := from + float64(step*float64(i))
		last := on(a+step, 0)
		if i == pieces-1 {
			last = end
		}
		r.to('C', on(a, k), on(a+step, -k), last)
	}
}
