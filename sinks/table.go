package sinks

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"os"
)

// batchRows are converted, then written at once: parquet-go has a fixed cost a call and
// column. They are few, so that what was converted is still near the processor when
// it is written: with 256 the rows took a tenth more. Their evidence is held until then.
const batchRows = 32

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
	w     rowWriter[R]
	batch []R // its rows are used again, with what they have allocated
	n     int // rows in batch
	rows  int // rows in all
}

// newTableWriter creates a part of the snapshot at name. Readers look its rows up
// by column key.
func newTableWriter[R any](s *Snapshot, name, key string, metadata map[string]string) (*tableWriter[R], error) {
	f, err := s.create(name)
	if err != nil {
		return nil, err
	}
	t := &tableWriter[R]{file: f, hash: sha256.New(), batch: make([]R, batchRows)}
	if t.w, err = encodingOf[R](s.format).newWriter(io.MultiWriter(f, t.hash), s.parquet, key, metadata); err != nil {
		return nil, errors.Join(err, f.Close())
	}
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

// finish ends the part, makes the file durable and returns its SHA-256.
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
