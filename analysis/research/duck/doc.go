// Package duck runs SQL over snapshots, with the DuckDB that is linked into the
// program: the questions of scan query, and the metrics of analysis/research.
//
// It reads and nothing else. A statement must be one that only reads, and while
// it runs DuckDB can open the parts of the snapshots given and its own folder for
// what does not fit into memory, no other file and no connection; it cannot
// change these settings either.
//
// A build without cgo, or with -tags noduckdb, has the same functions, of which
// Open fails with ErrNoDuckDB.
package duck

import (
	"errors"

	"stscan/sinks"
)

// ErrNoDuckDB is what every use of a build without DuckDB ends in.
var ErrNoDuckDB = errors.New("this build has no DuckDB: build with cgo and a C++ compiler, without -tags noduckdb")

// Options say how snapshots are opened. The zero value is ready for use.
type Options struct {
	Ruleset  string // whose verdicts are meant; "" = rfc
	Partial  bool   // take snapshots that are not complete, too
	Together bool   // tables hold the rows of all snapshots, not of the newest alone
	Memory   string // what DuckDB may use before it spills to disk, such as 4GiB; "" = 1GiB
	Threads  int    // 0 = one a CPU
	Sample   bool   // the list is a sample: metrics have intervals
	Weights  []Weight
}

// Weight is how much an operator counts: users, messages. Metrics find them in
// table weights.
type Weight struct {
	Label string // as in mx_provider
	Value float64
}

// Snapshot is one that is open.
type Snapshot struct {
	ID       string // unique among those open together
	Dir      string
	Manifest sinks.Manifest
}

// InputError is about what was asked for, not about a failure of ours: another
// snapshot, flag or SQL mends it. It is one line.
type InputError struct{ text string }

func (e *InputError) Error() string { return e.text }

// Column is a column of an answer.
type Column struct {
	Name string
	Type string // DuckDB's name of it, such as BIGINT or VARCHAR[]
}

// Table is one of those that a question can read.
type Table struct{ Name, Doc string }

// Tables are those there are. Each but snapshots has a twin all_*, with the rows
// of all snapshots where its own are of the newest alone.
func Tables() []Table {
	return []Table{
		{"domains", "one row a name: what was observed of it"},
		{"mx", "one row an SMTP session"},
		{"certs", "one row a certificate"},
		{"verdicts", "one row a name: what the evidence means"},
		{"verdicts_deployed", "the same under ruleset deployed, where scan classify wrote it"},
		{"names", "one row a name: verdict, and the populations it is in"},
		{"findings", "one row a finding of a name"},
		{"mx_hosts", "one row an MX host of a name"},
		{"series", "one row a name and snapshot: the verdicts of all snapshots given"},
		{"snapshots", "one row a snapshot, from its manifest"},
	}
}
