//go:build cgo && !noduckdb

package duck

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stscan/sinks"
)

// contents is the hash of every file below dir.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		out[path] = fmt.Sprintf("%x", sha256.Sum256(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// SQL that would write, read something else or reach for the network.
func TestHostileSQL(t *testing.T) {
	root := t.TempDir()
	dir := snapshot(t, root, sinks.Manifest{}, "s", []name{named("a.com")})
	secret := filepath.Join(root, "secret.txt")
	if err := os.WriteFile(secret, []byte("a secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOME", t.TempDir())
	before := contents(t, root)
	part := sinks.PartPath(dir, sinks.TableDomains, "chunk-000000", sinks.FormatParquet)
	db := open(t, Options{}, dir)
	for _, sql := range []string{
		"COPY (SELECT 1) TO 'ROOT/out.csv'",
		"COPY (SELECT 1) TO 'ROOT/snapshot=s/out.csv'",
		"COPY (SELECT 1) TO 'PART'",
		"COPY verdicts TO 'ROOT/out.parquet'",
		"SELECT 1; COPY (SELECT 1) TO 'ROOT/out.csv'",
		"COPY (SELECT 1) TO 'ROOT/out.csv'; SELECT 1",
		"EXPLAIN ANALYZE COPY (SELECT 1) TO 'ROOT/out.csv'",
		"EXPLAIN ANALYZE COPY (SELECT 1) TO 'PART'",
		"EXPLAIN ANALYZE EXPLAIN ANALYZE COPY (SELECT 1) TO 'PART'",
		"/* */ EXPLAIN ANALYZE CREATE TABLE t AS SELECT 1",
		"EXPORT DATABASE 'ROOT/db'",
		"IMPORT DATABASE 'ROOT/db'",
		"ATTACH 'ROOT/x.db'",
		"ATTACH ':memory:' AS other",
		"CREATE TABLE t AS SELECT 1",
		"CREATE PERSISTENT SECRET s (TYPE http)",
		"DROP VIEW verdicts",
		"INSERT INTO snapshots SELECT * FROM snapshots",
		"INSTALL httpfs", "LOAD httpfs", "FORCE INSTALL httpfs", "UPDATE EXTENSIONS",
		"SET enable_external_access = true",
		"SET lock_configuration = false",
		"SET allowed_directories = ['/']",
		"RESET allowed_paths",
		"SET VARIABLE third_party_min = 1",
		"PRAGMA enable_profiling",
		"PRAGMA threads = 1",
		"CALL enable_logging()",
		"CHECKPOINT", "VACUUM", "BEGIN", "USE memory",
		"PREPARE p AS COPY (SELECT 1) TO 'ROOT/out.csv'",
		"EXECUTE p",
		"FROM query('COPY (SELECT 1) TO ''ROOT/out.csv''')",
		"SELECT * FROM read_text('/etc/passwd')",
		"SELECT * FROM read_text('ROOT/secret.txt')",
		"SELECT * FROM read_text('ROOT/snapshot=s/../secret.txt')",
		"SELECT * FROM read_text('ROOT/snapshot=s/manifest.json')",
		"SELECT * FROM read_blob('/proc/self/environ')",
		"SELECT * FROM read_csv('/etc/passwd')",
		"SELECT * FROM sniff_csv('/etc/passwd')",
		"SELECT * FROM glob('/etc/*')",
		"FROM '/etc/passwd'",
		"FROM 'ROOT/secret.txt'",
		"SELECT * FROM 'https://192.0.2.1/x.parquet'",
		"SELECT * FROM read_parquet('s3://bucket/x.parquet')",
		"SELECT * FROM read_parquet('http://192.0.2.1/x.parquet')",
		"FROM read_duckdb('ROOT/x.db', table_name = 't')",
		"SELECT getenv('HOME')",
	} {
		text := strings.NewReplacer("ROOT", root, "PART", part).Replace(sql)
		rows, err := db.Query(t.Context(), text)
		if err == nil {
			err = drain(rows)
		}
		var input *InputError
		if !errors.As(err, &input) {
			t.Errorf("%s: %v is no *InputError", sql, err)
		} else if strings.ContainsAny(err.Error(), "\n\r") || strings.Contains(err.Error(), "a secret") {
			t.Errorf("%s: %q", sql, err)
		}
	}
	if got := fmt.Sprint(answer(t, db, "SELECT count(*) FROM verdicts")); got != "[[1]]" {
		t.Errorf("afterwards: %s", got)
	}
	if diff := cmp.Diff(before, contents(t, root)); diff != "" {
		t.Errorf("files have changed:\n%s", diff)
	}
}

// Functions that a SELECT may call and that would write somewhere. Not all are
// refused, but nothing comes of them. Each has a database of its own: a log that
// cannot be written ends every other question, too.
func TestSideEffects(t *testing.T) {
	root := t.TempDir()
	dir := snapshot(t, root, sinks.Manifest{}, "s", []name{named("a.com")})
	before := contents(t, root)
	part := sinks.PartPath(dir, sinks.TableDomains, "chunk-000000", sinks.FormatParquet)
	for _, sql := range []string{
		"FROM enable_logging(storage = 'file', storage_path = 'ROOT/log')",
		"FROM enable_logging(storage = 'file', storage_path = 'ROOT/log.csv')",
		"FROM enable_logging(storage = 'file', storage_path = 'ROOT/snapshot=s')",
		"FROM enable_logging(storage = 'file', storage_path = 'PART')",
		"FROM enable_profiling(format = 'json', save_location = 'ROOT/profile.json')",
		"FROM enable_profiling(format = 'json', save_location = 'PART')",
		"FROM checkpoint()",
		"SELECT write_log('x')",
		"FROM query('FROM enable_' || 'logging(storage = ''file'', storage_path = ''ROOT/log'')')",
	} {
		db := open(t, Options{}, dir)
		for _, text := range []string{strings.NewReplacer("ROOT", root, "PART", part).Replace(sql), "SELECT count(*) FROM verdicts", "SELECT write_log('y')"} {
			if rows, err := db.Query(t.Context(), text); err == nil {
				_ = drain(rows) // fails or not: what counts is on disk
			}
		}
	}
	if diff := cmp.Diff(before, contents(t, root)); diff != "" {
		t.Errorf("files have changed:\n%s", diff)
	}
}

func drain(rows *Rows) error {
	for _, err := range rows.All() {
		if err != nil {
			return errors.Join(err, rows.Close())
		}
	}
	return rows.Close()
}

// What is wrong with a question is one line that says what.
func TestBadSQL(t *testing.T) {
	db := open(t, Options{}, snapshot(t, t.TempDir(), sinks.Manifest{}, "s", []name{named("a.com")}))
	for sql, want := range map[string]string{
		"":                                    "one statement",
		"  -- nothing\n":                      "one statement",
		"SELECT 1; SELECT 2":                  "one statement",
		"SELEC 1":                             `syntax error at or near "SELEC"`,
		"SELECT domian FROM verdicts":         `Candidate bindings`,
		"SELECT\n1\nFROM\nnowhere":            "(line 4)",
		"SELECT * FROM verdict":               "verdict",
		"SELECT ?":                            "",
		"SELECT 1/0 UNION SELECT 'a'::INT":    "Conversion Error",
		"PIVOT verdicts ON tld USING count()": "IN (",
	} {
		rows, err := db.Query(t.Context(), sql)
		if err == nil {
			err = drain(rows)
		}
		if err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", sql, err, want)
		}
	}
	if got := fmt.Sprint(answer(t, db, "SELECT count(*) FROM verdicts")); got != "[[1]]" {
		t.Errorf("afterwards: %s", got)
	}
}
