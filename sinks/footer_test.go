package sinks

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// A list of 10,000 names has 20 chunks of four parts: what a part takes before its
// first row is told in PERFORMANCE.md, and is not to grow unseen. The bounds leave
// a tenth for other names and versions.
func TestFixedBytesOfAPart(t *testing.T) {
	s := newSnapshot(t, t.TempDir(), Manifest{})
	mustCommit(t, s, "chunk-000000", nameCases(1, 2)) // one name, no fetch, no session
	for table, most := range map[string]int64{TableDomains: 11_000, TableMX: 750, TableCerts: 610, TableVerdicts: 8_900} {
		name := PartPath(s.Dir(), table, "chunk-000000", FormatParquet)
		if table == TableVerdicts {
			name = VerdictPath(s.Dir(), "rfc", "chunk-000000", FormatParquet)
		}
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > most {
			t.Errorf("table %s takes %d bytes for one name, at most %d were expected", table, info.Size(), most)
		}
	}
}

// The footer holds what readers ask, and nothing that they do not.
func TestFooterIsLean(t *testing.T) {
	s := newSnapshot(t, t.TempDir(), Manifest{})
	mustCommit(t, s, "chunk-000000", nameCases(0, 5))
	part, done, err := openParquet(VerdictPath(s.Dir(), "rfc", "chunk-000000", FormatParquet))
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	least := map[string]string{}
	for i, c := range part.Metadata().RowGroups[0].Columns {
		path := part.Schema().Columns()[i]
		if c.ColumnIndexOffset != 0 || c.OffsetIndexOffset != 0 || c.MetaData.EncodingStats != nil {
			t.Errorf("column %v has a page index, or says of its pages how they are encoded", path)
		}
		if c.MetaData.Statistics.MinValue != nil {
			least[path[0]] = string(c.MetaData.Statistics.MinValue)
		}
	}
	for column, want := range map[string]string{"domain": "n0.example", "status": "not_deployed", "delivery": "unprotected"} {
		if least[column] != want {
			t.Errorf("the least value of %s is %q, want %q", column, least[column], want)
		}
	}
	for _, column := range []string{"registrable", "codes", "findings", "mx"} {
		if value, ok := least[column]; ok {
			t.Errorf("a part tells the least value of %s, %q, by which nobody can leave it out", column, value)
		}
	}
}

// toldOfPage is what a header says of the page behind it.
type toldOfPage struct {
	Uncompressed int32 `thrift:"2,required"`
	Compressed   int32 `thrift:"3,required"`
	CRC          int32 `thrift:"4,optional"`
	Data         struct {
		NumValues  int32                          `thrift:"1,required"`
		Statistics thrift.Null[format.Statistics] `thrift:"5,optional"`
	} `thrift:"5,optional"`
}

