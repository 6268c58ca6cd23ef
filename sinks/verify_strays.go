package sinks

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
)

// strays reports every file of the snapshot that has no business there.
func (v *verification) strays() error {
	return filepath.WalkDir(v.dir, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // a scan at work has moved it
		}
		if err != nil {
			return err
		}
		short, err := filepath.Rel(v.dir, path)
		if err != nil {
			return err
		}
		short = filepath.ToSlash(short)
		switch {
		case short == workDir:
			if v.State == StateComplete {
				v.problem("%s: still there in a complete snapshot", short)
			}
			return fs.SkipDir
		case entry.IsDir() && v.expectsDir(short), !entry.IsDir() && v.expectsFile(short):
			return nil
		case entry.IsDir():
			v.problem("%s/: stray folder", short)
			return fs.SkipDir
		}
		v.problem("%s: stray file", short)
		return nil
	})
}

func (v *verification) expectsDir(short string) bool {
	if short == "." || slices.Contains(tableDirs(), short) {
		return true
	}
	ruleset, ok := strings.CutPrefix(short, TableVerdicts+"/"+rulesetPrefix)
	return ok && slices.Contains(v.Rulesets, ruleset)
}

func (v *verification) expectsFile(short string) bool {
	dir, base := "", short
	if i := strings.LastIndexByte(short, '/'); i >= 0 {
		dir, base = short[:i], short[i+1:]
	}
	switch {
	case dir == "":
		return base == manifestName || base == rejectedName || base == eventsName
	case dir == chunksDir:
		_, ok := chunkOf(base, recordExt)
		return ok || base == retryPlanName
	case base == checksumsName:
		return strings.HasPrefix(dir, TableVerdicts+"/")
	}
	id, ok := chunkOf(base, v.format.ext())
	return ok && v.committed(id)
}
