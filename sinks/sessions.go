package sinks

import (
	"iter"

	"stscan/internal/evidence"
)

// ReadSessions yields the sessions of one committed chunk with their
// certificates. It ends at the first error.
func ReadSessions(dir string, id evidence.ChunkID) iter.Seq2[evidence.Session, error] {
	return func(yield func(evidence.Session, error) bool) {
		m, err := ReadManifest(dir)
		if err != nil {
			yield(evidence.Session{}, err)
			return
		}
		refs, err := readShared(dir, id, m.Format)
		if err != nil {
			yield(evidence.Session{}, err)
			return
		}
		for _, session := range refs.sessions {
			if !yield(session, nil) {
				return
			}
		}
	}
}
