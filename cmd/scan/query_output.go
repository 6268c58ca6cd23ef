package main

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// checkOutput refuses to write into a snapshot: they are read only.
func checkOutput(name string, snapshots []string) error {
	if name == "" {
		return nil
	}
	target, err := filepath.Abs(name)
	if err != nil {
		return failf("%v", err)
	}
	for _, dir := range snapshots {
		abs, err := filepath.Abs(dir)
		if err != nil {
			return failf("%v", err)
		}
		if inside, err := filepath.Rel(abs, target); err == nil && inside != ".." && !strings.HasPrefix(inside, ".."+string(os.PathSeparator)) {
			return usagef("%s is in the snapshot %s, which is only read: write elsewhere", name, dir)
		}
	}
	return nil
}

// writeTo calls write with a file that is there only if all of it was written, or
// with stdout if there is no name.
func writeTo(name string, stdout io.Writer, write func(io.Writer) error) error {
	if name == "" {
		return buffered(stdout, write)
	}
	file, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*")
	if err != nil {
		return usagef("%v", err)
	}
	if err := buffered(file, write); err != nil {
		return errors.Join(err, file.Close(), os.Remove(file.Name()))
	}
	err = errors.Join(file.Chmod(0o644), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), name)
	}
	if err != nil {
		return failf("%v", errors.Join(err, os.Remove(file.Name())))
	}
	return nil
}

func buffered(w io.Writer, write func(io.Writer) error) error {
	b := bufio.NewWriter(w)
	if err := write(b); err != nil {
		return err
	}
	if err := b.Flush(); err != nil {
		return failf("%w", err)
	}
	return nil
}
