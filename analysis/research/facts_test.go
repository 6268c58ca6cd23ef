package research

import "testing"

// What all snapshots share is said once; else each says its own.
func TestMadeBy(t *testing.T) {
	same, other := Source{"w1", "1.2", "3"}, Source{"w2", "1.2", "2 and 3"}
	for want, sources := range map[string][]Source{
		"stscan 1.2, ruleset rfc of version 3":                                                     {same, same},
		"w1: stscan 1.2, ruleset rfc of version 3; w2: stscan 1.2, ruleset rfc of version 2 and 3": {same, other},
	} {
		if got := (Result{Ruleset: "rfc", Sources: sources}).MadeBy(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
