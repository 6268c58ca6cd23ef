package research

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Unknown stands where a value is null: not known, or not applicable.
const Unknown = "–"

// Show is a value as people read it: counts with separators, shares in percent.
// Text is as it is: whoever shows it escapes it.
func (c Column) Show(v any) string {
	switch v := v.(type) {
	case nil:
		return Unknown
	case int64:
		return Thousands(v)
	case float64:
		if c.Type == TypeShare {
			return Percent(v)
		}
		return strconv.FormatFloat(v, 'g', 6, 64)
	}
	return Exact(v)
}

// Exact is a value as programs read it, without separators; null is empty.
func Exact(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	}
	return fmt.Sprint(v)
}

// Percent writes a share with two digits that count: one in ten thousand is the
// usual case here.
func Percent(share float64) string {
	if math.IsNaN(share) || math.IsInf(share, 0) {
		return Unknown
	}
	p := 100 * share
	digits := 1
	if p != 0 && math.Abs(p) < 1 {
		digits = min(1-int(math.Floor(math.Log10(math.Abs(p)))), 6)
	}
	return strconv.FormatFloat(p, 'f', digits, 64) + " %"
}

// Thousands writes n with commas.
func Thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// Heading is what stands above a column, for people.
func (c Column) Heading() string {
	if c.Label != "" {
		return c.Label
	}
	switch c.Name {
	case "n":
		return "count"
	case "total":
		return "of"
	case "unknown":
		return "could not tell"
	case "lo", "hi":
		return "95 % interval, " + c.Name
	}
	return strings.ReplaceAll(c.Name, "_", " ")
}

// Coverage says how many could not be told, of how many. Rows of several groups
// count a name more than once: then, told by the number of names in the
// snapshot, it speaks of cases.
func (r Result) Coverage() string {
	what := "names"
	if r.Names > r.Held {
		what = "cases (a name stands in several rows)"
	}
	return fmt.Sprintf("%s of %s %s", r.Untold(), Thousands(r.Names), what)
}

// Untold is how many could not be told.
func (r Result) Untold() string {
	if r.AtLeast {
		return "at least " + Thousands(r.Unknown)
	}
	return Thousands(r.Unknown)
}

// Numeric says whether values of a column stand right-aligned.
func (c Column) Numeric() bool {
	return c.Type == TypeCount || c.Type == TypeShare || c.Type == TypeFloat
}

// Beside is a published value as text, count and share; the row of ours that it
// is of, if there is one, stands beside it.
func (p Published) Beside() (count, share string) {
	share = Unknown
	switch {
	case p.Share > 0:
		share = Percent(p.Share)
	case p.Total > 0:
		share = Percent(float64(p.N) / float64(p.Total))
	}
	switch {
	case p.Total > 0:
		return Thousands(p.N) + " / " + Thousands(p.Total), share
	case p.N == 0 && p.Share > 0:
		return Unknown, share
	}
	return Thousands(p.N), share
}

// CSV is a result for programs: RFC 4180 but for line feeds alone, as the tools of
// the trade write it; one header line, values exact and unescaped, null empty.
func (r Result) CSV() ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	record := make([]string, len(r.Columns))
	for i, c := range r.Columns {
		record[i] = c.Name
	}
	if err := w.Write(record); err != nil {
		return nil, err
	}
	for _, row := range r.Rows {
		for i, v := range row {
			record[i] = Exact(v)
		}
		if err := w.Write(record); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}
