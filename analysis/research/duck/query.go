//go:build cgo && !noduckdb

package duck

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"iter"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

// Rows is an answer, to be read once and closed.
type Rows struct {
	rows driver.Rows
	stmt *duckdb.Stmt
}

// Query asks one question. The rows are valid until the next question; what is
// wrong with the SQL is an *InputError.
func (db *DB) Query(ctx context.Context, text string) (*Rows, error) {
	return db.ask(ctx, text, true)
}

// ask asks one question, which may want to know who manages.
func (db *DB) ask(ctx context.Context, text string, managed bool) (*Rows, error) {
	if err := db.populate(ctx, text, managed); err != nil {
		return nil, err
	}
	stmt, err := db.prepare(text)
	if err != nil {
		return nil, err
	}
	rows, err := stmt.QueryContext(ctx, nil)
	if err != nil {
		return nil, errors.Join(plainError(err), stmt.Close())
	}
	return &Rows{rows: rows, stmt: stmt}, nil
}

// explained is what EXPLAIN would run: EXPLAIN ANALYZE runs it indeed.
var explained = regexp.MustCompile(`(?is)^\s*explain\s+(?:analyze\s+|\([^)]*\)\s*)?(.*)$`)

var (
	errSeveral = &InputError{"one statement at a time: give one SELECT (PIVOT wants its values written out: ON column IN (…))"}
	errWrites  = &InputError{"only statements that read are run: SELECT, FROM, WITH, VALUES, DESCRIBE, SUMMARIZE, SHOW, EXPLAIN"}
)

// prepare refuses what is not one statement that only reads, before anything
// is run.
func (db *DB) prepare(text string) (*duckdb.Stmt, error) {
	// Prepare without a context is the one that runs nothing: the other runs all
	// statements but the last.
	prepared, err := db.conn.Prepare(text)
	var fromDuckDB *duckdb.Error
	switch {
	case errors.As(err, &fromDuckDB):
		return nil, plainError(err)
	case err != nil: // of the driver, which counts the statements
		return nil, errSeveral
	}
	stmt := prepared.(*duckdb.Stmt)
	kind, err := stmt.StatementType()
	switch {
	case err != nil:
		return nil, errors.Join(err, stmt.Close())
	case kind == duckdb.STATEMENT_TYPE_SELECT:
		return stmt, nil
	case kind == duckdb.STATEMENT_TYPE_EXPLAIN:
		if err := db.readsOnly(explained.FindStringSubmatch(text)); err != nil {
			return nil, errors.Join(err, stmt.Close())
		}
		return stmt, nil
	}
	return nil, errors.Join(errWrites, stmt.Close())
}

func (db *DB) readsOnly(match []string) error {
	if match == nil {
		return errWrites
	}
	stmt, err := db.prepare(match[1])
	if err != nil {
		return err
	}
	return stmt.Close()
}

// Columns are those of the answer.
func (r *Rows) Columns() []Column {
	names := r.rows.Columns()
	columns := make([]Column, len(names))
	types, _ := r.rows.(driver.RowsColumnTypeDatabaseTypeName)
	for i, name := range names {
		columns[i] = Column{Name: name}
		if types != nil {
			columns[i].Type = types.ColumnTypeDatabaseTypeName(i)
		}
	}
	return columns
}

// All yields the rows in order: nil (null), bool, integers, floats, string,
// []byte, time.Time, *big.Int, []any and map[string]any (a struct), and what
// has a String method. A row is valid until the next.
func (r *Rows) All() iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		values := make([]driver.Value, len(r.rows.Columns()))
		row := make([]any, len(values))
		for {
			err := r.rows.Next(values)
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(nil, plainError(err))
				return
			}
			for i, v := range values {
				row[i] = v
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

// Close ends the answer.
func (r *Rows) Close() error { return errors.Join(r.rows.Close(), r.stmt.Close()) }

// Parquet asks one question and writes the answer to a Parquet file of DuckDB's
// own folder, which is gone after Close. It returns the name of the file.
func (db *DB) Parquet(ctx context.Context, text string) (string, error) {
	if err := db.populate(ctx, text, true); err != nil {
		return "", err
	}
	stmt, err := db.prepare(text)
	if err != nil {
		return "", err
	}
	if err := stmt.Close(); err != nil {
		return "", err
	}
	name := filepath.Join(db.spill(), "answer.parquet")
	question := strings.TrimRight(strings.TrimSpace(text), "; \n\t")
	return name, db.exec(ctx, "COPY (\n"+question+"\n) TO "+quote(name)+" (FORMAT parquet, COMPRESSION zstd)")
}

// plainError is an error of DuckDB as one line, without the excerpt of the SQL.
func plainError(err error) error {
	var e *duckdb.Error
	if !errors.As(err, &e) {
		return err
	}
	text, excerpt, _ := strings.Cut(e.Msg, "\n\nLINE ")
	text = strings.Join(strings.Fields(text), " ")
	if line, _, ok := strings.Cut(excerpt, ":"); ok && line != "1" {
		text += " (line " + line + ")"
	}
	switch e.Type {
	case duckdb.ErrorTypeOutOfMemory, duckdb.ErrorTypeIO, duckdb.ErrorTypeInternal, duckdb.ErrorTypeFatal:
		return errors.New(text)
	}
	return &InputError{text}
}
