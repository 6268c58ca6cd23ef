package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"stscan/inputs"
	"stscan/sinks"
)

// identitySettings are the settings, by flag name, that a resume must not
// change, beside the lists themselves.
var identitySettings = [...]string{"unit", "limit", "shuffle-seed", "chunk-size", "probe-mx", "fetch-policy", "checks",
	"https-port", "smtp-port", "roots", "allow-special-addresses", "format", "shard"}

func identityOf(settings map[string]string) map[string]string {
	id := map[string]string{}
	for _, name := range identitySettings {
		id[name] = settings[name]
	}
	return id
}

// target is the snapshot that a run writes.
type target struct {
	id       string
	dir      string
	identity string
	manifest *sinks.Manifest // of the earlier process; nil when the snapshot is new
}

func (t target) complete() bool {
	return t.manifest != nil && t.manifest.State == sinks.StateComplete
}

// hashLists fingerprints the lists without reading names. A list on standard
// input is kept as a file below out, since it can be read only once; the
// cleanup removes it. A list that is not there any more is what it was in
// spooled, the lists of the snapshot to be resumed: its spool has the names.
func hashLists(out string, lists []inputs.List, stdin io.Reader, spooled []sinks.Input) (hashed []sinks.Input, cleanup func(), err error) {
	cleanup = func() {}
	for i := range lists {
		l := &lists[i]
		known := slices.IndexFunc(spooled, func(in sinks.Input) bool { return in.Name == l.Name })
		if l.Path == inputs.Stdin {
			if known >= 0 {
				hashed = append(hashed, spooled[known])
				continue
			}
			if l.Path, cleanup, err = keepStdin(out, stdin); err != nil {
				return nil, cleanup, failf("standard input: %v", err)
			}
		}
		sum, err := hashFile(l.Path)
		if errors.Is(err, fs.ErrNotExist) && known >= 0 {
			hashed = append(hashed, spooled[known])
			continue
		}
		if err != nil {
			return nil, cleanup, &exitError{code: exitFailure, err: fmt.Errorf("list %s cannot be read: %w", l.Name, err)}
		}
		hashed = append(hashed, sinks.Input{Name: l.Name, SHA256: sum})
	}
	return hashed, cleanup, nil
}

// spooledLists are the lists of the unfinished snapshot called named, if there
// is one whose spool is whole.
func spooledLists(out, named string) []sinks.Input {
	if named == "" {
		return nil
	}
	dir := sinks.Dir(out, named)
	m, err := sinks.ReadManifest(dir)
	if err != nil || m.State == sinks.StateComplete {
		return nil
	}
	spool, err := inputs.OpenSpool(workDir(dir))
	if err != nil {
		return nil
	}
	spool.Close() // opened for reading only
	return m.Inputs
}

func keepStdin(out string, stdin io.Reader) (path string, cleanup func(), err error) {
	none := func() {}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return "", none, err
	}
	f, err := os.CreateTemp(out, ".stdin-*")
	if err != nil {
		return "", none, err
	}
	remove := func() { os.Remove(f.Name()) }
	_, err = io.Copy(f, stdin)
	return f.Name(), remove, errors.Join(err, f.Close())
}

func hashFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// chooseTarget finds the snapshot to write: the one named, else the unfinished
// one of the same scan, else today's.
func chooseTarget(out, named string, settings map[string]string, lists []sinks.Input) (target, error) {
	t := target{id: named, identity: sinks.Identity(identityOf(settings), lists)}
	if named == "" {
		var err error
		if t.id, err = sinks.FindUnfinished(out, t.identity); err != nil {
			return t, &exitError{code: exitFailure, err: fmt.Errorf("--out %s: %w", out, err)}
		}
	}
	if t.id == "" {
		t.id = time.Now().UTC().Format(time.DateOnly)
		if shard := settings["shard"]; shard != "" { // so that the shards of one day lie side by side
			t.id += "-" + strings.Replace(shard, "/", "of", 1)
		}
	}
	if strings.ContainsAny(t.id, "/\\=") || strings.HasPrefix(t.id, ".") {
		return t, usagef("--snapshot %q: want a plain name, such as 2026-11-22", t.id)
	}
	t.dir = sinks.Dir(out, t.id)
	m, err := sinks.ReadManifest(t.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return t, t.mustBeOurs()
	}
	if err != nil {
		return t, failf("snapshot %s: %v", t.dir, err)
	}
	t.manifest = &m
	if m.Identity != t.identity {
		return t, usagef("%s holds another scan (%s); choose another --snapshot or --out", t.dir, differences(&m, settings, lists))
	}
	return t, nil
}

// mustBeOurs refuses a folder that is there, but is no snapshot begun by us.
func (t target) mustBeOurs() error {
	entries, err := os.ReadDir(t.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return failf("snapshot %s: %v", t.dir, err)
	}
	for _, e := range entries {
		if e.Name() != "_work" {
			return usagef("%s is there, but holds no manifest: it is no snapshot of this program; choose another --snapshot or --out", t.dir)
		}
	}
	return nil
}

// differences says in what a snapshot is another scan than the one asked for.
func differences(m *sinks.Manifest, settings map[string]string, lists []sinks.Input) string {
	var diffs []string
	for _, name := range identitySettings {
		if m.Settings[name] != settings[name] {
			diffs = append(diffs, fmt.Sprintf("%s: %s there, %s here", name, quoteEmpty(m.Settings[name]), quoteEmpty(settings[name])))
		}
	}
	same := slices.EqualFunc(m.Inputs, lists, func(a, b sinks.Input) bool { return a.Name == b.Name && a.SHA256 == b.SHA256 })
	if !same {
		diffs = append(diffs, "the lists differ")
	}
	return strings.Join(diffs, "; ")
}

func quoteEmpty(s string) string {
	if s == "" {
		return `""`
	}
	return s
}

// workDir is where a snapshot keeps what is gone when it is complete.
func workDir(dir string) string { return filepath.Join(dir, "_work") }
