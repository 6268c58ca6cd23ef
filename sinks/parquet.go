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
	// rowGroupRows bounds what a writer holds: parquet-go keeps a whole row group
	// in memory, and a row with all its lookups can take 4 KB.
	rowGroupRows = 10_000
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

func (parquetFile[R]) newWriter(w io.Writer, key string, metadata map[string]string) (rowWriter[R], error) {
	options := []parquet.WriterOption{
		parquet.Compression(&parquet.Zstd),
		parquet.MaxRowsPerRowGroup(rowGroupRows),
		parquet.DictionaryMaxBytes(dictionaryBytes),
		parquet.DataPageStatistics(true),
		parquet.BloomFilters(parquet.SplitBlockFilter(bloomBits, key)),
	}
	for _, key := range slices.Sorted(maps.Keys(metadata)) {
		options = append(options, parquet.KeyValueMetadata(key, metadata[key]))
	}
	return parquet.NewGenericWriter[R](w, options...), nil
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
