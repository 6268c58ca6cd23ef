package sinks

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"stscan/internal/evidence"
)

const (
	// namesAPass are compared at once: 128 MB of 64-bit hashes. A snapshot with
	// more names is read in several passes, each of which takes its share of them.
	namesAPass = 16 << 20
	// namesTold are the duplicates named before it is enough.
	namesTold = 20
)

// uniqueness looks for names with several rows. When the rows' number and digest
// are those of the names to scan there are none: each missing name would have to
// be offset by another with the same hash.
func (v *verification) uniqueness() error {
	if v.Rows == v.manifest.Names && v.names.String() == v.manifest.Digest {
		return nil
	}
	passes := uint64(v.Rows/namesAPass + 1)
	for pass := range passes {
		suspects, err := v.repeated(func(h uint64) bool { return h%passes == pass })
		if err != nil {
			return err
		}
		if err := v.tell(suspects); err != nil {
			return err
		}
	}
	return nil
}

// repeated returns the hashes, of those in the share, that several rows have.
func (v *verification) repeated(share func(uint64) bool) (map[uint64]bool, error) {
	var hashes []uint64
	err := v.eachName(func(_ evidence.ChunkID, name string) {
		if h := hashName(name); share(h) {
			hashes = append(hashes, h)
		}
	})
	slices.Sort(hashes)
	suspects := map[uint64]bool{}
	for i := 1; i < len(hashes) && len(suspects) < namesTold; i++ {
		if hashes[i] == hashes[i-1] {
			suspects[hashes[i]] = true
		}
	}
	return suspects, err
}

// tell names the names behind the suspects, which may yet be two of one hash.
func (v *verification) tell(suspects map[uint64]bool) error {
	if len(suspects) == 0 {
		return nil
	}
	first := map[string]evidence.ChunkID{}
	return v.eachName(func(id evidence.ChunkID, name string) {
		if !suspects[hashName(name)] {
			return
		}
		if other, ok := first[name]; ok {
			v.problem("%s has a row in %s and in %s", name, other, id)
			return
		}
		first[name] = id
	})
}

// eachName calls f with the name of each row of each chunk that can be read;
// those that cannot have been told of.
func (v *verification) eachName(f func(id evidence.ChunkID, name string)) error {
	for _, id := range v.chunks {
		c, err := ReadCommit(v.dir, id)
		if err != nil {
			return err
		}
		part := v.part(TableDomains, id)
		if hash, err := fileSHA256(part); err != nil || hash != c.Parts[TableDomains] {
			continue
		}
		if err := eachString(v.format, part, "domain", func(name string) { f(id, name) }); err != nil {
			return err
		}
	}
	return nil
}

func hashName(name string) uint64 {
	sum := sha256.Sum256([]byte(name))
	return binary.BigEndian.Uint64(sum[:])
}
