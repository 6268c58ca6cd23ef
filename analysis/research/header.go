package research

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
)

// keys are the keys of a header, in the order in which it has them.
var keys = []key{
	{name: "id", need: true}, {name: "title", need: true}, {name: "group", need: true}, {name: "order"},
	{name: "cite", need: true}, {name: "sure", need: true},
	{name: "population", need: true}, {name: "numerator", need: true}, {name: "denominator", need: true},
	{name: "axes"}, {name: "parameters"}, {name: "needs"}, {name: "chart"},
	{name: "note", repeats: true}, {name: "published", repeats: true},
}

type key struct {
	name    string
	need    bool // in every header
	repeats bool
}

// sureties are the words of key sure.
var sureties = []string{"P", "S", "K", "D"}

// headerError is what is wrong with a file, and in which line of it.
func headerError(file string, line int, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", file, line, fmt.Sprintf(format, args...))
}

// Parse reads the file of a metric: a header of lines "-- key: value" from the
// first line on, and below it one query. Whatever the header does not know, has
// twice or lacks is an error that names file and line.
func Parse(file, text string) (Metric, error) {
	m := Metric{File: file}
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	seen := map[string]int{}
	n := 0
	for ; n < len(lines) && strings.HasPrefix(lines[n], "--"); n++ {
		name, value, ok := strings.Cut(strings.TrimPrefix(lines[n], "--"), ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || value == "" {
			return m, headerError(file, n+1, "no \"-- key: value\": %q", lines[n])
		}
		k := slices.IndexFunc(keys, func(k key) bool { return k.name == name })
		if k < 0 {
			return m, headerError(file, n+1, "unknown key %q; a header has %s", name, keyNames())
		}
		if at := seen[name]; at > 0 && !keys[k].repeats {
			return m, headerError(file, n+1, "key %q a second time, first in line %d", name, at)
		}
		seen[name] = n + 1
		if err := m.set(name, value); err != nil {
			return m, headerError(file, n+1, "%s: %v", name, err)
		}
	}
	for _, k := range keys {
		if k.need && seen[k.name] == 0 {
			return m, headerError(file, n+1, "the header has no key %q", k.name)
		}
	}
	if base := strings.TrimSuffix(path.Base(file), ".sql"); m.ID != base {
		return m, headerError(file, seen["id"], "id %q in a file called %s", m.ID, path.Base(file))
	}
	m.SQL = strings.TrimSpace(strings.Join(lines[n:], "\n"))
	if m.SQL == "" {
		return m, headerError(file, n+1, "no query below the header")
	}
	return m, nil
}

func keyNames() string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.name
	}
	return strings.Join(names, ", ")
}

// set takes one line of a header over.
func (m *Metric) set(name, value string) (err error) {
	switch name {
	case "id":
		m.ID, err = word(value)
	case "title":
		m.Title = value
	case "group":
		m.Group, err = word(value)
	case "order":
		m.Order, err = strconv.Atoi(value)
	case "cite":
		m.Cite = value
	case "sure":
		m.Sure, err = oneOf(value, sureties)
	case "population":
		m.Population = value
	case "numerator":
		m.Numerator = value
	case "denominator":
		m.Denominator = value
	case "axes":
		m.Axes, err = words(value)
	case "parameters":
		m.Parameters, err = words(value)
		for _, p := range m.Parameters {
			if err == nil && !isParameter(p) {
				err = fmt.Errorf("no parameter is called %q; there is %s", p, strings.Join(parameterNames(), ", "))
			}
		}
	case "needs":
		m.Needs, err = needs(value)
	case "chart":
		m.Chart, err = parseChart(value)
	case "note":
		m.Notes = append(m.Notes, value)
	case "published":
		var p Published
		p, err = parsePublished(value)
		m.Published = append(m.Published, p)
	}
	return err
}

// word is an identifier: what stands in commands, columns and file names.
func word(value string) (string, error) {
	for i := range len(value) {
		c := value[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9' || i == 0) && c != '_' {
			return "", fmt.Errorf("%q is no word of a-z, 0-9 and _ that begins with a letter", value)
		}
	}
	if value == "" {
		return "", fmt.Errorf("a word is empty")
	}
	return value, nil
}

// words are identifiers separated by commas.
func words(value string) ([]string, error) {
	var out []string
	for part := range strings.SplitSeq(value, ",") {
		w, err := word(strings.TrimSpace(part))
		if err != nil {
			return nil, err
		}
		out = append(out, w)
	}
	return out, nil
}

func oneOf(value string, allowed []string) (string, error) {
	if !slices.Contains(allowed, value) {
		return "", fmt.Errorf("%q is none of %s", value, strings.Join(allowed, ", "))
	}
	return value, nil
}
