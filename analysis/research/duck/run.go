//go:build cgo && !noduckdb

package duck

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"stscan/analysis/research"
)

// Run asks for a metric of the newest snapshot, or of all if its query reads
// them. A metric that the snapshots cannot give has Missing and no rows; a query
// that DuckDB refuses is an *InputError.
func (db *DB) Run(ctx context.Context, m research.Metric, t research.Thresholds) (research.Result, error) {
	began := time.Now()
	newest := db.snapshots[len(db.snapshots)-1].Manifest
	r := research.Result{Metric: m, SQL: m.SQL, Notes: slices.Clone(m.Notes), Params: map[string]string{}, Ruleset: db.ruleset, Held: int64(newest.Counts.Rows)}
	for _, v := range t.Variables() {
		if slices.Contains(m.Parameters, v.Name) {
			r.Params[v.Name] = v.Value
		}
	}
	for _, s := range db.snapshots {
		r.Snapshots = append(r.Snapshots, s.ID)
	}
	held, err := db.holdings(ctx)
	if err != nil {
		return r, err
	}
	if r.Missing = m.Missing(held); r.Missing != "" {
		return r, nil
	}
	if !m.OfAll() {
		r.Snapshots = r.Snapshots[len(r.Snapshots)-1:]
	}
	if r.Sources, err = db.sourcesOf(ctx, r.Snapshots); err != nil {
		return r, err
	}
	if err := db.setThresholds(ctx, t); err != nil {
		return r, err
	}
	if err := db.fill(ctx, &r); err != nil {
		return r, metricError(m, err)
	}
	r.NoteJumps()
	r.AddShares(db.sample)
	r.Elapsed = time.Since(began)
	return r, nil
}

// metricError names the file of a metric whose query is wrong.
func metricError(m research.Metric, err error) error {
	var input *InputError
	if errors.As(err, &input) {
		return &InputError{fmt.Sprintf("%s: %s", m.File, input.text)}
	}
	return fmt.Errorf("%s: %w", m.ID, err)
}

// fill runs the query of a result.
func (db *DB) fill(ctx context.Context, r *research.Result) error {
	rows, err := db.ask(ctx, r.SQL, slices.Contains(r.Metric.Parameters, "third_party_min"))
	if err != nil {
		return err
	}
	for _, c := range rows.Columns() {
		r.Columns = append(r.Columns, research.Column{Name: c.Name, Type: typeOf(c)})
	}
	for row, err := range rows.All() {
		if err != nil {
			return errors.Join(err, rows.Close())
		}
		values := make([]any, len(row))
		for i, v := range row {
			values[i] = resultValue(v)
		}
		r.Rows = append(r.Rows, values)
	}
	return rows.Close()
}

// holdings are what the snapshots hold of what a metric may need.
func (db *DB) holdings(ctx context.Context) (research.Holdings, error) {
	if db.held != nil {
		return *db.held, nil
	}
	newest := db.snapshots[len(db.snapshots)-1]
	h := research.Holdings{
		Snapshots: len(db.snapshots), Lists: len(newest.Manifest.Inputs), Deployed: db.deployed,
		AllMX: newest.Manifest.Settings["probe-mx"] == "all", Weights: db.weighted,
	}
	ranked, err := db.strings(ctx, "SELECT 'ranked' FROM verdicts WHERE rank IS NOT NULL LIMIT 1")
	if err != nil {
		return h, err
	}
	h.Ranks = len(ranked) > 0
	for i, s := range slices.Backward(db.snapshots) {
		checks, err := db.checksOf(ctx, s)
		if err != nil {
			return h, err
		}
		if i == len(db.snapshots)-1 {
			h.Checks, h.ChecksEach = checks, slices.Clone(checks)
			continue
		}
		h.ChecksEach = slices.DeleteFunc(h.ChecksEach, func(c string) bool { return !slices.Contains(checks, c) })
	}
	// A scan that a newer program went on with has parts with and without a column.
	h.Columns, err = db.strings(ctx, fmt.Sprintf(`SELECT column_name FROM (DESCRIBE verdicts) WHERE column_name IN (
		SELECT name FROM parquet_schema(%s) GROUP BY name HAVING count(DISTINCT file_name) = %d) AND NOT list_contains(%s, column_name)`,
		list(db.judged), len(db.judged), list(db.lacks)))
	if err != nil {
		return h, err
	}
	db.held = &h
	return h, nil
}

// checksOf are the sibling standards that a snapshot asked for: as its manifest
// says, and where it does not (a demo, an older program), as its rows show. Rows that
// look alike stand side by side, so that no few of them tell.
func (db *DB) checksOf(ctx context.Context, s Snapshot) ([]string, error) {
	if said, ok := s.Manifest.Settings["checks"]; ok {
		return strings.FieldsFunc(said, func(r rune) bool { return r == ',' }), nil
	}
	return db.strings(ctx, fmt.Sprintf(`SELECT DISTINCT a.check AS name
		FROM (SELECT unnest(adopts) AS a FROM all_verdicts WHERE snapshot = %s) ORDER BY name`, quote(s.ID)))
}

// strings asks for one column of strings.
func (db *DB) strings(ctx context.Context, text string) ([]string, error) {
	rows, err := db.Query(ctx, text)
	if err != nil {
		return nil, err
	}
	var out []string
	for row, err := range rows.All() {
		if err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		s, _ := row[0].(string)
		out = append(out, s)
	}
	return out, rows.Close()
}
