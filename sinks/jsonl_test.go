package sinks

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"pgregory.net/rapid"

	"stscan/internal/evidence"
)

// A column has one name, whatever the format; and the options of encoding/json
// would let a reader and our own writer disagree.
func TestColumnsHaveOneName(t *testing.T) {
	for table, row := range rowTypes() {
		sameNames(t, table, row)
	}
	sameNames(t, "certRef", reflect.TypeFor[certRef]())
}

func sameNames(t *testing.T, path string, row reflect.Type) {
	for field := range row.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("parquet"), ",")
		if tag := field.Tag.Get("json"); tag != name {
			t.Errorf("%s.%s: json %q, parquet %q", path, field.Name, tag, name)
		}
		if inner := innerObject(field.Type); inner != nil {
			sameNames(t, path+"."+name, inner)
		}
	}
}

// What a line looks like to who reads it without us, spelt out by hand.
func TestLinesHoldTheirColumns(t *testing.T) {
	at := time.Date(2026, 11, 22, 11, 0, 0, 120_999, time.FixedZone("", 3600)) // 120 us, and what a table does not keep
	beyond := time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
	rank, host, kind := int64(1), "", evidence.KindTimeout
	for _, c := range []struct{ got, want string }{
		{line(EarlierRow{Step: "policy", Host: "a\"\\\n\t\x7fü", Address: &host, Kind: &kind, At: &at}),
			`{"step":"policy","host":"a\"\\\n\u0009\u007fü","address":"","op":null,"kind":"timeout","reply":null,"at":"2026-11-22T10:00:00.000120Z"}`},
		{line(ListRow{List: "l", Rank: &rank, Line: -1 << 63}), `{"list":"l","rank":1,"line":-9223372036854775808}`},
		{line(HeaderRow{}), `{"name":"","value":""}`},
		{line(certRef{SHA256: "00", DER: []byte{0xfb, 0xff, 0}}), `{"sha256":"00","der":"+/8A"}`},
		{line(certRef{}), `{"sha256":"","der":""}`},
		{line(struct {
			At    time.Time  `json:"at"`
			None  *time.Time `json:"none"`
			Far   *time.Time `json:"far"`
			Codes []int32    `json:"codes"`
			Rows  []ListRow  `json:"rows"`
			Yes   *bool      `json:"yes"`
		}{At: time.UnixMicro(0), Far: &beyond, Codes: []int32{1, 2}}),
			`{"at":"1970-01-01T00:00:00.000000Z","none":null,"far":null,"codes":[1,2],"rows":[],"yes":null}`},
	} {
		if c.got != c.want {
			t.Errorf("got  %s\nwant %s", c.got, c.want)
		}
	}
}

func line[R any](row R) string {
	return string(appenderOf(reflect.TypeFor[R]())(nil, reflect.ValueOf(&row).Elem()))
}

// Any text is one line of JSON that says the same.
func TestTextIsJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.String().Draw(t, "text")
		data := appendText(nil, want)
		var got string
		if err := json.Unmarshal(data, &got); err != nil || got != want || bytes.ContainsAny(data, "\n\r") {
			t.Fatalf("%q is %q, %v: %s", want, got, err, data)
		}
	})
}

// Any zstd and JSON reader can read a part: one frame of lines, of which each has
// every column of the table, and behind it what the part is.
func TestPartsAreLines(t *testing.T) {
	s := newSnapshot(t, t.TempDir(), Manifest{Format: FormatJSONL})
	mustCommit(t, s, "chunk-000000", nameCases(0, 300)) // more than a batch
	data, err := os.ReadFile(VerdictPath(s.Dir(), "rfc", "chunk-000000", FormatJSONL))
	if err != nil {
		t.Fatal(err)
	}
	z, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	plain, err := z.DecodeAll(data, nil)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(plain, []byte("\n"))
	if len(lines) != 301 || len(lines[300]) != 0 {
		t.Fatalf("%d lines, the last %q", len(lines), lines[len(lines)-1])
	}
	for _, l := range lines[:300] {
		var row map[string]any
		if err := json.Unmarshal(l, &row); err != nil {
			t.Fatal(err)
		}
		for field := range reflect.TypeFor[VerdictRow]().Fields() {
			if _, ok := row[field.Tag.Get("json")]; !ok {
				t.Fatalf("no column %s in %s", field.Tag.Get("json"), l)
			}
		}
	}
	meta := metadataOf(t, data)
	want := map[string]string{"schema_version": "1", "tool": "scan test", "chunk": "chunk-000000", "table": "verdicts",
		"ruleset": "rfc", "rules_version": "1", "roots_sha256": "00ff"}
	if diff := cmp.Diff(want, meta); diff != "" {
		t.Errorf("metadata (-want +got):\n%s", diff)
	}
}

