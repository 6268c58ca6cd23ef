package resolver

import (
	"testing"

	"stscan/internal/evidence"
)

// TestUnreadableOwner: a record whose owner nobody can read may be the one that
// was asked for; a message with one is malformed, and no absence.
func TestUnreadableOwner(t *testing.T) {
	query, err := appendQuery(nil, evidence.Question{Name: "a.example", Type: "TXT"})
	if err != nil {
		t.Fatal(err)
	}
	end := questionEnd(query)
	with := func(owner ...byte) []byte {
		msg := append([]byte(nil), query[:end]...)
		copy(msg[2:], []byte{0x80, 0, 0, 1, 0, 1, 0, 0, 0, 0})
		msg = append(msg, owner...)
		return append(msg, 0, 16, 0, 1, 0, 0, 0, 60, 0, 2, 1, 'x')
	}
	for name, test := range map[string]struct {
		msg  []byte
		want bool
	}{
		"the name asked for":           {with(0xc0, headerLen), true},
		"a pointer to itself":          {with(0xc0, byte(end)), false},
		"a pointer behind itself":      {with(0xc0, byte(end+2)), false},
		"a label, then back to itself": {with(1, 'a', 0xc0, byte(end)), false},
	} {
		if got := new(reply).parse(test.msg); got != test.want {
			t.Errorf("%s: readable %v, want %v", name, got, test.want)
		}
	}
}
