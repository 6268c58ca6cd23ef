package inputs

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestParseShard(t *testing.T) {
	for given, want := range map[string]Shard{"": {}, "1/1": {1, 1}, "1/4": {1, 4}, "4/4": {4, 4}, "65536/65536": {65536, 65536}} {
		if got, err := ParseShard(given); err != nil || got != want || got.String() != given {
			t.Errorf("%q: %+v %v", given, got, err)
		}
	}
	for _, given := range []string{"0/4", "5/4", "1", "/", "1/", "/4", "1/4/2", "-1/4", "+1/4", "01/4", " 1/4", "1/0", "1/65537", "a/b"} {
		if got, err := ParseShard(given); err == nil {
			t.Errorf("%q is taken for %+v", given, got)
		}
	}
}

// The rule as another program would write it down from the documentation.
func TestShardRule(t *testing.T) {
	for n := range 1000 {
		name := fmt.Sprintf("d%d.example", n)
		sum := sha256.Sum256(append(make([]byte, 8), name...))
		part := binary.BigEndian.Uint64(sum[:8]) % 7
		for i := range uint64(7) {
			if got := (Shard{int(i) + 1, 7}).Has(name); got != (i == part) {
				t.Errorf("%s in shard %d/7: %v, its part is %d", name, i+1, got, part+1)
			}
		}
	}
}

// The shards of a list, also of one with a limit and repetitions, are disjoint
// and together the list, whatever the seed of each; none is much larger than
// another.
func TestShardsAreTheList(t *testing.T) {
	var text strings.Builder
	for n := range 5000 {
		fmt.Fprintf(&text, "d%d.example\nD%d.Example.\n", n, n/2)
	}
	for _, limit := range []int{0, 1200} {
		whole := domains(all(t, build(t, SpoolConfig{Limit: limit}, "a", text.String())))
		const parts = 4
		var union []string
		for i := range parts {
			s := build(t, SpoolConfig{Limit: limit, Seed: uint64(i), Shard: Shard{i + 1, parts}}, "a", text.String())
			part := domains(all(t, s))
			// Of n names each shard has n/4, with a standard deviation of sqrt(n*3/16).
			if off := len(part) - len(whole)/parts; off*off > 25*len(whole)*3/16 {
				t.Errorf("shard %d of %d names has %d", i+1, len(whole), len(part))
			}
			if s.Summary().Shard != fmt.Sprintf("%d/4", i+1) {
				t.Errorf("the summary says shard %q", s.Summary().Shard)
			}
			union = append(union, part...)
		}
		slices.Sort(whole)
		slices.Sort(union)
		if !slices.Equal(union, whole) {
			t.Errorf("limit %d: %d names in the shards, %d in the list", limit, len(union), len(whole))
		}
	}
}

func TestEmptyShard(t *testing.T) {
	dir := t.TempDir()
	list := List{Name: "-", Path: Stdin}
	empty := 0
	for i := range 2 {
		_, err := BuildSpool(t.Context(), SpoolConfig{Dir: fmt.Sprint(dir, "/", i), Lists: []List{list}, Stdin: strings.NewReader("example.com\n"), Shard: Shard{i + 1, 2}})
		var said *Error
		if errors.As(err, &said) && strings.Contains(said.What, "no name falls into shard") {
			empty++
		} else if err != nil {
			t.Error(err)
		}
	}
	if empty != 1 {
		t.Errorf("%d of two shards of one name are empty", empty)
	}
}
