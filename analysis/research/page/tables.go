package page

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"stscan/analysis/research"
	"stscan/internal/escape"
)

// writeTables writes each result as a CSV file and as a LaTeX table. A result
// that the snapshots cannot give has no table.
func writeTables(dir string, results []research.Result) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, r := range results {
		if r.Missing != "" {
			continue
		}
		data, err := r.CSV()
		if err != nil {
			return fmt.Errorf("%s: %w", r.Metric.ID, err)
		}
		base := filepath.Join(dir, r.Metric.ID)
		if err := errors.Join(os.WriteFile(base+".csv", data, 0o644), os.WriteFile(base+".tex", LaTeX(r), 0o644)); err != nil {
			return err
		}
	}
	return nil
}

// LaTeX is a result as a table environment; it needs \usepackage{booktabs}. What the
// caption has no room for stands in comments.
func LaTeX(r research.Result) []byte {
	var b bytes.Buffer
	m := r.Metric
	fmt.Fprintf(&b, "%% %s\n%% needs \\usepackage{booktabs}\n", comment(m.ID))
	for _, f := range r.Facts() {
		fmt.Fprintf(&b, "%% %s: %s\n", f.Name, comment(f.Text))
	}
	for _, note := range r.Notes {
		fmt.Fprintf(&b, "%% note: %s\n", comment(note))
	}
	for line := range strings.Lines(r.SQL) {
		fmt.Fprintf(&b, "%%   %s\n", comment(strings.TrimSuffix(line, "\n")))
	}
	fmt.Fprintf(&b, "\\begin{table}\n\\centering\n\\caption{%s}\n\\label{tab:%s}\n\\begin{tabular}{", tex(caption(r)), tex(strings.ReplaceAll(m.ID, "_", "-")))
	for _, c := range r.Columns {
		if c.Numeric() {
			b.WriteByte('r')
		} else {
			b.WriteByte('l')
		}
	}
	b.WriteString("}\n\\toprule\n")
	for i, c := range r.Columns {
		texCell(&b, i, c.Heading())
	}
	b.WriteString(" \\\\\n\\midrule\n")
	for _, row := range r.Rows {
		for i, v := range row {
			texCell(&b, i, r.Columns[i].Show(v))
		}
		b.WriteString(" \\\\\n")
	}
	b.WriteString("\\bottomrule\n\\end{tabular}\n\\end{table}\n")
	return b.Bytes()
}

// caption says what a table counts, of what, and what could not be told.
func caption(r research.Result) string {
	s := r.Metric.Title + "."
	if r.Metric.Denominator != "" {
		s += " Share of " + r.Metric.Denominator + "."
	}
	return s + " Inconclusive: " + r.Untold() + "."
}

func texCell(b *bytes.Buffer, i int, text string) {
	if i > 0 {
		b.WriteString(" & ")
	}
	b.WriteString(tex(text))
}

// comment keeps s on its line.
func comment(s string) string { return escape.String(s) }

var texSpecial = strings.NewReplacer(
	`\`, `\textbackslash{}`, `{`, `\{`, `}`, `\}`, `$`, `\$`, `&`, `\&`, `#`, `\#`, `%`, `\%`, `_`, `\_`,
	`^`, `\textasciicircum{}`, `~`, `\textasciitilde{}`, `<`, `\textless{}`, `>`, `\textgreater{}`, `|`, `\textbar{}`,
	`"`, `\textquotedbl{}`, research.Unknown, `--`, ` %`, `\,\%`)

// tex writes text so that TeX prints it and obeys nothing in it.
func tex(s string) string { return texSpecial.Replace(escape.String(s)) }
