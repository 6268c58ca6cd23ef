package sinks

import (
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"stscan/analysis"
	"stscan/internal/evidence"
)

func TestPartsSayWhatTheyAre(t *testing.T) {
	s := newSnapshot(t, t.TempDir(), Manifest{})
	mustCommit(t, s, "chunk-000003", nameCases(0, 3))
	all := map[string]string{"schema_version": "1", "tool": "scan test", "chunk": "chunk-000003"}
	for _, c := range []struct{ table, path, bloom, key string }{
		{TableDomains, PartPath(s.Dir(), TableDomains, "chunk-000003", FormatParquet), "domain", "n1.example"},
		{TableMX, PartPath(s.Dir(), TableMX, "chunk-000003", FormatParquet), "host", "mx.example"},
		{TableCerts, PartPath(s.Dir(), TableCerts, "chunk-000003", FormatParquet), "sha256", certOf("ca").SHA256},
		{TableVerdicts, VerdictPath(s.Dir(), "rfc", "chunk-000003", FormatParquet), "domain", "n1.example"},
	} {
		part, done, err := openParquet(c.path)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]string{"table": c.table}
		for key, value := range all {
			want[key] = value
		}
		if c.table == TableVerdicts {
			want["ruleset"], want["rules_version"], want["roots_sha256"] = "rfc", "1", "00ff"
		}
		have := map[string]string{}
		for _, kv := range part.Metadata().KeyValueMetadata {
			have[kv.Key] = kv.Value
		}
		if diff := cmp.Diff(want, have); diff != "" {
			t.Errorf("%s metadata (-want +got):\n%s", c.table, diff)
		}
		leaf, _ := part.Schema().Lookup(c.bloom)
		filter := part.RowGroups()[0].ColumnChunks()[leaf.ColumnIndex].BloomFilter()
		if filter == nil {
			t.Errorf("%s: no bloom filter on %s", c.table, c.bloom)
		} else if there, err := filter.Check(parquet.ValueOf(c.key)); err != nil || !there {
			t.Errorf("%s: bloom filter on %s has not %s (%v)", c.table, c.bloom, c.key, err)
		}
		column := part.Metadata().RowGroups[0].Columns[leaf.ColumnIndex].MetaData
		if len(column.Statistics.MinValue) == 0 || column.Codec.String() != "ZSTD" {
			t.Errorf("%s: column %s has codec %s and least value %q", c.table, c.bloom, column.Codec, column.Statistics.MinValue)
		}
		if err := done(); err != nil {
			t.Fatal(err)
		}
	}
}

// Null and the empty string are not the same to who counts rows in SQL.
func TestNullsInTheFile(t *testing.T) {
	plain := nameCase(0)
	failed := nameCase(3)
	failed.Domain.Lookups[0].RCode = ""
	failed.Domain.Lookups[0].Failure = evidence.Failure{Op: evidence.OpResolve, Kind: evidence.KindTimeout, Detail: "no reply"}
	failed.Domain.Lookups[0].Span.Start = scannedAt
	failed.Domain.Target.Rank = 7
	failed.Domain.Fetches[0].Status = 0
	session := failed.Sessions[0]
	session.ID, session.Greeting = "other", evidence.Reply{"220-a", "220 b"}
	failed.Sessions[0], failed.Domain.Sessions[0] = session, session.ID
	s := newSnapshot(t, t.TempDir(), Manifest{})
	mustCommit(t, s, "chunk-000000", []evidence.Case{plain, failed, nameCase(1)})
	for _, c := range []struct {
		table, column string
		want          []any
	}{
		{TableDomains, "rank", []any{nil, "7", "1"}},
		{TableDomains, "lookups.list.element.rcode", []any{"NXDOMAIN", nil, "NXDOMAIN"}},
		{TableDomains, "lookups.list.element.op", []any{nil, "resolve", nil}},
		{TableDomains, "lookups.list.element.kind", []any{nil, "timeout", nil}},
		{TableDomains, "lookups.list.element.detail", []any{nil, "no reply", nil}},
		{TableDomains, "lookups.list.element.started_at", []any{nil, "1795341600000000", nil}}, // date -u -d 2026-11-22T10:00 +%s
		{TableDomains, "policy_fetches.list.element.http_status", []any{"200", nil, nil}},      // the last has no fetch
		{TableMX, "greeting", []any{nil, "220-a\n220 b"}},
		{TableVerdicts, "first_failure", []any{nil, nil, nil}},
		{TableVerdicts, "record_valid", []any{nil, nil, nil}},
		{TableVerdicts, "status", []any{"not_deployed", "not_deployed", "not_deployed"}},
	} {
		path := PartPath(s.Dir(), c.table, "chunk-000000", FormatParquet)
		if c.table == TableVerdicts {
			path = VerdictPath(s.Dir(), "rfc", "chunk-000000", FormatParquet)
		}
		if diff := cmp.Diff(c.want, columnValues(t, path, c.column)); diff != "" {
			t.Errorf("%s.%s (-want +got):\n%s", c.table, c.column, diff)
		}
	}
}

