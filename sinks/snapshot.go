package sinks

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"

	"stscan/internal/evidence"
)

// What a user is told in one line.
var (
	ErrLocked   = errors.New("another process is working on this snapshot")
	ErrExists   = errors.New("there is already something here that is not an empty snapshot")
	ErrComplete = errors.New("this snapshot is complete")
)

// Options say what stands in the metadata of every part.
type Options struct {
	Tool         string            // name and version of the program
	Ruleset      string            // of the verdicts written: "rfc", "deployed"
	RulesVersion string            // of the verdicts written
	Rules        map[string]string // more about the rules, such as the hash of the roots
}

func (o *Options) metadata(table string, id evidence.ChunkID) map[string]string {
	return map[string]string{
		"schema_version": strconv.Itoa(SchemaVersion),
		"tool":           o.Tool,
		"table":          table,
		"chunk":          string(id),
	}
}

func (o *Options) verdictMetadata(id evidence.ChunkID) map[string]string {
	m := maps.Clone(o.Rules)
	if m == nil {
		m = map[string]string{}
	}
	maps.Copy(m, o.metadata(TableVerdicts, id))
	m["ruleset"], m["rules_version"] = o.Ruleset, o.RulesVersion
	return m
}

// Snapshot is a snapshot being written, locked for this process until Close or
// Finish.
type Snapshot struct {
	dir     string
	format  Format
	options Options
	create  createFunc
	parquet *parquetTools
	lock    *os.File

	once     sync.Mutex // held to create what must be created once
	mu       sync.Mutex // guards the manifest
	manifest Manifest
}

// Create makes a new snapshot in dir (see Dir), whose manifest is m with state
// running. What dir may already hold is a _work folder, with the spool. With
// anything else the error is ErrExists.
func Create(dir string, m Manifest, o Options) (*Snapshot, error) {
	m.Format = m.Format.orDefault()
	if err := m.Format.check(); err != nil {
		return nil, fmt.Errorf("create %s: %w", dir, err)
	}
	if err := vacant(dir); err != nil {
		return nil, err
	}
	s, err := acquire(dir, m.Format, o)
	if err != nil {
		return nil, err
	}
	m.State, m.SchemaVersion = StateRunning, SchemaVersion
	if err := s.prepare(m); err != nil {
		return nil, errors.Join(fmt.Errorf("create %s: %w", dir, err), s.Close())
	}
	return s, nil
}

// vacant returns ErrExists unless dir can become a snapshot.
func vacant(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, entry := range entries {
		// Folders are made before the manifest: a kill may have come between.
		if entry.Name() != workDir && !slices.Contains(tableDirs(), entry.Name()) {
			return fmt.Errorf("%s: %w (%s)", dir, ErrExists, entry.Name())
		}
	}
	return nil
}

// tableDirs are the folders every snapshot has.
func tableDirs() []string { return append(evidenceTables(), TableVerdicts, chunksDir) }

func (s *Snapshot) prepare(m Manifest) error {
	if err := vacant(s.dir); err != nil { // again, now that nobody else can create it
		return err
	}
	for _, table := range append(tableDirs(), filepath.Join(TableVerdicts, rulesetPrefix+s.options.Ruleset)) {
		if err := os.MkdirAll(filepath.Join(s.dir, table), 0o755); err != nil {
			return err
		}
	}
	if err := s.clean(); err != nil {
		return err
	}
	if err := syncDir(s.dir); err != nil {
		return err
	}
	return s.SetManifest(m)
}

