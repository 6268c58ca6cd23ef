package evidence

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math/bits"
)

// NamesDigest is an order-free digest of a set of names: the sum, modulo
// 2^256, of the SHA-256 of each. The digests of the parts add up to that of the
// whole, so a snapshot can be checked against its chunks. A name added twice
// changes it, which a XOR would hide. The zero value is the empty set's.
type NamesDigest struct {
	sum [4]uint64 // most significant word first
}

// Add adds one name.
func (d *NamesDigest) Add(name string) {
	d.add(sha256.Sum256([]byte(name)))
}

// Merge adds the names of another, disjoint set.
func (d *NamesDigest) Merge(o NamesDigest) { d.add(o.bytes()) }

func (d *NamesDigest) add(b [sha256.Size]byte) {
	var carry uint64
	for i := len(d.sum) - 1; i >= 0; i-- {
		d.sum[i], carry = bits.Add64(d.sum[i], binary.BigEndian.Uint64(b[8*i:]), carry)
	}
}

func (d NamesDigest) bytes() (b [sha256.Size]byte) {
	for i, w := range d.sum {
		binary.BigEndian.PutUint64(b[8*i:], w)
	}
	return b
}

// String is the digest in 64 lower-case hex digits.
func (d NamesDigest) String() string {
	b := d.bytes()
	return hex.EncodeToString(b[:])
}

// ErrNamesDigest is returned by ParseNamesDigest for what String cannot have made.
var ErrNamesDigest = errors.New("evidence: malformed digest of names")

// ParseNamesDigest is the inverse of String.
func ParseNamesDigest(s string) (NamesDigest, error) {
	var d NamesDigest
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != sha256.Size {
		return d, ErrNamesDigest
	}
	d.add([sha256.Size]byte(b))
	return d, nil
}
