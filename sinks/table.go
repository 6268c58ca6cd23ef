package sinks

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"iter"
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
	// batchRows are converted, then written at once: parquet-go works column by
	// column, and has a fixed cost a call. Their evidence is held until then.
	batchRows = 256
	// readRows are read at once: few enough that a batch of the largest policies
	// (64 KiB each) stays in a few megabytes.
	readRows = 64
)

// file is the part of os.File that a writer needs.
type file interface {
	io.Writer
	Sync() error
	Close() error
}

type createFunc func(name string) (file, error)

func createFile(name string) (file, error) {
	return os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
}

// tableWriter writes one part. It has a single user.
type tableWriter[R any] struct {
	file  file
	hash  hash.Hash
	w     *parquet.GenericWriter[R]
	batch []R // its rows are used again, with what they have allocated
	n     int // rows in batch
	rows  int // rows in all
}

func newTableWriter[R any](create createFunc, name, bloomColumn string, metadata map[string]string) (*tableWriter[R], error) {
	f, err := create(name)
	if err != nil {
		return nil, err
	}
	t := &tableWriter[R]{file: f, hash: sha256.New(), batch: make([]R, batchRows)}
	options := []parquet.WriterOption{
		parquet.Compression(&parquet.Zstd),
		parquet.MaxRowsPerRowGroup(rowGroupRows),
		parquet.DictionaryMaxBytes(dictionaryBytes),
		parquet.DataPageStatistics(true),
		parquet.BloomFilters(parquet.SplitBlockFilter(bloomBits, bloomColumn)),
	}
	for _, key := range slices.Sorted(maps.Keys(metadata)) {
		options = append(options, parquet.KeyValueMetadata(key, metadata[key]))
	}
	t.w = parquet.NewGenericWriter[R](io.MultiWriter(f, t.hash), options...)
	return t, nil
}

// next is the row to fill; it counts as written.
func (t *tableWriter[R]) next() (*R, error) {
	if t.n == len(t.batch) {
		if err := t.flush(); err != nil {
			return nil, err
		}
	}
	t.n++
	t.rows++
	return &t.batch[t.n-1], nil
}

func (t *tableWriter[R]) flush() error {
	_, err := t.w.Write(t.batch[:t.n])
	t.n = 0
	return err
}

// finish writes the footer, makes the file durable and returns its SHA-256.
func (t *tableWriter[R]) finish() (string, error) {
	err := t.flush()
	if err == nil {
		err = t.w.Close()
	}
	if err == nil {
		err = t.file.Sync()
	}
	if err := errors.Join(err, t.file.Close()); err != nil {
		return "", err
	}
	return hex.EncodeToString(t.hash.Sum(nil)), nil
}

// abandon closes the file as it is.
func (t *tableWriter[R]) abandon() error { return t.file.Close() }

// openPart opens a part for reading; done closes it.
func openPart(name string) (part *parquet.File, done func() error, err error) {
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

// eachRow yields the rows of a part in order. A row is valid until the next; what
// it points to is the receiver's to keep.
func eachRow[R any](name string) iter.Seq2[*R, error] {
	return func(yield func(*R, error) bool) {
		if err := readRowsOf(name, func(r *R) bool { return yield(r, nil) }); err != nil {
			yield(nil, err)
		}
	}
}

func readRowsOf[R any](name string, yield func(*R) bool) (err error) {
	part, done, err := openPart(name)
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
