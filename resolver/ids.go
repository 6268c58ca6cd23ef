package resolver

import (
	"encoding/binary"
	"io"
	"sync"

	"stscan/internal/evidence"
	"stscan/internal/neterr"
)

// idSource hands out random numbers, read from its source in blocks: a call of
// the system for each query would cost more than the rest of packing it.
type idSource struct {
	mu     sync.Mutex
	random io.Reader
	block  [512]byte
	left   []byte
}

// next returns 32 random bits: an id and the choice of a socket, which together
// are what a forger has to guess (RFC 5452 section 9.2).
func (s *idSource) next() (uint32, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.left) < 4 {
		if _, err := io.ReadFull(s.random, s.block[:]); err != nil {
			return 0, neterr.Observation{Kind: evidence.KindLocal, What: "no random id: " + err.Error()}
		}
		s.left = s.block[:]
	}
	n := binary.BigEndian.Uint32(s.left)
	s.left = s.left[4:]
	return n, nil
}
