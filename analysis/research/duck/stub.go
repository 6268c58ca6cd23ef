//go:build !cgo || noduckdb

package duck

import (
	"context"
	"iter"

	"stscan/analysis/research"
)

// DB would be snapshots that are open for SQL.
type DB struct{}

// Rows would be an answer.
type Rows struct{}

// Open fails with ErrNoDuckDB.
func Open(context.Context, []string, Options) (*DB, error) { return nil, ErrNoDuckDB }

// Close does nothing.
func (*DB) Close() error { return nil }

// Snapshots are none.
func (*DB) Snapshots() []Snapshot { return nil }

// Query fails with ErrNoDuckDB.
func (*DB) Query(context.Context, string) (*Rows, error) { return nil, ErrNoDuckDB }

// Parquet fails with ErrNoDuckDB.
func (*DB) Parquet(context.Context, string) (string, error) { return "", ErrNoDuckDB }

// Run fails with ErrNoDuckDB.
func (*DB) Run(context.Context, research.Metric, research.Thresholds) (research.Result, error) {
	return research.Result{}, ErrNoDuckDB
}

// Columns are none.
func (*Rows) Columns() []Column { return nil }

// All are no rows.
func (*Rows) All() iter.Seq2[[]any, error] { return func(func([]any, error) bool) {} }

// Close does nothing.
func (*Rows) Close() error { return nil }
