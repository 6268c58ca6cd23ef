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

// What stands there snapshot by snapshot says where its jumps are explained.
func TestNoteJumps(t *testing.T) {
	both, one := []string{"w1", "w2"}, []string{"w2"}
	for _, c := range []struct {
		id        string
		axes      []string
		snapshots []string
		notes     int
	}{
		{"imc25_f2", []string{"snapshot", "tld"}, both, 1},
		{"imc25_f2", []string{"snapshot", "tld"}, one, 0},
		{"imc25_disc", []string{"fault"}, both, 0},
		{"jumps", []string{"snapshot"}, both, 0},
	} {
		r := Result{Metric: Metric{ID: c.id, Axes: c.axes}, Snapshots: c.snapshots}
		if r.NoteJumps(); len(r.Notes) != c.notes {
			t.Errorf("%s of %v: %v", c.id, c.snapshots, r.Notes)
		}
	}
}
