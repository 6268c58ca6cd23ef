package research

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// marks are what Chart.Mark may be.
var marks = []string{"bar", "stacked", "line", "cdf", "heatmap", "point"}

// parseChart reads "bar x=tld y=share color=class facet=layer logx share".
func parseChart(value string) (*Chart, error) {
	fields := strings.Fields(value)
	mark, err := oneOf(fields[0], marks)
	if err != nil {
		return nil, err
	}
	c := &Chart{Mark: mark}
	for _, f := range fields[1:] {
		name, column, ok := strings.Cut(f, "=")
		switch {
		case f == "logx":
			c.LogX = true
		case f == "share":
			c.Share = true
		case ok && name == "x":
			c.X, err = word(column)
		case ok && name == "y":
			c.Y, err = word(column)
		case ok && name == "color":
			c.Color, err = word(column)
		case ok && name == "facet":
			c.Facet, err = word(column)
		default:
			err = fmt.Errorf("%q is none of x=, y=, color=, facet=, logx, share", f)
		}
		if err != nil {
			return nil, err
		}
	}
	if c.X == "" || c.Y == "" {
		return nil, errors.New("x= and y= are needed")
	}
	return c, nil
}

// parsePublished reads "tld=com n=53800 total=73939004 share=0.0007": columns
// that find the row, then what is printed of it. A value with a blank in it
// stands in double quotes.
func parsePublished(value string) (Published, error) {
	p := Published{Where: map[string]string{}}
	counted := false
	for rest := value; rest != ""; {
		name, text, ok := strings.Cut(rest, "=")
		if _, err := word(name); err != nil || !ok {
			return p, fmt.Errorf("no column=value: %q", rest)
		}
		if text, rest, ok = cutValue(text); !ok {
			return p, fmt.Errorf("a quote is not closed: %q", text)
		}
		var err error
		switch name {
		case "n":
			p.N, err = strconv.ParseInt(text, 10, 64)
		case "total":
			p.Total, err = strconv.ParseInt(text, 10, 64)
		case "share":
			p.Share, err = strconv.ParseFloat(text, 64)
		default:
			if _, twice := p.Where[name]; twice {
				return p, fmt.Errorf("column %s a second time", name)
			}
			p.Where[name] = text
		}
		if err != nil {
			return p, fmt.Errorf("%s=%s is no number", name, text)
		}
		counted = counted || name == "n" || name == "share"
	}
	if !counted {
		return p, errors.New("neither n= nor share=")
	}
	return p, nil
}

// cutValue takes the first value off, without its quotes; ok is false if they
// are not closed.
func cutValue(text string) (value, rest string, ok bool) {
	ok = true
	if quoted, is := strings.CutPrefix(text, `"`); is {
		value, rest, ok = strings.Cut(quoted, `"`)
	} else {
		value, rest, _ = strings.Cut(text, " ")
	}
	return value, strings.TrimLeft(rest, " "), ok
}
