package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"stscan/analysis/research"
	"stscan/analysis/research/duck"
	"stscan/internal/escape"
)

// metricChoice says which metrics are meant.
type metricChoice struct {
	ids   []string
	paper string
	dir   string // of the user's
}

// given says whether some metrics were chosen.
func (c metricChoice) given() bool { return len(c.ids) > 0 || c.paper != "" }

// metrics are those meant, in the order of the report, or that of --metric.
func (c metricChoice) metrics() ([]research.Metric, error) {
	all, err := research.Metrics()
	if err != nil {
		return nil, failf("%v", err)
	}
	if c.dir != "" {
		own, err := research.ReadDir(c.dir)
		if err == nil {
			all, err = research.Ordered(append(all, own...))
		}
		if err != nil {
			return nil, usagef("--metrics-dir: %v", err)
		}
	}
	switch {
	case len(c.ids) > 0 && c.paper != "":
		return nil, usagef("give --metric or --paper, not both")
	case c.paper != "":
		return c.ofPaper(all)
	case len(c.ids) > 0:
		return c.named(all)
	}
	return all, nil
}

// ofPaper are the metrics of a study: a group whose metrics cite what is printed.
func (c metricChoice) ofPaper(all []research.Metric) ([]research.Metric, error) {
	var found []research.Metric
	var studies []string
	for _, m := range all {
		if m.Group == c.paper {
			found = append(found, m)
		}
		if strings.ContainsAny(m.Group, "0123456789") && !slices.Contains(studies, m.Group) {
			studies = append(studies, m.Group)
		}
	}
	if len(found) == 0 {
		return nil, usagef("--paper %q: want one of %s", c.paper, strings.Join(studies, ", "))
	}
	return found, nil
}

func (c metricChoice) named(all []research.Metric) ([]research.Metric, error) {
	var found []research.Metric
	for _, id := range c.ids {
		i := slices.IndexFunc(all, func(m research.Metric) bool { return m.ID == id })
		if i < 0 {
			return nil, usagef("--metric %q: there is none of this id%s; scan report --list shows all", id, nearest(id, all))
		}
		found = append(found, all[i])
	}
	return found, nil
}

// nearest names the metrics whose ids are most like one that is none.
func nearest(id string, all []research.Metric) string {
	best := 1 + len(id)/2 // what is further off is another word
	var ids []string
	for _, m := range all {
		d := editDistance(id, m.ID)
		if id != "" && strings.Contains(m.ID, id) {
			d = min(d, 1)
		}
		if d < best {
			best, ids = d, nil
		}
		if d == best {
			ids = append(ids, m.ID)
		}
	}
	if len(ids) == 0 {
		return ""
	}
	return ", but " + strings.Join(ids[:min(len(ids), 5)], ", ")
}

// editDistance counts the letters to insert, remove or replace (Levenshtein).
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

func listMetrics(w io.Writer, metrics []research.Metric, format string) error {
	if format == formatJSON {
		return writeJSON(w, metrics)
	}
	t := newTextTable([]duck.Column{{Name: "id"}, {Name: "group"}, {Name: "needs"}, {Name: "title"}})
	for _, m := range metrics {
		title := escape.String(m.Title)
		if err := t.add(w, []string{m.ID, m.Group, strings.Join(m.Needs, ","), title}); err != nil {
			return failf("%v", err)
		}
	}
	if err := t.flush(w); err != nil {
		return failf("%v", err)
	}
	return nil
}

// readWeights reads lines of label,weight.
func readWeights(name string) ([]duck.Weight, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, usagef("--weights: %v", err)
	}
	defer file.Close()
	r := csv.NewReader(file)
	r.FieldsPerRecord, r.Comment = 2, '#'
	seen := map[string]bool{}
	var weights []duck.Weight
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, usagef("--weights: %s: %v", name, err)
		}
		line, _ := r.FieldPos(0)
		value, err := strconv.ParseFloat(strings.TrimSpace(record[1]), 64)
		switch {
		case err != nil && line == 1:
			continue // names of the columns
		case err != nil || math.IsNaN(value) || math.IsInf(value, 0) || value < 0:
			return nil, usagef("--weights: %s: line %d: %q is no weight", name, line, record[1])
		case seen[record[0]]:
			return nil, usagef("--weights: %s: line %d: %q stands there a second time", name, line, record[0])
		}
		seen[record[0]] = true
		weights = append(weights, duck.Weight{Label: record[0], Value: value})
	}
	if len(weights) == 0 {
		return nil, usagef("--weights: %s: no line of label,weight", name)
	}
	return weights, nil
}

// whyMissing is what a metric says in place of a table.
func whyMissing(r research.Result) string { return fmt.Sprintf("not computed: %s", r.Missing) }
