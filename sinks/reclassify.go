package sinks

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"stscan/analysis"
	"stscan/internal/evidence"
)

// Reclassify derives the verdicts of o.Ruleset again for every committed chunk of
// the snapshot in dir, from stored evidence alone, and returns how many names it
// judged. All parts are written before the first is put in place: an
// interruption leaves the old verdicts, not a mixture. While a scan is at the
// snapshot the error is ErrLocked.
func Reclassify(ctx context.Context, dir string, o Options, judge func(evidence.Case) analysis.Verdict) (names int, err error) {
	m, err := ReadManifest(dir)
	if err != nil {
		return 0, err
	}
	s, err := acquire(dir, m.Format, o)
	if err != nil {
		return 0, err
	}
	defer func() {
		if m.State == StateComplete {
			err = errors.Join(err, os.RemoveAll(filepath.Join(dir, workDir)))
		}
		err = errors.Join(err, s.Close())
	}()
	staging := filepath.Join(dir, workDir, TableVerdicts+"-"+o.Ruleset)
	if err := os.RemoveAll(staging); err != nil {
		return 0, err
	}
	if err := os.MkdirAll(staging, 0o755); err != nil {
		return 0, err
	}
	sums, names, err := s.rejudge(ctx, staging, judge)
	if err != nil {
		return names, errors.Join(err, os.RemoveAll(staging))
	}
	return names, s.swapVerdicts(staging, sums)
}

// rejudge writes the verdict parts of all chunks to staging.
func (s *Snapshot) rejudge(ctx context.Context, staging string, judge func(evidence.Case) analysis.Verdict) (Checksums, int, error) {
	sums, names := Checksums{}, 0
	for record, err := range s.Commits() {
		if err == nil {
			err = s.publish(record) // a killed scan may not have come to it
		}
		if err != nil {
			return nil, names, err
		}
		base := string(record.Chunk) + s.format.ext()
		hash, rows, err := s.rejudgeChunk(ctx, record.Chunk, filepath.Join(staging, base), judge)
		names += rows
		if err != nil {
			return nil, names, err
		}
		if rows != record.Rows {
			return nil, names, fmt.Errorf("%s has %d names, its commit record says %d", record.Chunk, rows, record.Rows)
		}
		sums[base] = hash
	}
	return sums, names, syncDir(staging)
}

func (s *Snapshot) rejudgeChunk(ctx context.Context, id evidence.ChunkID, name string, judge func(evidence.Case) analysis.Verdict) (hash string, rows int, err error) {
	w, err := newVerdictWriter(s, name, id)
	if err != nil {
		return "", 0, fmt.Errorf("write verdicts part of %s: %w", id, cause(err))
	}
	for c, err := range readCases(s.dir, id, s.format) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return "", w.rows, errors.Join(err, w.abandon())
		}
		verdict := judge(c)
		row, err := w.next()
		if err != nil {
			return "", w.rows, errors.Join(fmt.Errorf("write verdicts part of %s: %w", id, cause(err)), w.abandon())
		}
		row.set(&verdict)
	}
	rows = w.rows
	if hash, err = w.finish(); err != nil {
		return "", rows, fmt.Errorf("write verdicts part of %s: %w", id, cause(err))
	}
	return hash, rows, nil
}

// swapVerdicts puts the parts in staging in place of the old ones.
func (s *Snapshot) swapVerdicts(staging string, sums Checksums) error {
	folder := verdictDir(s.dir, s.options.Ruleset)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for base := range sums {
		if err := os.Rename(filepath.Join(staging, base), filepath.Join(folder, base)); err != nil {
			return err
		}
	}
	if err := errors.Join(syncDir(folder), syncDir(filepath.Dir(folder))); err != nil {
		return err
	}
	return errors.Join(s.writeChecksums(s.options.Ruleset, sums), os.RemoveAll(staging))
}
