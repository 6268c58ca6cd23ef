// Package page writes a report: one self-contained HTML page, and beside it the
// figures, the tables and the numbers behind them as files. It draws and writes
// results and computes none. What came from the network is shown as text, with
// everything escaped that does not print as itself.
package page

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"stscan/analysis/research"
	"stscan/internal/taxonomy"
)

// Report is everything that a page shows.
type Report struct {
	Title     string
	Snapshots []Snapshot // oldest first
	Ruleset   string
	Results   []research.Result // in the order in which they are shown
	Codes     []CodeCount       // what is known of each code that occurs
	Remarks   []Remark          // about the source that is reproduced, if there is one
}

// Snapshot says what one snapshot is of, and how it was made.
type Snapshot struct {
	ID        string    `json:"id"`
	State     string    `json:"state"`
	Tool      string    `json:"tool"`
	Rules     string    `json:"rules_version"` // of the scan
	Lists     []string  `json:"lists"`
	Names     int64     `json:"names"`
	Rows      int64     `json:"rows"`
	Started   time.Time `json:"started_at"`
	Ended     time.Time `json:"ended_at,omitzero"` // zero: not ended
	Contact   string    `json:"contact"`
	Resolvers []string  `json:"resolvers"`
}

// CodeCount is how often a code occurs, with a few of its findings.
type CodeCount struct {
	Code     taxonomy.Code
	Names    int64
	Examples []Example
}

// Example is one finding. Where and Got came from the network.
type Example struct {
	Domain, Where, Got string
}

// Remark is a passage about the published source, such as numbers of a paper
// that do not add up.
type Remark struct {
	Heading string
	Items   []string
}

// The files of a report.
const (
	pageName    = "report.html"
	metricsName = "metrics.json"
	figuresDir  = "figures"
	tablesDir   = "tables"
)

// ErrNotOurs is wrapped by the error for a folder that holds something else
// than an earlier report.
var ErrNotOurs = errors.New("holds other files than a report")

// Write writes the report to dir, as a whole: it is made beside dir and takes the
// place of an earlier report when it is complete. A folder that holds anything
// else is left alone.
func Write(dir string, r Report) (err error) {
	dir = filepath.Clean(dir)
	if err := mayReplace(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	made, err := os.MkdirTemp(filepath.Dir(dir), "."+filepath.Base(dir)+".*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(made)
	if err := writeAll(made, r); err != nil {
		return err
	}
	if err := os.Chmod(made, 0o755); err != nil {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	return os.Rename(made, dir)
}

// mayReplace refuses a folder with anything in it that no report has.
func mayReplace(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		switch e.Name() {
		case pageName, metricsName, figuresDir, tablesDir:
		default:
			return fmt.Errorf("%s %w (%s); choose another folder", dir, ErrNotOurs, e.Name())
		}
	}
	return nil
}

func writeAll(dir string, r Report) error {
	charts, err := drawCharts(filepath.Join(dir, figuresDir), r.Results)
	if err != nil {
		return err
	}
	if err := writeTables(filepath.Join(dir, tablesDir), r.Results); err != nil {
		return err
	}
	numbers, err := metricsJSON(r)
	if err != nil {
		return err
	}
	html, err := renderHTML(r, charts)
	if err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(dir, metricsName), numbers, 0o644),
		os.WriteFile(filepath.Join(dir, pageName), html, 0o644))
}
