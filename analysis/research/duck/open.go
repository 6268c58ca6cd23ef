//go:build cgo && !noduckdb

package duck

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/duckdb/duckdb-go/v2"

	"stscan/analysis/research"
)

// defaultMemory leaves room for what DuckDB does not count, and for Go, below
// 2 GiB.
const defaultMemory = "1GiB"

// DB is snapshots that are open for SQL. It has a single user.
type DB struct {
	connector *duckdb.Connector
	conn      *duckdb.Conn
	snapshots []Snapshot
	work      string // folder of DuckDB's own, removed by Close

	newest     string // what narrows a population to the snapshots that are meant
	populated  bool   // the sets are made
	managed    bool   // and who manages
	namesOf    string // the population that names is of; "" = none yet
	thresholds research.Thresholds
	held       *research.Holdings         // nil until a metric needs them
	sources    map[string]research.Source // by snapshot; nil until a metric needs them
	ruleset    string
	deployed   bool     // verdicts of ruleset deployed are there
	judged     []string // parts of the newest snapshot's verdicts
	lacks      []string // columns that some of them have in name only
	weighted   bool     // table weights is there
	sample     bool     // the list is a sample: shares have intervals
}

// Open opens the snapshots in dirs, for reading. Errors that are the caller's to
// mend are of type *InputError.
func Open(ctx context.Context, dirs []string, o Options) (*DB, error) {
	all, err := openSnapshots(dirs, o)
	if err != nil {
		return nil, err
	}
	db := &DB{newest: onlyNewest(all, o), ruleset: o.ruleset(), sample: o.Sample, weighted: len(o.Weights) > 0}
	db.deployed = all[len(all)-1].parts[verdictsOf(rulesetDeployed)] != nil
	for _, s := range all {
		db.snapshots = append(db.snapshots, s.Snapshot)
	}
	if err := db.start(ctx, all, o); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func (db *DB) start(ctx context.Context, all []opened, o Options) error {
	var err error
	if db.work, err = os.MkdirTemp("", "scan-duckdb-"); err != nil {
		return err
	}
	if err := os.Mkdir(db.spill(), 0o700); err != nil {
		return err
	}
	if err := copyLines(ctx, all, filepath.Join(db.work, "parts"), o.threads()); err != nil {
		return err
	}
	newest := all[len(all)-1]
	db.judged = newest.parts[verdictsOf(o.ruleset())]
	for _, part := range db.judged {
		db.lacks = append(db.lacks, newest.lacks[part]...)
	}
	if db.connector, err = duckdb.NewConnector("", nil); err != nil {
		return fmt.Errorf("DuckDB does not start: %w", err)
	}
	conn, err := db.connector.Connect(ctx)
	if err != nil {
		return fmt.Errorf("DuckDB does not start: %w", err)
	}
	db.conn = conn.(*duckdb.Conn)
	if err := db.configure(ctx, all, o); err != nil {
		return err
	}
	for _, statement := range append(views(all, o), weightsTable(o.Weights)) {
		if err := db.exec(ctx, statement); err != nil {
			return err
		}
	}
	if err := db.setThresholds(ctx, research.DefaultThresholds()); err != nil {
		return err
	}
	return db.lock(ctx)
}

func (o Options) threads() int {
	if o.Threads == 0 {
		return runtime.GOMAXPROCS(0)
	}
	return o.Threads
}

// configure says what DuckDB may use, and what it may open.
func (db *DB) configure(ctx context.Context, all []opened, o Options) error {
	memory := o.Memory
	if memory == "" {
		memory = defaultMemory
	}
	if err := db.exec(ctx, "SET memory_limit = "+quote(memory)); err != nil {
		return &InputError{fmt.Sprintf("memory %q: want a size such as 1GiB or 500MB", memory)}
	}
	for _, statement := range []string{
		fmt.Sprintf("SET threads = %d", o.threads()),
		"SET TimeZone = 'UTC'",
		// Every view over the parts reads their footers again; parts do not change.
		"SET parquet_metadata_cache = true",
		"SET temp_directory = " + quote(db.spill()),
		// A wrong path is an error at once, and not a call to a server of extensions.
		"SET autoinstall_known_extensions = false",
		"SET autoload_known_extensions = false",
		"SET allow_community_extensions = false",
		"SET allowed_paths = " + list(partsOf(all)),
	} {
		if err := db.exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// lock ends what only the engine may do.
func (db *DB) lock(ctx context.Context) error {
	for _, statement := range []string{"SET enable_external_access = false", "SET lock_configuration = true"} {
		if err := db.exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

func (db *DB) exec(ctx context.Context, statement string) error {
	_, err := db.conn.ExecContext(ctx, statement, nil)
	return plainError(err)
}

// spill is where DuckDB puts what does not fit into memory; it may write there.
func (db *DB) spill() string { return filepath.Join(db.work, "spill") }

// Snapshots are those that are open, oldest first.
func (db *DB) Snapshots() []Snapshot { return db.snapshots }

// Close ends DuckDB and removes what it left on disk.
func (db *DB) Close() error {
	var errs []error
	if db.conn != nil {
		errs = append(errs, db.conn.Close())
	}
	if db.connector != nil {
		errs = append(errs, db.connector.Close())
	}
	if db.work != "" {
		errs = append(errs, os.RemoveAll(db.work))
	}
	return errors.Join(errs...)
}
