package figure

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"stscan/analysis/research"
)

// namer gives each class of a field the text that stands for it in the figure.
// Two classes never share one, though texts are cut and escaped.
type namer struct {
	letters lettering
	names   map[any]string
	taken   map[string]bool
	seen    []class
}

type class struct {
	name  string
	place float64 // of a number or a time; a class of texts has none
}

func newNamer(l lettering) *namer {
	return &namer{letters: l, names: map[any]string{}, taken: map[string]bool{}}
}

func (n *namer) name(v any) string {
	c := class{place: math.Inf(1)}
	switch t := v.(type) {
	case time.Time:
		c.place = float64(t.UnixMilli())
		v = t.UnixMilli()
		c.name = day(t)
	case int64:
		c.place = float64(t)
	case float64:
		c.place = t
		v = strconv.FormatFloat(t, 'g', 6, 64) // NaN is no key of a map
	}
	if name, ok := n.names[v]; ok {
		return name
	}
	if c.name == "" {
		c.name = n.letters(classText(v))
	}
	c.name = n.free(c.name)
	n.names[v] = c.name
	n.seen = append(n.seen, c)
	return c.name
}

func (n *namer) free(name string) string {
	if name == "" {
		name = "(empty)"
	}
	free := name
	for k := 2; n.taken[free]; k++ {
		free = fmt.Sprintf("%s (%d)", name, k)
	}
	n.taken[free] = true
	return free
}

// classes are the names, in the order in which they were seen or along the scale they are steps of.
func (n *namer) classes(ordered bool) []string {
	if ordered {
		slices.SortStableFunc(n.seen, func(a, b class) int { return cmp.Compare(a.place, b.place) })
	}
	names := make([]string, len(n.seen))
	for i, c := range n.seen {
		names[i] = c.name
	}
	return names
}

// classText is a value in words. Null is a class of its own: what is not known.
func classText(v any) string {
	switch v := v.(type) {
	case nil:
		return "unknown"
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case int64:
		if v >= 10_000 {
			return research.Thousands(v)
		}
	}
	return fmt.Sprint(v)
}

// day is how a moment is written where it is a class.
func day(t time.Time) string {
	t = t.UTC()
	if t.Equal(t.Truncate(24 * time.Hour)) {
		return t.Format(time.DateOnly)
	}
	return t.Format("2006-01-02 15:04")
}
