package sinks

import (
	"fmt"
	"maps"
	"path/filepath"
	"strings"
	"testing"

	"stscan/internal/evidence"
)

// A part is the same, octet for octet, whatever its writer wrote before: rows that
// fill no dictionary, dictionaries that overflowed,
// nothing at all.
func TestUsedWritersWriteTheSameParts(t *testing.T) {
	long := nameCases(2000, 4200) // more than one window
	for i := range long {         // more than a dictionary takes
		l := &long[i].Domain.Lookups[0]
		l.Records, l.Total = []string{strings.Repeat(fmt.Sprintf("%d ", i), 200)}, 1
	}
	chunks := [][]evidence.Case{nameCases(0, 7), long, nameCases(7, 9), nil, nameCases(9, 40), nameCases(1, 3)}
	write := func(only int) map[int]map[string]string {
		s := newSnapshot(t, filepath.Join(t.TempDir(), "snapshot=x"), Manifest{})
		defer s.Close()
		parts := map[int]map[string]string{}
		for i, cases := range chunks {
			if only < 0 || i == only {
				record := mustCommit(t, s, evidence.FirstPass(i), cases)
				parts[i] = maps.Clone(record.Parts)
				maps.Copy(parts[i], record.Verdicts)
			}
		}
		return parts
	}
	inTurn := write(-1)
	for i := range chunks {
		if alone := write(i)[i]; !maps.Equal(inTurn[i], alone) {
			t.Errorf("chunk %d is %v, and %v when its writers are new", i, inTurn[i], alone)
		}
	}
}
