//go:build cgo && !noduckdb

package duck

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"stscan/sinks"
)

// opened is a snapshot and the files of its tables.
type opened struct {
	Snapshot
	parts map[string][]string // by table; verdicts by verdictsOf
	lacks map[string][]string // by part, columns that it has in name only
}

// verdictsOf is the key of a ruleset's verdicts among the parts.
func verdictsOf(ruleset string) string { return sinks.TableVerdicts + " " + ruleset }

// openSnapshots finds the snapshots in dirs, oldest first.
func openSnapshots(dirs []string, o Options) ([]opened, error) {
	if len(dirs) == 0 {
		return nil, &InputError{"no snapshot was given"}
	}
	var all []opened
	for _, dir := range dirs {
		s, err := openSnapshot(dir, o)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	slices.SortStableFunc(all, func(a, b opened) int {
		return cmp.Or(a.Manifest.StartedAt.Compare(b.Manifest.StartedAt), cmp.Compare(a.ID, b.ID))
	})
	return all, fitTogether(all)
}

func fitTogether(all []opened) error {
	byID := map[string]string{}
	for _, s := range all {
		if other, ok := byID[s.ID]; ok {
			return &InputError{fmt.Sprintf("%s and %s are both snapshot %s: rename one of the folders to tell them apart", other, s.Dir, s.ID)}
		}
		byID[s.ID] = s.Dir
		if a, b := all[0].Manifest.SchemaVersion, s.Manifest.SchemaVersion; a != b {
			return &InputError{fmt.Sprintf("snapshots of different schema versions do not go together: %s has %d, %s has %d", all[0].Dir, a, s.Dir, b)}
		}
	}
	return nil
}

func openSnapshot(dir string, o Options) (opened, error) {
	s := opened{Snapshot: Snapshot{ID: snapshotID(dir), Dir: dir}, parts: map[string][]string{}, lacks: map[string][]string{}}
	var err error
	if s.Manifest, err = sinks.ReadManifest(dir); err != nil {
		return s, manifestError(dir, err)
	}
	if state := s.Manifest.State; state != sinks.StateComplete && !o.Partial {
		return s, &InputError{fmt.Sprintf("%s is not complete (%s): the names that await their row are the difficult ones; finish it, or take it as it is with --partial", dir, state)}
	}
	return s, s.findParts(o.ruleset())
}

// snapshotID is the name of the snapshot in dir: what follows snapshot=, or the
// whole name of a folder that was renamed.
func snapshotID(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	return strings.TrimPrefix(filepath.Base(dir), "snapshot=")
}

func manifestError(dir string, err error) error {
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if _, statErr := os.Stat(dir); errors.Is(statErr, fs.ErrNotExist) {
		return &InputError{fmt.Sprintf("%s: there is no such snapshot", dir)}
	}
	return &InputError{fmt.Sprintf("%s is no snapshot: it has no manifest.json", dir)}
}

// findParts lists the files of the chunks that are committed, and no others, and
// sees that each of them is whole enough to be read.
func (s *opened) findParts(ruleset string) error {
	committed, err := sinks.Committed(s.Dir)
	if err != nil {
		return fmt.Errorf("%s: %w", s.Dir, err)
	}
	if len(committed) == 0 {
		return &InputError{fmt.Sprintf("%s: nothing is committed yet", s.Dir)}
	}
	rulesets, err := s.rulesets(ruleset)
	if err != nil {
		return err
	}
	for _, id := range committed {
		for _, table := range []string{sinks.TableDomains, sinks.TableMX, sinks.TableCerts} {
			s.parts[table] = append(s.parts[table], sinks.PartPath(s.Dir, table, id, s.Manifest.Format))
		}
		for _, r := range rulesets {
			s.parts[verdictsOf(r)] = append(s.parts[verdictsOf(r)], sinks.VerdictPath(s.Dir, r, id, s.Manifest.Format))
		}
	}
	return s.checkParts()
}

// rulesets are those whose verdicts the snapshot holds; the one asked for is
// among them.
func (s *opened) rulesets(asked string) ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(s.Dir, sinks.TableVerdicts))
	if err != nil {
		return nil, err
	}
	var found []string
	for _, e := range entries {
		if r, ok := strings.CutPrefix(e.Name(), "ruleset="); ok && e.IsDir() {
			found = append(found, r)
		}
	}
	if !slices.Contains(found, asked) {
		return nil, &InputError{fmt.Sprintf("%s has no verdicts under ruleset %s: scan classify --ruleset %s %s writes them", s.Dir, asked, asked, s.Dir)}
	}
	return found, nil
}

// checkParts gives every part, in the order of their names, a look at both ends.
func (s *opened) checkParts() error {
	for table, parts := range s.parts {
		slices.Sort(parts)
		for i, part := range parts {
			abs, err := filepath.Abs(part)
			if err != nil {
				return err
			}
			if err := checkPart(abs, s.Manifest.Format); err != nil {
				return fmt.Errorf("%s: %s: %w; scan verify says what else is", s.Dir, filepath.Join(filepath.Base(filepath.Dir(part)), filepath.Base(part)), err)
			}
			parts[i] = abs
		}
		s.parts[table] = parts
	}
	return nil
}

var errCutOff = errors.New("this part is cut off")

// checkPart reads the first and the last bytes of a part: a Parquet file has its
// footer, and so its mark, at the end. Of JSON lines, who copies them sees whether all
// are there.
func checkPart(name string, f sinks.Format) error {
	file, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return errors.New("this part is missing")
	}
	if err != nil {
		return err
	}
	defer file.Close()
	if f != sinks.FormatParquet {
		return nil
	}
	const mark = "PAR1"
	info, err := file.Stat()
	if err != nil {
		return err
	}
	var head, tail [len(mark)]byte
	if info.Size() < 3*int64(len(mark)) { // mark, length of the footer, mark
		return errCutOff
	}
	if _, err := file.ReadAt(head[:], 0); err != nil {
		return err
	}
	if _, err := file.ReadAt(tail[:], info.Size()-int64(len(mark))); err != nil {
		return err
	}
	if !bytes.Equal(head[:], []byte(mark)) || !bytes.Equal(tail[:], []byte(mark)) {
		return errCutOff
	}
	return nil
}
