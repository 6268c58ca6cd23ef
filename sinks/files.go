package sinks

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// replace writes data to name whole or not at all: a temporary file in tmpDir
// (of the same file system), made durable and renamed. An older file is replaced.
func replace(name, tmpDir string, data []byte) error {
	tmp, err := durableTemp(tmpDir, data)
	if err != nil {
		return err
	}
	if err := os.Rename(tmp, name); err != nil {
		return errors.Join(err, os.Remove(tmp))
	}
	return syncDir(filepath.Dir(name))
}

// createOnly is replace for a name that must not exist yet. It reports whether
// this call created it; of several that race, exactly one does. Callers in one
// process hold Snapshot.once.
func createOnly(name, tmpDir string, data []byte) (created bool, err error) {
	tmp, err := durableTemp(tmpDir, data)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, removeIfThere(tmp)) }()
	// A hard link is the one portable step that gives a whole file a name and
	// fails if the name is taken.
	err = os.Link(tmp, name)
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, errors.ErrUnsupported) {
		err = linkless(tmp, name)
	}
	switch {
	case errors.Is(err, fs.ErrExist):
		return false, nil
	case err != nil:
		return false, err
	}
	return true, syncDir(filepath.Dir(name))
}

// linkless does the same on file systems without hard links (exFAT, some network
// shares), where the snapshot's lock has to keep others out between the two steps.
func linkless(tmp, name string) error {
	switch taken, err := exists(name); {
	case err != nil:
		return err
	case taken:
		return fs.ErrExist
	}
	return os.Rename(tmp, name)
}

func removeIfThere(name string) error {
	if err := os.Remove(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// durableTemp writes data to a new file in dir and returns its name.
func durableTemp(dir string, data []byte) (name string, err error) {
	f, err := os.CreateTemp(dir, "tmp-*")
	if err != nil {
		return "", err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

// encode is v as the JSON of a file that people read too.
func encode(v any) ([]byte, error) {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(data, '\n'), nil
}

func readJSON(name string, v any) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// exists reports whether there is something at name; an error other than "no
// such file" is returned.
func exists(name string) (bool, error) {
	_, err := os.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// cause is err without the path that an operation on a file adds, for messages
// that say in their own words which file it was.
func cause(err error) error {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		return pathErr.Err
	}
	return err
}
