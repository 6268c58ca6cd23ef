//go:build cgo && !noduckdb

package duck

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"stscan/analysis"
	"stscan/internal/evidence"
	"stscan/sinks"
)

// inLines writes names as a snapshot of JSON lines.
func inLines(t *testing.T, root, id string, chunks ...[]name) string {
	t.Helper()
	return snapshot(t, root, sinks.Manifest{Format: sinks.FormatJSONL}, id, chunks...)
}

// The same names in both formats: each table has the same columns of the same types,
// and the same rows.
func TestLinesAreReadAsParquet(t *testing.T) {
	root := t.TempDir()
	hostile := named("x.com", enforced, func(v *analysis.Verdict) {
		v.RecordID = ptr("a\x00\x1b'\"\\\u202e</script>\u2028ü😀")
		v.MaxAge = ptr(int64(-1 << 63))
	}).on("l", "l", "m").met(session("S3", "mx1.x.com", cert(t, leaf{key: "x", days: day, sans: []string{"*.x.com"}}).SHA256))
	chunks := [][]name{
		{hostile, named("a.com").met(session("S1", "mx.shared.net", "c1", "c2"))},
		{named("b.com", enforced).met(session("S1", "mx.shared.net", "c1", "c2")).tlsa("mx.b.com", "3 1 1 00"), named("c.org", untold)},
		{},
	}
	lines, parquet := inLines(t, root, "lines", chunks...), snapshot(t, root, sinks.Manifest{}, "parquet", chunks...)
	apart := []*DB{open(t, Options{}, lines), open(t, Options{}, parquet)}
	both := open(t, Options{Together: true}, lines, parquet)
	for _, table := range Tables() {
		if table.Name == "verdicts_deployed" {
			continue
		}
		var columns []string
		for _, db := range apart {
			columns = append(columns, fmt.Sprint(answer(t, db, "DESCRIBE "+table.Name)))
		}
		if diff := cmp.Diff(columns[1], columns[0]); diff != "" {
			t.Errorf("%s: columns (-parquet +lines):\n%s", table.Name, diff)
		}
		const half = "SELECT * EXCLUDE (snapshot) FROM %s WHERE snapshot = '%s'"
		for _, c := range [][2]string{{"lines", "parquet"}, {"parquet", "lines"}} {
			more := fmt.Sprintf(half+" EXCEPT ALL "+half, table.Name, c[0], table.Name, c[1])
			if rows := answer(t, both, more); len(rows) > 0 {
				t.Errorf("%s: only of %s: %v", table.Name, c[0], rows)
			}
		}
		if n := answer(t, both, "SELECT count(*) FROM "+table.Name)[0][0]; n == int64(0) {
			t.Errorf("%s is empty, and shows nothing", table.Name)
		}
	}
}

// A snapshot of each format in one series.
func TestFormatsGoTogether(t *testing.T) {
	root := t.TempDir()
	old := snapshot(t, root, sinks.Manifest{Format: sinks.FormatJSONL, StartedAt: scannedAt}, "old", []name{named("a.com"), named("b.com")})
	recent := snapshot(t, root, sinks.Manifest{StartedAt: scannedAt.Add(day)}, "recent", []name{named("a.com", enforced), named("b.com")})
	db := open(t, Options{}, old, recent)
	const question = "SELECT snapshot, count(*), count(mode) FROM series GROUP BY snapshot ORDER BY snapshot"
	if got, want := fmt.Sprint(answer(t, db, question)), "[[old 2 0] [recent 2 1]]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// A part that is no part: one line names it, and nothing is left behind or changed.
func TestBrokenLines(t *testing.T) {
	root, tmp := t.TempDir(), t.TempDir()
	t.Setenv("TMPDIR", tmp)
	for kind, c := range map[string]struct {
		breaks func(part string) error
		says   string
	}{
		"cut off":    {func(part string) error { return os.Truncate(part, 100) }, "unexpected EOF"},
		"empty":      {func(part string) error { return os.Truncate(part, 0) }, "an empty file"},
		"missing":    {os.Remove, "this part is missing"},
		"no zstd":    {func(part string) error { return os.WriteFile(part, []byte("{}\n{}\n{}\n"), 0o600) }, "magic number"},
		"no JSON":    {func(part string) error { return os.WriteFile(part, compressed(t, "PAR1"), 0o600) }, "row 1: invalid character"},
		"other type": {func(part string) error { return os.WriteFile(part, compressed(t, `{"domain":7}`), 0o600) }, "row 1: json"},
	} {
		dir := inLines(t, filepath.Join(root, kind), "s", []name{named("a.com")}, []name{named("b.com")})
		part := sinks.VerdictPath(dir, rulesetRFC, evidence.FirstPass(1), sinks.FormatJSONL)
		if err := c.breaks(part); err != nil {
			t.Fatal(err)
		}
		before := contents(t, dir)
		db, err := Open(t.Context(), []string{dir}, Options{})
		if err == nil {
			t.Errorf("%s: opens", kind)
			db.Close()
			continue
		}
		for _, want := range []string{c.says, filepath.Base(part), dir, "scan verify"} {
			if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: %q does not say %q", kind, err, want)
			}
		}
		if diff := cmp.Diff(before, contents(t, dir)); diff != "" {
			t.Errorf("%s: files have changed:\n%s", kind, diff)
		}
	}
	if left, err := os.ReadDir(tmp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// compressed is text as a frame of zstd.
func compressed(t *testing.T, text string) []byte {
	t.Helper()
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	return z.EncodeAll([]byte(text), nil)
}
