//go:build cgo && !noduckdb

package duck

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"
	"github.com/klauspost/compress/zstd"

	"stscan/analysis"
	"stscan/analysis/research"
	"stscan/internal/evidence"
	"stscan/sinks"
)

// older takes from chunks of a snapshot the columns that verdicts did not have
// at first.
func older(t *testing.T, dir string, f sinks.Format, chunks ...int) {
	t.Helper()
	for _, n := range chunks {
		part := sinks.VerdictPath(dir, rulesetRFC, evidence.FirstPass(n), f)
		if f == sinks.FormatJSONL {
			olderLines(t, part)
		} else {
			olderParquet(t, part)
		}
	}
}

func olderParquet(t *testing.T, part string) {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(fmt.Sprintf("COPY (SELECT * EXCLUDE (tlsrpt_rua, tlsa) FROM read_parquet(%s, hive_partitioning = false)) TO %s (FORMAT parquet)", quote(part), quote(part+".older"))); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(part+".older", part); err != nil {
		t.Fatal(err)
	}
}

func olderLines(t *testing.T, part string) {
	t.Helper()
	data, err := os.ReadFile(part)
	if err != nil {
		t.Fatal(err)
	}
	z, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	if data, err = z.DecodeAll(data, nil); err != nil {
		t.Fatal(err)
	}
	var lines []byte
	for line := range bytes.Lines(data) {
		var row map[string]json.RawMessage
		if err := json.Unmarshal(line, &row); err != nil {
			t.Fatal(err)
		}
		delete(row, "tlsrpt_rua")
		delete(row, "tlsa")
		if line, err = json.Marshal(row); err != nil {
			t.Fatal(err)
		}
		lines = append(append(lines, line...), '\n')
	}
	if err := os.WriteFile(part, compressed(t, string(lines)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Snapshots of programs that did not write a column yet: a metric that reads it
// says what to do, also where a newer program went on with the scan; every other
// question is answered, with null for what is not there.
func TestOlderVerdicts(t *testing.T) {
	ofTheWhole := map[string]string{"rpt_rua_concentration": "[[1 own domain 2 2 1 0] [2 reports.net 2 2 1 0]]", "dane20_f5": "[[validated 1 1 1 0]]"}
	ofAnOlder := map[string]string{"rpt_rua_concentration": "column tlsrpt_rua: scan classify", "dane20_f5": "column tlsa: scan classify"}
	for _, f := range sinks.Formats() {
		t.Run(string(f), func(t *testing.T) { olderVerdicts(t, f, ofTheWhole, ofAnOlder) })
	}
}

func olderVerdicts(t *testing.T, f sinks.Format, ofTheWhole, ofAnOlder map[string]string) {
	root := t.TempDir()
	reports := func(v *analysis.Verdict) {
		v.Adopts[0] = analysis.Adoption{Check: "tlsrpt", State: analysis.AdoptsYes, Detail: "ok"}
		v.Adopts = append(v.Adopts, analysis.Adoption{Check: "dane", State: analysis.AdoptsYes, Detail: "ok"})
		v.TLSRPTRUA = []string{v.Domain, "reports.net"}
		v.TLSA = []analysis.TLSA{{Host: "mx." + v.Domain, Base: "mx.shared.net", Validated: true}}
	}
	day := func(n int) string {
		return snapshot(t, root, sinks.Manifest{Format: f, StartedAt: scannedAt.AddDate(0, 0, n)}, fmt.Sprint("day-", n),
			[]name{named("a.com", reports)}, []name{named("b.com", reports), named("c.com")})
	}
	whole, mixed, old := day(1), day(2), day(3)
	older(t, mixed, f, 1)
	older(t, old, f, 0, 1)

	all, err := research.Metrics()
	if err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]map[string]string{whole: ofTheWhole, mixed: ofAnOlder, old: ofAnOlder} {
		db := open(t, Options{}, dir)
		for _, m := range all {
			if want[m.ID] == "" {
				continue
			}
			r, err := db.Run(t.Context(), m, research.DefaultThresholds())
			if got := fmt.Sprint(r.Missing, r.Rows); err != nil || !strings.Contains(got, want[m.ID]) {
				t.Errorf("%s of %s: %s %v, want %s", m.ID, dir, got, err, want[m.ID])
			}
		}
	}
	together := open(t, Options{}, old, whole, mixed)
	const question = "SELECT snapshot, count(*), count(tlsrpt_rua), sum(len(tlsa)) FROM all_verdicts GROUP BY snapshot ORDER BY snapshot"
	if got, want := fmt.Sprint(answer(t, together, question)), "[[day-1 3 3 2] [day-2 3 1 1] [day-3 3 0 <nil>]]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
