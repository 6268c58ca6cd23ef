package sinks

import (
	"errors"
	"io/fs"
	"path/filepath"
)

// Checksums maps the files of one ruleset's verdicts to their SHA-256. Unlike
// evidence, verdicts may be derived again, so the commit record cannot hold them.
type Checksums map[string]string

// ReadChecksums reads those of a ruleset; there are none before the scan ends.
func ReadChecksums(dir, ruleset string) (Checksums, error) {
	sums := Checksums{}
	err := readJSON(filepath.Join(verdictDir(dir, ruleset), checksumsName), &sums)
	if errors.Is(err, fs.ErrNotExist) {
		return sums, nil
	}
	return sums, err
}

func (s *Snapshot) writeChecksums(ruleset string, sums Checksums) error {
	data, err := encode(sums)
	if err != nil {
		return err
	}
	return replace(filepath.Join(verdictDir(s.dir, ruleset), checksumsName), filepath.Join(s.dir, workDir), data)
}

// checksums brings _checksums.json of every ruleset the scan wrote up to date.
// What `scan classify` wrote there already, it keeps.
func (s *Snapshot) checksums() error {
	byRuleset := map[string]Checksums{}
	for record, err := range s.Commits() {
		if err != nil {
			return err
		}
		for ruleset, hash := range record.Verdicts {
			if byRuleset[ruleset] == nil {
				if byRuleset[ruleset], err = ReadChecksums(s.dir, ruleset); err != nil {
					return err
				}
			}
			byRuleset[ruleset].addMissing(string(record.Chunk)+s.format.ext(), hash)
		}
	}
	for ruleset, sums := range byRuleset {
		if err := s.writeChecksums(ruleset, sums); err != nil {
			return err
		}
	}
	return nil
}

func (c Checksums) addMissing(name, hash string) {
	if c[name] == "" {
		c[name] = hash
	}
}
