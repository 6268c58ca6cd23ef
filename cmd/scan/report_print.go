package main

import (
	"fmt"
	"io"
	"strings"

	"stscan/analysis/research"
	"stscan/analysis/research/duck"
	"stscan/analysis/research/figure"
	pages "stscan/analysis/research/page"
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
		return failf("%w", err)
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
	for _, f := range r.Facts() {
		fmt.Fprintf(w, "%s: %s\n", f.Name, escape.String(f.Text))
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
		t.right[i] = c.Numeric()
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
			cells = append(cells, cut(escape.String(r.Columns[i].Show(v))))
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
		if published.Of(r.Columns, row) {
			count, share := published.Beside()
			return []string{count, share}
		}
	}
	return []string{"", ""}
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
		data, err := r.CSV()
		if err != nil {
			return err
		}
		if _, err := w.Write(data); err != nil {
			return err
		}
	}
	return nil
}

// printedResult is a result as --json prints it: as in metrics.json, on a line.
type printedResult struct {
	Ruleset string `json:"ruleset"`
	pages.MetricResult
}

func (p resultPrinter) printJSON(w io.Writer, results []research.Result) error {
	for _, r := range results {
		if err := writeJSON(w, printedResult{p.ruleset, pages.ResultJSON(r)}); err != nil {
			return err
		}
	}
	return nil
}
