package sinks

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"pgregory.net/rapid"
)

// The same rows written in both formats: the copy of the JSON lines has the rows, and
// the columns, of the Parquet file.
func TestParquetCopiesAreWhatAScanWrites(t *testing.T) {
	root := t.TempDir()
	copier, err := NewParquetCopier()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp(root, "")
		if err != nil {
			t.Fatal(err)
		}
		var domains []DomainRow
		var sessions []MXRow
		var certs []CertRow
		var verdicts []VerdictRow
		for _, c := range drawCases(t) {
			v := drawVerdict(t, c)
			next(&domains).set(&c.Domain)
			next(&verdicts).set(&v)
			for _, s := range c.Sessions {
				next(&sessions).set(&s)
				for _, cert := range s.TLS.Chain {
					next(&certs).set(&cert)
				}
			}
		}
		expectSameCopy(t, copier, filepath.Join(dir, TableDomains), "domain", domains)
		expectSameCopy(t, copier, filepath.Join(dir, TableMX), "host", sessions)
		expectSameCopy(t, copier, filepath.Join(dir, TableCerts), "sha256", certs)
		expectSameCopy(t, copier, filepath.Join(dir, TableVerdicts), "domain", verdicts)
	})
}

// next is one more row to fill.
func next[R any](rows *[]R) *R {
	*rows = append(*rows, *new(R))
	return &(*rows)[len(*rows)-1]
}

// expectSameCopy writes rows of the table that name ends in.
func expectSameCopy[R any](t *rapid.T, copier *ParquetCopier, name, key string, rows []R) {
	writeRows(t, copier.tools, parquetFile[R]{}, name+".parquet", key, rows)
	writeRows(t, copier.tools, jsonLines[R]{}, name+".jsonl.zst", key, rows)
	if lacks, err := copier.Copy(filepath.Base(name), name+".jsonl.zst", name+".copy"); err != nil || len(lacks) > 0 {
		t.Fatalf("%s: lacks %v, %v", name, lacks, err)
	}
	wantSchema, want := parquetText[R](t, name+".parquet")
	gotSchema, got := parquetText[R](t, name+".copy")
	if diff := cmp.Diff(wantSchema, gotSchema); diff != "" {
		t.Fatalf("%s: schema (-scan +copy):\n%s", name, diff)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%s: rows (-scan +copy):\n%s", name, diff)
	}
}

func writeRows[R any](t *rapid.T, tools *parquetTools, e encoding[R], name, key string, rows []R) {
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w, err := e.newWriter(f, tools, key, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// parquetText is the columns of a file, and all of its rows.
func parquetText[R any](t *rapid.T, name string) (schema, rows string) {
	part, done, err := openParquet(name)
	if err != nil {
		t.Fatal(err)
	}
	schema = part.Schema().String()
	if err := done(); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for row, err := range eachRow[R](FormatParquet, name) {
		if err != nil {
			t.Fatal(err)
		}
		if err := json.NewEncoder(&b).Encode(row); err != nil {
			t.Fatal(err)
		}
	}
	return schema, b.String()
}

// A part of a program that did not have a column yet: which one is told. A column of
// a program to come is passed over, as is one of another table.
func TestParquetCopyTellsWhatIsLacking(t *testing.T) {
	dir := t.TempDir()
	part := linesPart(t, dir, `{"domain":"a.example","scanned_at":"2026-11-22T10:00:00.000000Z","to_come":1}`+"\n"+`{"domain":"b.example","scanned_at":"2026-11-22T10:00:00.000000Z","to_come":1}`+"\n")
	copier, err := NewParquetCopier()
	if err != nil {
		t.Fatal(err)
	}
	lacks, err := copier.Copy(TableVerdicts, part, filepath.Join(dir, "copy"))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(lacks, " "); !strings.HasPrefix(got, "rank list tld ") || !strings.HasSuffix(got, " tlsrpt_rua tlsa") || strings.Contains(got, "domain") || strings.Contains(got, "scanned_at") {
		t.Errorf("lacks %s", got)
	}
}

// What is no part is an error that names it and the row, in one line.
func TestParquetCopyOfWhatIsNoPart(t *testing.T) {
	dir := t.TempDir()
	copier, err := NewParquetCopier()
	if err != nil {
		t.Fatal(err)
	}
	const row = `{"host":"mx.example","tries":1}` + "\n"
	for text, want := range map[string]string{
		row + `{"host":"mx.exa`:          "row 2: unexpected EOF",
		row + `{"host":7}` + "\n":        "row 2: json",
		row + row + `[]`:                 "row 3: json",
		row + `{"started_at":"today"}`:   "row 2: ",
		"PAR1" + row:                     "row 1: invalid character",
		row + `{"tries":99999999999}`:    "row 2: json",
		row + "null\n":                   "row 2: null is no row",
		row + `{"chain":"not a list"}`:   "row 2: json",
		row + `{"truncated":"no bool"} `: "row 2: json",
	} {
		part := linesPart(t, dir, text)
		_, err := copier.Copy(TableMX, part, filepath.Join(t.TempDir(), "copy"))
		if err == nil || !strings.Contains(err.Error(), part+": ") || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	if _, err := copier.Copy("tables", linesPart(t, dir, row), filepath.Join(dir, "copy")); err == nil {
		t.Error("there is no table of that name")
	}
}

// linesPart is a file with text, compressed.
func linesPart(t *testing.T, dir, text string) string {
	t.Helper()
	f, err := os.CreateTemp(dir, "*.jsonl.zst")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := zstd.NewWriter(f)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return f.Name()
}