// Headers of pages claim nothing about nulls, and the footer says where each
// column of each row group ends: a reader that goes by it meets whole pages, with
// all values.
func TestPagesOfAColumn(t *testing.T) {
	cases := nameCases(0, 40)
	rows := make([]DomainRow, len(cases))
	for i := range cases {
		rows[i].set(&cases[i].Domain)
	}
	var file bytes.Buffer
	w := newLeanWriter[DomainRow](parquet.Compression(&parquet.Zstd), parquet.ColumnPageBuffers(pageBuffers{parquet.NewBufferPool()}),
		parquet.DataPageVersion(pageVersion), parquet.DataPageStatistics(false), parquet.MaxRowsPerRowGroup(15), parquet.PageBufferSize(100),
		parquet.BloomFilters(parquet.SplitBlockFilter(bloomBits, "domain"), parquet.SplitBlockFilter(bloomBits, "tld")))
	w.begin(&file)
	for i := range rows { // a row at a time, so that there are many pages
		if _, err := w.Write(rows[i : i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	part, err := parquet.OpenFile(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		t.Fatal(err)
	}
	if len(part.Metadata().RowGroups) != 3 {
		t.Errorf("%d row groups", len(part.Metadata().RowGroups))
	}
	pages := 0
	for _, group := range part.Metadata().RowGroups {
		for _, c := range group.Columns {
			pages += checkPages(t, &c.MetaData, file.Bytes())
		}
	}
	if columns := len(part.Metadata().RowGroups[0].Columns); pages < 6*columns {
		t.Errorf("%d pages of %d columns: too few to show anything", pages, columns)
	}
	got := make([]DomainRow, len(rows)+1)
	if n, err := parquet.NewGenericReader[DomainRow](part).Read(got); n != len(rows) || err != io.EOF {
		t.Errorf("%d rows read: %v", n, err)
	}
	if diff := cmp.Diff(rows, got[:len(rows)], exactly...); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

// checkPages walks over the pages of a column by what the footer and their headers
// say, and counts them.
func checkPages(t *testing.T, c *format.ColumnMetaData, file []byte) (pages int) {
	t.Helper()
	r := bytes.NewReader(file[startOf(c) : startOf(c)+c.TotalCompressedSize])
	headers := thrift.NewDecoder(new(thrift.CompactProtocol).NewReader(r))
	values, plain := int64(0), int64(0)
	for ; r.Len() > 0; pages++ {
		before := r.Len()
		var h toldOfPage
		if err := headers.Decode(&h); err != nil {
			t.Fatalf("column %v, page %d: %v", c.PathInSchema, pages, err)
		}
		plain += int64(before-r.Len()) + int64(h.Uncompressed)
		values += int64(h.Data.NumValues)
		if h.Data.Statistics.Valid || h.CRC == 0 {
			t.Errorf("column %v, page %d: CRC %d, statistics %v", c.PathInSchema, pages, h.CRC, h.Data.Statistics.V)
		}
		if int(h.Compressed) > r.Len() {
			t.Fatalf("column %v ends within its page %d", c.PathInSchema, pages)
		}
		if _, err := r.Seek(int64(h.Compressed), io.SeekCurrent); err != nil {
			t.Fatal(err)
		}
	}
	if values != c.NumValues || plain != c.TotalUncompressedSize {
		t.Errorf("column %v: %d values of %d, %d bytes of %d", c.PathInSchema, values, c.NumValues, plain, c.TotalUncompressedSize)
	}
	return pages
}

// A part without rows is one that other programs open, too.
func TestPartWithoutRows(t *testing.T) {
	s := newSnapshot(t, t.TempDir(), Manifest{})
	mustCommit(t, s, "chunk-000000", nameCases(1, 2))
	data, err := os.ReadFile(PartPath(s.Dir(), TableMX, "chunk-000000", FormatParquet))
	if err != nil {
		t.Fatal(err)
	}
	if head, end := string(data[:4]), string(data[len(data)-4:]); head != parquetMagic || end != parquetMagic {
		t.Errorf("the part begins with %q and ends with %q", head, end)
	}
	for row, err := range eachRow[MXRow](FormatParquet, PartPath(s.Dir(), TableMX, "chunk-000000", FormatParquet)) {
		t.Errorf("row %v, error %v", row, err)
	}
}

// Snapshots written when parts had page indexes, statistics of pages and other
// encodings are read as those of today.
func TestPartsOfOlderProgramsAreRead(t *testing.T) {
	cases := nameCases(0, 20)
	rows := make([]DomainRow, len(cases))
	for i := range cases {
		rows[i].set(&cases[i].Domain)
	}
	name := filepath.Join(t.TempDir(), "chunk-000000.parquet")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	w := parquet.NewGenericWriter[DomainRow](f, parquet.Compression(&parquet.Zstd), parquet.PageBufferSize(512),
		parquet.DataPageVersion(2), parquet.DataPageStatistics(true))
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	var got []DomainRow
	for row, err := range eachRow[DomainRow](FormatParquet, name) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, *row)
	}
	if diff := cmp.Diff(rows, got, exactly...); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	var asked []string
	if err := eachString(FormatParquet, name, "lookups.name", func(s string) { asked = append(asked, s) }); err != nil {
		t.Fatal(err)
	}
	if len(asked) != len(cases) || !slices.Contains(asked, "_mta-sts.n7.example") {
		t.Errorf("names asked: %v", asked)
	}
}