// Open takes up an unfinished snapshot: what was committed but not published is
// published, and attempts without a commit record are removed. A complete
// snapshot is rid of leftovers and refused with ErrComplete. While another
// process has it the error is ErrLocked.
func Open(dir string, o Options) (*Snapshot, error) {
	m, err := ReadManifest(dir)
	if err != nil {
		return nil, err
	}
	s, err := acquire(dir, m.Format, o)
	if err != nil {
		return nil, err
	}
	if err := s.recover(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Tidy rids a complete snapshot of what a process that was killed in its last
// moment left in it, as Open does. While another process has it, it does nothing.
func Tidy(dir string) error {
	work := filepath.Join(dir, workDir)
	if _, err := os.Stat(work); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	s, err := Open(dir, Options{})
	if err == nil {
		return s.Close()
	}
	if _, left := os.Stat(work); errors.Is(left, os.ErrNotExist) || errors.Is(err, ErrLocked) {
		return nil
	}
	return err
}

func (s *Snapshot) recover() error {
	m, err := ReadManifest(s.dir)
	if err != nil {
		return err
	}
	if m.State == StateComplete {
		return errors.Join(fmt.Errorf("%s: %w", s.dir, ErrComplete), os.RemoveAll(filepath.Join(s.dir, workDir)))
	}
	s.manifest = m
	for _, dir := range tableDirs() {
		if err := os.MkdirAll(filepath.Join(s.dir, dir), 0o755); err != nil {
			return err
		}
	}
	for record, err := range s.Commits() {
		if err == nil {
			err = s.publish(record)
		}
		if err != nil {
			return err
		}
	}
	return s.clean()
}

// clean removes what an earlier process left in _work, but for the spool.
func (s *Snapshot) clean() error {
	work := filepath.Join(s.dir, workDir)
	entries, err := os.ReadDir(work)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if name := entry.Name(); name != spoolDir && name != lockName {
			if err := os.RemoveAll(filepath.Join(work, name)); err != nil {
				return err
			}
		}
	}
	return nil
}

// Dir is the snapshot's folder.
func (s *Snapshot) Dir() string { return s.dir }

// SpoolDir is where the spool of the snapshot belongs: it survives a crash and
// goes when the snapshot is complete.
func (s *Snapshot) SpoolDir() string { return filepath.Join(s.dir, workDir, spoolDir) }

// Manifest is the manifest as last written.
func (s *Snapshot) Manifest() Manifest {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.manifest
}

// SetManifest replaces the manifest as a whole.
func (s *Snapshot) SetManifest(m Manifest) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := writeManifest(s.dir, m); err != nil {
		return fmt.Errorf("write manifest: %w", cause(err))
	}
	s.manifest = m
	return nil
}

// NoteControls adds a change of the controls to the manifest, as the end of the
// one before.
func (s *Snapshot) NoteControls(c ControlChange) error {
	m := s.Manifest()
	m.Controls = slices.Clone(m.Controls)
	if n := len(m.Controls); n > 0 && m.Controls[n-1].To == nil {
		m.Controls[n-1].To = &c.At
	}
	m.Controls = append(m.Controls, c)
	return s.SetManifest(m)
}

// KeepRejected moves the finished list of rejected lines from path (in the
// spool) into the snapshot. Done before, it does nothing.
func (s *Snapshot) KeepRejected(path string) error {
	return move(path, filepath.Join(s.dir, rejectedName))
}

// Finish writes the last manifest and gives the snapshot back. In state complete
// _work goes, in state partial it stays for the resume. No Part may be open.
func (s *Snapshot) Finish(m Manifest) error {
	if m.State != StateComplete && m.State != StatePartial {
		return fmt.Errorf("a snapshot cannot finish in state %q", m.State)
	}
	err := s.checksums()
	if err == nil {
		err = s.clean()
	}
	if err == nil {
		err = s.SetManifest(m)
	}
	// From here on the snapshot is complete: what a crash leaves of _work, Open removes.
	if err == nil && m.State == StateComplete {
		err = os.RemoveAll(filepath.Join(s.dir, workDir))
	}
	return errors.Join(err, s.Close())
}

// Close gives the snapshot back as it is.
func (s *Snapshot) Close() error {
	err := s.lock.Close()
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	return err
}

// createOnce writes a file that must be written once, whole; it reports whether
// this call did.
func (s *Snapshot) createOnce(name string, data []byte) (bool, error) {
	s.once.Lock()
	defer s.once.Unlock()
	return createOnly(name, filepath.Join(s.dir, workDir), data)
}
