package sinks

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/bits"
)

// NameDigest is an order-free digest of a set of names: the sum of their SHA-256
// digests, each read as a big-endian number, modulo 2^256. The digest of a
// union of disjoint sets is the sum of theirs. The zero value is that of no names.
type NameDigest struct {
	sum [4]uint64 // least significant word first
}

// Add adds one name.
func (d *NameDigest) Add(name string) { d.add(sha256.Sum256([]byte(name))) }

// AddDigest adds all names of another digest, given as String wrote it.
func (d *NameDigest) AddDigest(digest string) error {
	raw, err := hex.DecodeString(digest)
	if err != nil || len(raw) != sha256.Size {
		return fmt.Errorf("%q is not a digest of names", digest)
	}
	d.add([sha256.Size]byte(raw))
	return nil
}

func (d *NameDigest) add(b [sha256.Size]byte) {
	var carry uint64
	for i := range d.sum {
		word := binary.BigEndian.Uint64(b[sha256.Size-8*(i+1):])
		d.sum[i], carry = bits.Add64(d.sum[i], word, carry)
	}
}

// String is the digest as 64 lower-case hexadecimal digits.
func (d NameDigest) String() string {
	var b [sha256.Size]byte
	for i, word := range d.sum {
		binary.BigEndian.PutUint64(b[sha256.Size-8*(i+1):], word)
	}
	return hex.EncodeToString(b[:])
}
