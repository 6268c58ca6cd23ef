package sinks

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/parquet-go/parquet-go"
)

const (
	// rowGroupRows is a whole chunk of the default settings. A writer keeps a row
	// group in memory, compressed: a few megabytes.
	rowGroupRows = 20_000
	// pageBytes are compressed by themselves, and until then held as they are.
	pageBytes = 256 << 10
	// lookupPageBytes are those of the table with a dozen lookups a row: the pages of
	// its columns, of each chunk that is open, are half of what a scan holds. With 512
	// KiB no room was left to the collector of garbage, which took a third of the time.
	lookupPageBytes = 128 << 10
	// pageVersion 1 compresses the levels, which say where a list begins and what
	// is null, with the values; version 2 does not. In lists of a dozen lookups with
	// twenty columns each the levels would be a fifth of the file.
	pageVersion = 1
	// dictionaryBytes bounds each dictionary; beyond it a column becomes plain.
	dictionaryBytes = 1 << 20
	// bloomBits a value give a false positive rate of about one in a hundred.
	bloomBits = 10
	// readRows are read at once: few enough that a batch of the largest policies
	// (64 KiB each) stays in a few megabytes.
	readRows = 64
)

// parquetFile is the encoding of FormatParquet.
type parquetFile[R any] struct{}

func (parquetFile[R]) newWriter(w io.Writer, tools *parquetTools, key string, metadata map[string]string) (rowWriter[R], error) {
	p := partWriter[R]{takeSpare[R](&tools.spares), &tools.spares}
	if p.leanWriter == nil {
		p.leanWriter = newLeanWriter[R](parquetOptions[R](tools.pages, key)...)
	}
	p.begin(w)
	for _, key := range slices.Sorted(maps.Keys(metadata)) {
		p.SetKeyValueMetadata(key, metadata[key]) // the same keys in every part of a table
	}
	return p, nil
}

func parquetOptions[R any](pages *pageCodec, key string) []parquet.WriterOption {
	options := []parquet.WriterOption{
		parquet.Compression(pages),
		parquet.ColumnPageBuffers(pages.buffers),
		parquet.MaxRowsPerRowGroup(rowGroupRows),
		parquet.PageBufferSize(pageBytesOf[R]()),
		parquet.DataPageVersion(pageVersion),
		// Lengths between the texts let a name and its length repeat as one. Numbers are
		// packed by their differences, but times are not: these repeat, or share all but
		// their last bytes, which packed bits do not show to a compressor. Byte streams
		// would take less room still, but DuckDB reads these of floating point numbers only.
		parquet.DefaultEncodingFor(parquet.ByteArray, &parquet.Plain),
		parquet.DefaultEncodingFor(parquet.Int64, &parquet.DeltaBinaryPacked),
		parquet.DictionaryMaxBytes(dictionaryBytes),
		parquet.DataPageStatistics(false), // the footer has what readers ask
		parquet.BloomFilters(parquet.SplitBlockFilter(bloomBits, key)),
	}
	for _, path := range parquet.SchemaOf(new(R)).Columns() {
		if !bounded(path, key) {
			options = append(options, parquet.SkipPageBounds(path...))
		}
	}
	return options
}

// bounded reports whether a part tells the least and the greatest value of a
// column, by which readers leave whole parts out: of those that a row has once and
// people filter by. In a list no reader uses them, and a part has names and hashes
// of all the range there is.
func bounded(path []string, key string) bool {
	if len(path) > 1 {
		return false
	}
	switch path[0] {
	case key:
		return true
	case "input", "registrable", "registrable_private", "session_id", "sni", "der", "subject", "spki_sha256", "record_id", "policy_sha256":
		return false
	}
	return true
}

// pageBytesOf is how large the pages of the table with these rows are.
func pageBytesOf[R any]() int {
	var row R
	if _, ok := any(row).(DomainRow); ok {
		return lookupPageBytes
	}
	return pageBytes
}

// openParquet opens a part for reading; done closes it.
func openParquet(name string) (part *parquet.File, done func() error, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	part, err = parquet.OpenFile(f, info.Size())
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("%s: %w", name, err), f.Close())
	}
	return part, f.Close, nil
}

func (parquetFile[R]) eachRow(name string, yield func(*R) bool) (err error) {
	part, done, err := openParquet(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	reader := parquet.NewGenericReader[R](part)
	defer func() { err = errors.Join(err, reader.Close()) }()
	rows := make([]R, readRows)
	for {
		n, err := reader.Read(rows)
		for i := range rows[:n] {
			if !yield(&rows[i]) {
				return nil
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
}

func (parquetFile[R]) eachString(name, column string, f func(string)) error {
	return eachValue(name, column, func(v parquet.Value) { f(string(v.ByteArray())) })
}
