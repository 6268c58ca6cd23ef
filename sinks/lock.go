package sinks

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// acquire makes _work and takes the lock in it.
func acquire(dir string, f Format, o Options) (*Snapshot, error) {
	tools, err := newParquetTools()
	if err != nil {
		return nil, err
	}
	for {
		lock, err := lockDir(dir)
		if err != nil {
			return nil, err
		}
		if lock != nil {
			return &Snapshot{dir: dir, format: f, options: o, create: createFile, parquet: tools, lock: lock}, nil
		}
	}
}

// lockDir returns nil without an error when the lock was removed meanwhile by a
// process that finished the snapshot: a lock on a file that has no name any more
// keeps nobody out.
func lockDir(dir string) (*os.File, error) {
	work := filepath.Join(dir, workDir)
	if err := os.MkdirAll(work, 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(work, lockName), os.O_RDWR|os.O_CREATE, 0o644)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	taken, err := flock(f)
	if taken {
		err = fmt.Errorf("%s: %w", dir, ErrLocked)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	mine, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	named, err := os.Stat(f.Name())
	if err == nil && os.SameFile(mine, named) {
		return f, nil
	}
	return nil, f.Close()
}
