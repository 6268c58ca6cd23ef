package sinks

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"stscan/internal/evidence"
)

// Commit makes the chunk done: it closes the parts and writes the commit
// record, if there is none yet, and publishes the parts of the record. Of record
// the caller fills what it alone knows (names given, counts, deferred names,
// contacts); Commit fills chunk, attempt, time, rows, digest and hashes. When
// another attempt was first, this one is thrown away and the winner's record
// returned.
func (p *Part) Commit(record evidence.Commit) (evidence.Commit, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.err != nil:
		return record, p.err
	case p.state != partOpen:
		return record, errFinished
	}
	if record.Names != p.rows+len(record.Deferred) {
		return record, fmt.Errorf("commit %s: %d names given, but %d rows and %d deferred",
			p.chunk, record.Names, p.rows, len(record.Deferred))
	}
	if err := p.writeWindow(); err != nil {
		return record, err
	}
	hashes, err := p.closeFiles()
	if err != nil {
		return record, err
	}
	record.Chunk, record.Attempt, record.Rows, record.Digest = p.chunk, p.attempt, p.rows, p.digest.String()
	record.CommittedAt = time.Now().UTC().Truncate(time.Microsecond)
	record.Verdicts = map[string]string{p.snapshot.options.Ruleset: hashes[TableVerdicts]}
	delete(hashes, TableVerdicts)
	record.Parts = hashes
	return p.record(record)
}

// closeFiles makes the attempt durable and returns SHA-256 by table.
func (p *Part) closeFiles() (map[string]string, error) {
	p.state = partClosed
	hashes := map[string]string{}
	for table, w := range p.writers() {
		hash, err := w.finish()
		if err != nil {
			p.err = p.failed(table, err)
			continue // the other files are to be closed too
		}
		hashes[table] = hash
	}
	if p.err != nil {
		return nil, p.err
	}
	if err := errors.Join(syncDir(p.folder), syncDir(filepath.Dir(p.folder))); err != nil {
		return nil, fmt.Errorf("commit %s: %w", p.chunk, err)
	}
	return hashes, nil
}

// record writes the commit record if there is none, and publishes.
func (p *Part) record(record evidence.Commit) (evidence.Commit, error) {
	s := p.snapshot
	data, err := encode(record)
	if err != nil {
		return record, err
	}
	won, err := s.createOnce(recordPath(s.dir, p.chunk), data)
	if won {
		p.state = partCommitted // even when its name could not be synced: it may be there after a crash
	}
	if err != nil {
		return record, fmt.Errorf("write commit record of %s: %w", p.chunk, cause(err))
	}
	if !won {
		p.state = partGone
		if err := os.RemoveAll(p.folder); err != nil {
			return record, err
		}
		if err := readJSON(recordPath(s.dir, p.chunk), &record); err != nil {
			return record, err
		}
	}
	return record, s.publish(record)
}

// publish moves the parts of a committed attempt to their final names. Anyone
// may do it, any number of times: what is no more in the attempt's folder is
// already there.
func (s *Snapshot) publish(record evidence.Commit) error {
	folder := attemptDir(s.dir, record.Chunk, record.Attempt)
	for table := range record.Parts {
		if err := move(attemptPart(folder, table, s.format), PartPath(s.dir, table, record.Chunk, s.format)); err != nil {
			return fmt.Errorf("publish %s part of %s: %w", table, record.Chunk, err)
		}
	}
	for ruleset := range record.Verdicts {
		if err := move(attemptVerdicts(folder, ruleset, s.format), VerdictPath(s.dir, ruleset, record.Chunk, s.format)); err != nil {
			return fmt.Errorf("publish %s part of %s: %w", TableVerdicts, record.Chunk, err)
		}
	}
	return os.RemoveAll(folder)
}

// move renames from to to, unless that was done before.
func move(from, to string) error {
	err := os.Rename(from, to)
	if errors.Is(err, fs.ErrNotExist) {
		err = os.MkdirAll(filepath.Dir(to), 0o755)
		if err == nil {
			err = os.Rename(from, to)
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		published, statErr := exists(to)
		if statErr != nil {
			return statErr
		}
		if published {
			return nil
		}
		return fmt.Errorf("%s is lost", filepath.Base(to))
	}
	if err != nil {
		return err
	}
	return syncDir(filepath.Dir(to))
}
