//go:build cgo && !noduckdb

package duck

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stscan/sinks"
)

// rewrite replaces old by text in a file.
func rewrite(t *testing.T, name, old, text string) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), old) {
		t.Fatalf("%s holds no %q", name, old)
	}
	if err := os.WriteFile(name, []byte(strings.ReplaceAll(string(data), old, text)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Snapshots that cannot be opened: one line says what, and nothing changes on disk.
func TestBadSnapshots(t *testing.T) {
	root := t.TempDir()
	make := func(id string) string {
		return snapshot(t, root, sinks.Manifest{}, id, []name{named("a.com")}, []name{named("b.com")})
	}
	part := func(dir, table string) string { return sinks.PartPath(dir, table, "chunk-000001", sinks.FormatParquet) }
	good := make("good")
	running := make("running")
	rewrite(t, filepath.Join(running, "manifest.json"), `"complete"`, `"running"`)
	cut := make("cut")
	if err := os.Truncate(part(cut, sinks.TableCerts), 100); err != nil {
		t.Fatal(err)
	}
	empty := make("empty")
	if err := os.Truncate(part(empty, sinks.TableMX), 0); err != nil {
		t.Fatal(err)
	}
	missing := make("missing")
	if err := os.Remove(part(missing, sinks.TableDomains)); err != nil {
		t.Fatal(err)
	}
	older := make("older")
	rewrite(t, filepath.Join(older, "manifest.json"), `"schema_version": 1`, `"schema_version": 0`)
	newer := make("newer")
	rewrite(t, filepath.Join(newer, "manifest.json"), `"schema_version": 1`, `"schema_version": 99`)
	broken := make("broken")
	rewrite(t, filepath.Join(broken, "manifest.json"), `{`, `(`)
	twin := snapshot(t, t.TempDir(), sinks.Manifest{}, "good", []name{named("a.com")})
	folder := filepath.Join(root, "folder")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	before := contents(t, root)
	for _, c := range []struct {
		name  string
		dirs  []string
		o     Options
		input bool // the caller's to mend
		says  []string
	}{
		{"none", nil, Options{}, true, []string{"no snapshot"}},
		{"not there", []string{filepath.Join(root, "nowhere")}, Options{}, true, []string{"nowhere", "no such snapshot"}},
		{"a folder", []string{folder}, Options{}, true, []string{"folder", "no manifest.json"}},
		{"a file", []string{filepath.Join(good, "manifest.json")}, Options{}, false, []string{"manifest.json"}},
		{"being written", []string{good, running}, Options{}, true, []string{"running", "not complete", "--partial"}},
		{"cut off", []string{cut}, Options{}, false, []string{"certs/chunk-000001.parquet", "cut off", "scan verify"}},
		{"empty part", []string{empty}, Options{}, false, []string{"mx/chunk-000001.parquet", "cut off"}},
		{"missing part", []string{missing}, Options{}, false, []string{"domains/chunk-000001.parquet", "missing"}},
		{"mixed schema versions", []string{good, older}, Options{}, true, []string{"good has 1", "older has 0"}},
		{"a newer schema", []string{newer}, Options{}, false, []string{"99", "newer"}},
		{"a broken manifest", []string{broken}, Options{}, false, []string{"broken", "manifest.json"}},
		{"twice", []string{good, good}, Options{}, true, []string{"both snapshot good"}},
		{"the same id", []string{good, twin}, Options{}, true, []string{"both snapshot good"}},
		{"no such ruleset", []string{good}, Options{Ruleset: "deployed"}, true, []string{"ruleset deployed", "scan classify"}},

		{"memory that is none", []string{good}, Options{Memory: "plenty"}, true, []string{"plenty", "1GiB"}},
	} {
		db, err := Open(t.Context(), c.dirs, c.o)
		if err == nil {
			t.Errorf("%s: opens", c.name)
			db.Close()
			continue
		}
		var input *InputError
		if errors.As(err, &input) != c.input {
			t.Errorf("%s: %v: an *InputError is %v", c.name, err, !c.input)
		}
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: more than a line: %q", c.name, err)
		}
		for _, want := range c.says {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %q does not say %q", c.name, err, want)
			}
		}
	}
	after := contents(t, root)
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("files have changed:\n%s", diff)
	}
	if got := answer(t, open(t, Options{Partial: true}, running), "SELECT count(*) FROM names"); got[0][0] != int64(2) {
		t.Errorf("--partial: %v", got)
	}
}

// What DuckDB leaves on disk goes with the DB.
func TestNothingIsLeftBehind(t *testing.T) {
	tmp := t.TempDir()
	dir := snapshot(t, t.TempDir(), sinks.Manifest{}, "s", []name{named("a.com")})
	t.Setenv("TMPDIR", tmp)
	db, err := Open(t.Context(), []string{dir}, Options{Memory: "64MB"})
	if err != nil {
		t.Fatal(err)
	}
	file, err := db.Parquet(t.Context(), "SELECT domain FROM verdicts -- all\n;\n")
	if err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(file); err != nil || !strings.HasPrefix(string(data), "PAR1") || !strings.HasSuffix(string(data), "PAR1") {
		t.Errorf("no Parquet file: %v", err)
	}
	if _, err := db.Parquet(t.Context(), "SELECT 1) TO '"+filepath.Join(tmp, "x")+"'; --"); err == nil {
		t.Error("what is no question by itself was made one by the COPY around it")
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(tmp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}
