package research

import "time"

// Result is what one metric gives over one or more snapshots.
type Result struct {
	Metric    Metric
	Snapshots []string // ids, oldest first
	Sources   []Source // of these snapshots
	Ruleset   string   // whose verdicts were read
	Held      int64    // names in the newest snapshot
	Params    map[string]string
	SQL       string // as it was run

	Columns []Column
	Rows    [][]any // nil (null), string, int64, float64, bool, time.Time

	// Missing says why these snapshots cannot give the metric; Rows is then
	// empty, and never zeros.
	Missing string

	Names   int64 // in the population
	Unknown int64 // names whose evidence was inconclusive for this metric
	// AtLeast: there may be more than Unknown, which is that of one row: rows about
	// the same names do not say whom they share.
	AtLeast bool
	Elapsed time.Duration
	Notes   []string // the metric's, and what the run adds: thresholds in force, an unclassified bucket
}

// Source says who made a snapshot and its verdicts.
type Source struct {
	Snapshot string `json:"snapshot"`
	Tool     string `json:"tool"`          // version of the program that scanned
	Rules    string `json:"rules_version"` // of the rules that judged; several where a newer program went on
}

// Column is one column of a result. By convention the axes come first, then n,
// total, share (n/total, filled in by the engine), unknown, lo and hi (the 95 %
// Wilson interval of share, where the list is a sample), then anything else.
type Column struct {
	Name  string
	Label string // for people
	Type  Type
}

// Type is how values of a column are written.
type Type string

const (
	TypeText  Type = "text"
	TypeCount Type = "count" // int64
	TypeShare Type = "share" // float64, of 1
	TypeFloat Type = "float"
	TypeBool  Type = "bool"
	TypeTime  Type = "time"
)
