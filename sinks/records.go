package sinks

import (
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"

	"stscan/internal/evidence"
)

// Committed lists the chunks of the snapshot in dir that have a commit record,
// sorted.
func Committed(dir string) ([]evidence.ChunkID, error) {
	entries, err := os.ReadDir(filepath.Join(dir, chunksDir))
	if err != nil {
		return nil, err
	}
	var ids []evidence.ChunkID
	for _, entry := range entries {
		if id, ok := chunkOf(entry.Name(), recordExt); ok {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids, nil
}

// Commits yields the commit records of the snapshot in dir, sorted by chunk. Each
// is read when its turn comes: it holds the deferred names of its chunk, and all
// of them together may be a large part of the list. It ends at the first error.
func Commits(dir string) iter.Seq2[evidence.Commit, error] {
	return func(yield func(evidence.Commit, error) bool) {
		ids, err := Committed(dir)
		if err != nil {
			yield(evidence.Commit{}, err)
			return
		}
		for _, id := range ids {
			record, err := ReadCommit(dir, id)
			if !yield(record, err) || err != nil {
				return
			}
		}
	}
}

// ReadCommit reads the commit record of one chunk.
func ReadCommit(dir string, id evidence.ChunkID) (evidence.Commit, error) {
	var record evidence.Commit
	if err := readJSON(recordPath(dir, id), &record); err != nil {
		return record, err
	}
	if record.Chunk != id {
		return record, fmt.Errorf("commit record of %s is named %s", record.Chunk, string(id)+recordExt)
	}
	return record, nil
}

// Commits yields the commit records one at a time, sorted by chunk.
func (s *Snapshot) Commits() iter.Seq2[evidence.Commit, error] { return Commits(s.dir) }

// ReadCommit reads the record of one committed chunk.
func (s *Snapshot) ReadCommit(id evidence.ChunkID) (evidence.Commit, error) {
	return ReadCommit(s.dir, id)
}