// columnValues reads a column with its nulls.
func columnValues(t *testing.T, name, column string) []any {
	t.Helper()
	part, done, err := openParquet(name)
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	reader := parquet.NewReader(part)
	defer reader.Close()
	var values []any
	rows := make([]parquet.Row, 10)
	n, _ := reader.ReadRows(rows)
	for _, row := range rows[:n] {
		for _, v := range row {
			if got := part.Schema().Columns()[v.Column()]; !cmp.Equal(got, strings.Split(column, ".")) {
				continue
			}
			if v.IsNull() {
				values = append(values, nil)
			} else {
				values = append(values, v.String())
			}
		}
	}
	return values
}

// Whatever a collector let through, a file holds valid UTF-8 only.
func TestRowsAreValidUTF8(t *testing.T) {
	var (
		domain  evidence.Domain
		session evidence.Session
		verdict analysis.Verdict
	)
	for _, v := range []any{&domain, &session, &verdict} {
		spoil(reflect.ValueOf(v).Elem())
	}
	var (
		domainRow  DomainRow
		mxRow      MXRow
		certRow    CertRow
		verdictRow VerdictRow
	)
	domainRow.set(&domain)
	mxRow.set(&session)
	certRow.set(&session.TLS.Chain[0])
	verdictRow.set(&verdict)
	for _, row := range []any{domainRow, mxRow, certRow, verdictRow} {
		checkStrings(t, reflect.TypeOf(row).Name(), reflect.ValueOf(row))
	}
	if want := `a\xff`; domainRow.Lookups[0].Records[0] != want || *mxRow.Greeting != want {
		t.Errorf("%q and %q, want %q", domainRow.Lookups[0].Records[0], *mxRow.Greeting, want)
	}
}

// fixed are words of our own, which need no guard.
var fixed = map[string]bool{"Code": true, "Class": true, "Layer": true, "Result": true, "Status": true, "Delivery": true, "MXStatus": true, "AdoptionState": true}

// spoil puts a string that is not UTF-8 wherever the network's could stand.
func spoil(v reflect.Value) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time](), v.Type().PkgPath() == "net/netip":
	case v.Kind() == reflect.String && !fixed[v.Type().Name()]:
		v.SetString("a\xff")
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		spoil(v.Elem())
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		spoil(v.Index(0))
	case v.Kind() == reflect.Array:
		for i := range v.Len() {
			spoil(v.Index(i))
		}
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			spoil(v.Field(i))
		}
	}
}

func checkStrings(t *testing.T, path string, v reflect.Value) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time](), v.Type() == reflect.TypeFor[[]byte]():
	case v.Kind() == reflect.String:
		if !utf8.ValidString(v.String()) {
			t.Errorf("%s is %q", path, v.String())
		}
	case v.Kind() == reflect.Pointer && !v.IsNil():
		checkStrings(t, path, v.Elem())
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			checkStrings(t, path, v.Index(i))
		}
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			checkStrings(t, path+"."+v.Type().Field(i).Name, v.Field(i))
		}
	}
}