// metadataOf finds the last frame of a part: magic number, length, content (RFC
// 8878 section 3.1.2).
func metadataOf(t *testing.T, data []byte) map[string]string {
	t.Helper()
	i := bytes.LastIndex(data, []byte{0x50, 0x2a, 0x4d, 0x18})
	if i < 0 || int(binary.LittleEndian.Uint32(data[i+4:])) != len(data)-i-8 {
		t.Fatalf("no skippable frame at the end")
	}
	var meta map[string]string
	if err := json.Unmarshal(data[i+8:], &meta); err != nil {
		t.Fatal(err)
	}
	return meta
}

// Wherever a part is cut, who reads it is told, unless all its rows are there.
func TestTruncatedLinesAreTold(t *testing.T) {
	for _, names := range []int{0, 5} {
		s := newSnapshot(t, t.TempDir(), Manifest{Format: FormatJSONL})
		mustCommit(t, s, "chunk-000000", nameCases(0, names))
		data, err := os.ReadFile(PartPath(s.Dir(), TableDomains, "chunk-000000", FormatJSONL))
		if err != nil {
			t.Fatal(err)
		}
		frame := bytes.LastIndex(data, []byte{0x50, 0x2a, 0x4d, 0x18})
		cut := filepath.Join(t.TempDir(), "cut")
		for n := range len(data) + 1 {
			if err := os.WriteFile(cut, data[:n], 0o600); err != nil {
				t.Fatal(err)
			}
			rows := 0
			var told error
			for _, err := range eachRow[DomainRow](FormatJSONL, cut) {
				if told = err; err == nil {
					rows++
				}
			}
			if whole := n == frame || n == len(data); whole != (told == nil) || whole && rows != names {
				t.Errorf("cut at %d of %d: %d rows, %v", n, len(data), rows, told)
			}
		}
	}
}

func TestVerifyFindsTruncatedLines(t *testing.T) {
	for _, cut := range []int64{1, 100, 1 << 30} {
		dir := completed(t, FormatJSONL)
		part := PartPath(dir, TableDomains, "chunk-000000", FormatJSONL)
		info, err := os.Stat(part)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(part, max(0, info.Size()-cut)); err != nil {
			t.Fatal(err)
		}
		report, err := Verify(dir)
		if err != nil || !strings.Contains(strings.Join(report.Problems, "\n"), "domains/chunk-000000.jsonl.zst: SHA-256 is ") {
			t.Errorf("cut by %d: %v, %q", cut, err, report.Problems)
		}
	}
}

// A full disk is told by the part that did not fit.
func TestLinesThatCannotBeWritten(t *testing.T) {
	for room := range 3 {
		w, err := jsonLines[HeaderRow]{}.newWriter(&narrow{room: room}, nil, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		// Text that does not compress, so that blocks leave before the end.
		rows := make([]HeaderRow, 1000)
		for i := range rows {
			digest := certOf(string(rune('a' + i))).SHA256
			rows[i].Value = strings.Repeat(digest, 8)
		}
		_, err = w.Write(rows)
		if err := errors.Join(err, w.Close()); !errors.Is(err, errNarrow) {
			t.Errorf("room for %d writes: %v", room, err)
		}
	}
}

var errNarrow = errors.New("no room")

// narrow has room for so many writes.
type narrow struct{ room int }

func (n *narrow) Write(b []byte) (int, error) {
	if n.room == 0 {
		return 0, errNarrow
	}
	n.room--
	return len(b), nil
}
