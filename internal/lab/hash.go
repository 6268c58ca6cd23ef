package lab

import "strconv"

// hash is the keyed hash that everything in a world hangs on: FNV-1a over the
// parts, each ended by a zero byte, mixed with the seed before and finished by
// the splitmix64 finalizer, as FNV alone spreads its last bytes badly. It is
// part of what makes the same world everywhere: it must never change.
func hash(seed uint64, parts ...string) uint64 {
	const (
		offset = 14695981039346656037
		prime  = 1099511628211
	)
	h := mix(seed) ^ offset
	for _, p := range parts {
		for i := range len(p) {
			h = (h ^ uint64(p[i])) * prime
		}
		h *= prime
	}
	return mix(h)
}

// mix is the finalizer of splitmix64.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// policyID is the {id} of a name: 20 letters and digits, within the 32 that
// RFC 8461 section 3.1 allows.
func policyID(seed uint64, domain string) string {
	const digits = 20
	s := "2026" + strconv.FormatUint(hash(seed, "id", domain)|1<<63, 16)
	return s[:digits]
}
