package page

import (
	"math"
	"strconv"
	"strings"
	"time"

	"stscan/analysis/research"
	"stscan/internal/escape"
)

// unknownValue stands where a value is null: not known, or not applicable.
const unknownValue = "–"

// show is a value as people read it: counts with separators, shares in percent.
func show(c research.Column, v any) string {
	switch v := v.(type) {
	case nil:
		return unknownValue
	case int64:
		return thousands(v)
	case float64:
		if c.Type == research.TypeShare {
			return percent(v)
		}
		return strconv.FormatFloat(v, 'g', 6, 64)
	}
	return escape.String(plain(v))
}

// plain is a value as programs read it: exact, without separators; null is empty.
func plain(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	case time.Time:
		return v.UTC().Format(time.RFC3339)
	}
	return ""
}

// percent gives small shares the digits that they need: a share of one in ten
// thousand is the usual case here.
func percent(share float64) string {
	if math.IsNaN(share) || math.IsInf(share, 0) {
		return unknownValue
	}
	p := 100 * share
	digits := 1
	if p != 0 && math.Abs(p) < 1 {
		digits = min(1-int(math.Floor(math.Log10(math.Abs(p)))), 6)
	}
	return strconv.FormatFloat(p, 'f', digits, 64) + " %"
}

// thousands writes n with commas.
func thousands(n int64) string {
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

// numeric says whether a column's values stand right-aligned.
func numeric(c research.Column) bool {
	return c.Type == research.TypeCount || c.Type == research.TypeShare || c.Type == research.TypeFloat
}

// label is a column's heading.
func label(c research.Column) string {
	if c.Label != "" {
		return c.Label
	}
	return strings.ReplaceAll(c.Name, "_", " ")
}
