package research

import (
	"fmt"
	"math"
	"strings"
)

// Around are thresholds in which the one of this name has another value: half and twice
// as much, or true for false. Those under which no class is left are none, and how many
// rows a table has (top) is not of that kind.
func (t Thresholds) Around(name string) []Thresholds {
	if name == "strict_rfc" {
		t.StrictRFC = !t.StrictRFC
		return []Thresholds{t}
	}
	var around []Thresholds
	for _, factor := range []float64{.5, 2} {
		other := t
		value := other.number(name)
		if value == nil {
			return nil
		}
		*value = int(float64(*value) * factor)
		if other != t && other.Check() == nil {
			around = append(around, other)
		}
	}
	return around
}

// number is the threshold of this name that shares depend on; nil if there is none.
func (t *Thresholds) number(name string) *int {
	switch name {
	case "third_party_min":
		return &t.ThirdPartyMin
	case "self_max":
		return &t.SelfMax
	case "typo_max":
		return &t.TypoMax
	case "bin":
		return &t.Bin
	}
	return nil
}

// Sensitivity is one line: what is different in other, the same metric with another value
// of this threshold.
func (r Result) Sensitivity(name string, other Result) string {
	before, after := r.byAxes(), other.byAxes()
	var differ, gone int
	var most string
	largest := -1.
	for _, row := range r.Rows { // in their order, so that the first of equals is told
		key := r.axesOf(row)
		then, now := before[key], after[key]
		switch {
		case !now.told:
			gone++
		case then != now:
			differ++
			if by := math.Abs(now.share - then.share); by > largest {
				largest = by
				most = fmt.Sprintf("; most: %s, %s of %s in place of %s of %s", key, Thousands(now.n), Thousands(now.total), Thousands(then.n), Thousands(then.total))
			}
		}
	}
	text := fmt.Sprintf("%s = %s in place of %s: ", name, other.Params[name], r.Params[name])
	added := len(after) - (len(before) - gone)
	if differ+gone+added == 0 {
		return text + "no row differs."
	}
	return text + fmt.Sprintf("of %d rows %d differ, %d gone, %d new%s.", len(before), differ, gone, added, most)
}

// counts are those of a row.
type counts struct {
	told     bool // there is such a row
	n, total int64
	share    float64
}

// byAxes are the counts of the rows by their axes.
func (r *Result) byAxes() map[string]counts {
	rows := map[string]counts{}
	n, total := r.column("n"), r.column("total")
	if n < 0 || total < 0 {
		return rows
	}
	for _, row := range r.Rows {
		c := counts{told: true}
		c.n, _ = row[n].(int64)
		if c.total, _ = row[total].(int64); c.total > 0 {
			c.share = float64(c.n) / float64(c.total)
		}
		rows[r.axesOf(row)] = c
	}
	return rows
}

// axesOf is what a row is about, for people: "manager self, layer any".
func (r *Result) axesOf(row []any) string {
	var axes []string
	for _, name := range r.Metric.Axes {
		if i := r.column(name); i >= 0 {
			axes = append(axes, name+" "+r.Columns[i].Show(row[i]))
		}
	}
	return strings.Join(axes, ", ")
}
