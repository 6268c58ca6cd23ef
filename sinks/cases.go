package sinks

import (
	"fmt"
	"iter"

	"stscan/internal/evidence"
)

// ReadCases yields the cases of one committed chunk, in the order of its domains
// part, each with its sessions and certificates: what was given to Part.Write,
// but for times and durations finer than a microsecond and for empty lists, which
// are nil. The sessions and certificates of the chunk are held in memory and
// shared by the cases; the domains are streamed. It ends at the first error.
func ReadCases(dir string, id evidence.ChunkID) iter.Seq2[evidence.Case, error] {
	return func(yield func(evidence.Case, error) bool) {
		m, err := ReadManifest(dir)
		if err != nil {
			yield(evidence.Case{}, err)
			return
		}
		readCases(dir, id, m.Format)(yield)
	}
}

func readCases(dir string, id evidence.ChunkID, f Format) iter.Seq2[evidence.Case, error] {
	return func(yield func(evidence.Case, error) bool) {
		refs, err := readShared(dir, id, f)
		if err != nil {
			yield(evidence.Case{}, err)
			return
		}
		for row, err := range eachRow[DomainRow](f, PartPath(dir, TableDomains, id, f)) {
			var c evidence.Case
			if err == nil {
				c, err = refs.resolve(row)
			}
			if err != nil {
				err = fmt.Errorf("read %s: %w", id, err)
			}
			if !yield(c, err) || err != nil {
				return
			}
		}
	}
}

// shared is what the domains of a chunk refer to.
type shared struct {
	certs    certIndex
	sessions map[string]evidence.Session
}

func readShared(dir string, id evidence.ChunkID, f Format) (*shared, error) {
	s := &shared{certs: certIndex{}, sessions: map[string]evidence.Session{}}
	for row, err := range eachRow[certRef](f, PartPath(dir, TableCerts, id, f)) {
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", id, err)
		}
		s.certs[row.SHA256] = orNil(row.DER)
	}
	for row, err := range eachRow[MXRow](f, PartPath(dir, TableMX, id, f)) {
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", id, err)
		}
		session, err := row.evidence(s.certs)
		if err != nil {
			return nil, fmt.Errorf("read session %s of %s: %w", row.SessionID, id, err)
		}
		s.sessions[row.SessionID] = session
	}
	return s, nil
}

// certRef is the part of a CertRow that is evidence.
type certRef struct {
	SHA256 string `parquet:"sha256" json:"sha256"`
	DER    []byte `parquet:"der" json:"der"`
}

func (s *shared) resolve(row *DomainRow) (evidence.Case, error) {
	domain, err := row.evidence(s.certs)
	if err != nil {
		return evidence.Case{}, err
	}
	c := evidence.Case{Domain: domain}
	for _, id := range domain.Sessions {
		session, ok := s.sessions[id]
		if !ok {
			return c, fmt.Errorf("session %s of %s is not in table mx of the chunk", id, row.Domain)
		}
		c.Sessions = append(c.Sessions, session)
	}
	return c, nil
}
