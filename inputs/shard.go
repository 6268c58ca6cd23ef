package inputs

import (
	"fmt"
	"strconv"
	"strings"
)

// maxShards bounds n of a shard i/n: more than anybody has machines.
const maxShards = 1 << 16

// Shard is one of several parts of a list: each name is in exactly one, which
// depends on nothing but the name and their number. The zero value is the whole
// list.
type Shard struct {
	Index int // from 1
	Of    int // 0 = not cut
}

// ParseShard reads i/n, as in 2/4: the second of four; "" is the whole list.
func ParseShard(s string) (Shard, error) {
	if s == "" {
		return Shard{}, nil
	}
	i, n, _ := strings.Cut(s, "/")
	index, err1 := strconv.Atoi(i)
	of, err2 := strconv.Atoi(n)
	shard := Shard{index, of}
	if err1 != nil || err2 != nil || shard.String() != s || index < 1 || index > of || of > maxShards {
		return Shard{}, fmt.Errorf("%q: want i/n with 1 <= i <= n <= %d, such as 1/4 to 4/4", s, maxShards)
	}
	return shard, nil
}

// String is i/n; "" for the whole list.
func (s Shard) String() string {
	if s.Of == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.Index, s.Of)
}

// Has reports whether a name is in the shard: Order with seed 0, modulo n, is
// i-1. The seed of the scan has no part in it, so that shards scanned with
// different seeds fit together.
func (s Shard) Has(domain string) bool {
	return s.Of == 0 || Order(0, domain)%uint64(s.Of) == uint64(s.Index-1)
}
