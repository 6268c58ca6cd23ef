package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"stscan/analysis/research"
	"stscan/analysis/research/duck"
	"stscan/analysis/research/figure"
	"stscan/internal/escape"
)

// chartWidth fits a terminal of the usual width.
const chartWidth = 78

// resultPrinter writes results for people, and for programs.
type resultPrinter struct {
	snapshots []duck.Snapshot
	ruleset   string
	beside    bool // the values in print stand beside ours
}

func (p resultPrinter) print(w io.Writer, format string, results []research.Result) error {
	var err error
	switch format {
	case formatCSV:
		err = printCSV(w, results)
	case formatJSON:
		err = p.printJSON(w, results)
	case formatTeX:
		err = printTeX(w, results)
	default:
		err = p.printTables(w, results)
	}
	if err != nil {
		return failf("%v", err)
	}
	return nil
}

func (p resultPrinter) printTables(w io.Writer, results []research.Result) error {
	v, _ := version()
	for _, s := range p.snapshots {
		fmt.Fprintf(w, "snapshot %s: %s of %s names (%s), ruleset %s, rules version %s; stscan %s\n", escape.String(s.ID),
			thousands(s.Manifest.Counts.Rows), thousands(s.Manifest.Names), s.Manifest.State, p.ruleset, escape.String(s.Manifest.RulesVersion), v)
	}
	for _, r := range results {
		if err := p.printResult(w, r); err != nil {
			return err
		}
	}
	return nil
}

func (p resultPrinter) printResult(w io.Writer, r research.Result) error {
	m := r.Metric
	fmt.Fprintf(w, "\n%s  %s\n%s\n", m.ID, escape.String(m.Title), escape.String(m.Cite))
	if r.Missing != "" {
		fmt.Fprintln(w, whyMissing(r))
		return nil
	}
	fmt.Fprintf(w, "share of %s that is %s: %s names, %s of them inconclusive\n", escape.String(m.Denominator), escape.String(m.Numerator),
		thousands(int(r.Names)), thousands(int(r.Unknown)))
	for _, name := range m.Parameters {
		fmt.Fprintf(w, "%s = %s\n", name, r.Params[name])
	}
	fmt.Fprintln(w)
	if err := p.printRows(w, r); err != nil {
		return err
	}
	if m.Chart != nil {
		fmt.Fprintf(w, "\n%s", figure.Text(r, chartWidth))
	}
	for _, note := range r.Notes {
		fmt.Fprintf(w, "\n* %s", escape.String(note))
	}
	fmt.Fprintf(w, "\n\n  %s\n", strings.ReplaceAll(r.SQL, "\n", "\n  "))
	return nil
}

func (p resultPrinter) printRows(w io.Writer, r research.Result) error {
	t := &textTable{right: make([]bool, len(r.Columns)), width: make([]int, len(r.Columns))}
	var head []string
	for i, c := range r.Columns {
		head = append(head, escape.String(c.Name))
		t.right[i] = c.Type == research.TypeCount || c.Type == research.TypeShare || c.Type == research.TypeFloat
	}
	beside := p.beside && len(r.Metric.Published) > 0
	if beside {
		head = append(head, "in print", "share")
		t.right, t.width = append(t.right, true, true), append(t.width, 0, 0)
	}
	t.hold(head)
	for _, row := range r.Rows {
		var cells []string
		for i, v := range row {
			cells = append(cells, cut(shownValue(r.Columns[i], v)))
		}
		if beside {
			cells = append(cells, inPrint(r, row)...)
		}
		t.hold(cells)
	}
	return t.flush(w)
}

// inPrint is the published value of a row, and its share.
func inPrint(r research.Result, row []any) []string {
	for _, published := range r.Metric.Published {
		if !published.Of(r.Columns, row) {
			continue
		}
		cells := []string{"", ""}
		if published.N > 0 || published.Share == 0 {
			cells[0] = thousands(int(published.N))
		}
		switch {
		case published.Share > 0:
			cells[1] = percentOf(published.Share)
		case published.Total > 0:
			cells[0] += " / " + thousands(int(published.Total))
			cells[1] = percentOf(float64(published.N) / float64(published.Total))
		}
		return cells
	}
	return []string{"", ""}
}

// shownValue is a value as people read it.
func shownValue(c research.Column, v any) string {
	switch v := v.(type) {
	case nil:
		return "-"
	case int64:
		return thousands(int(v))
	case float64:
		if c.Type == research.TypeShare {
			return percentOf(v)
		}
		return strconv.FormatFloat(v, 'g', 4, 64)
	}
	return escape.String(exactValue(v))
}

// exactValue is a value as programs read it; null is nothing.
func exactValue(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case time.Time:
		return timeText(v, "")
	}
	return fmt.Sprint(v)
}

// percentOf writes a share with three digits that count: it may be one in ten thousand.
func percentOf(share float64) string {
	p := 100 * share
	digits := 1
	if p != 0 && math.Abs(p) < 10 {
		digits = min(2-int(math.Floor(math.Log10(math.Abs(p)))), 6)
	}
	return strconv.FormatFloat(p, 'f', digits, 64) + "%"
}

// printCSV writes one table after the other, each behind a comment line if there
// are several. What is missing is a comment.
func printCSV(w io.Writer, results []research.Result) error {
	for _, r := range results {
		if len(results) > 1 || r.Missing != "" {
			fmt.Fprintf(w, "# %s\n", r.Metric.ID)
		}
		if r.Missing != "" {
			fmt.Fprintf(w, "# %s\n", whyMissing(r))
			continue
		}
		out := csv.NewWriter(w)
		record := make([]string, len(r.Columns))
		for i, c := range r.Columns {
			record[i] = c.Name
		}
		if err := out.Write(record); err != nil {
			return err
		}
		for _, row := range r.Rows {
			for i, v := range row {
				record[i] = exactValue(v)
			}
			if err := out.Write(record); err != nil {
				return err
			}
		}
		out.Flush()
		if err := out.Error(); err != nil {
			return err
		}
	}
	return nil
}

// printedResult is a result as --json prints it.
type printedResult struct {
	ID        string            `json:"id"`
	Title     string            `json:"title"`
	Cite      string            `json:"cite"`
	Ruleset   string            `json:"ruleset"`
	Snapshots []string          `json:"snapshots"`
	Params    map[string]string `json:"params"`
	Missing   string            `json:"missing,omitempty"`
	Names     int64             `json:"names"`
	Unknown   int64             `json:"unknown"`
	Columns   []string          `json:"columns"`
	Rows      [][]any           `json:"rows"`
	Seconds   float64           `json:"seconds"`
	SQL       string            `json:"sql"`
}

func (p resultPrinter) printJSON(w io.Writer, results []research.Result) error {
	for _, r := range results {
		printed := printedResult{
			ID: r.Metric.ID, Title: r.Metric.Title, Cite: r.Metric.Cite, Ruleset: p.ruleset, Snapshots: r.Snapshots, Params: r.Params,
			Missing: r.Missing, Names: r.Names, Unknown: r.Unknown, Columns: []string{}, Rows: r.Rows, Seconds: r.Elapsed.Seconds(), SQL: r.SQL,
		}
		for _, c := range r.Columns {
			printed.Columns = append(printed.Columns, c.Name)
		}
		if err := writeJSON(w, printed); err != nil {
			return err
		}
	}
	return nil
}
