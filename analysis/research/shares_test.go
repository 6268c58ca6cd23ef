package research

import "testing"

// How many could not be told follows from the rows as far as these say whom they
// share, and no further.
func TestUntold(t *testing.T) {
	for _, c := range []struct {
		rows string
		of   [][]any // first axis, second axis, n, total, unknown
		want string
	}{
		{"one row", [][]any{{"a", "", int64(3), int64(9), int64(2)}}, "2 of 9"},
		{"each name in one of them", [][]any{{"a", "", int64(3), int64(9), int64(2)}, {"b", "", int64(6), int64(9), int64(1)}}, "3 of 9"},
		{"all of the same names", [][]any{{"a", "", int64(3), int64(9), int64(2)}, {"b", "", int64(1), int64(9), int64(2)}}, "2 of 9"},
		{"each holds the next", [][]any{{"a", "", int64(8), int64(9), int64(1)}, {"b", "", int64(5), int64(9), int64(4)}}, "at least 4 of 9"},
		{"they overlap, one alone is unsure", [][]any{{"a", "", int64(8), int64(9), int64(0)}, {"b", "", int64(5), int64(9), int64(4)}}, "4 of 9"},
		{"a group each", [][]any{
			{"a", "x", int64(3), int64(9), int64(2)}, {"a", "y", int64(6), int64(9), int64(1)},
			{"b", "x", int64(4), int64(5), int64(2)}, {"b", "y", int64(3), int64(5), int64(1)},
		}, "at least 5 of 14"},
		{"and the sum of all", [][]any{
			{"a", "", int64(1), int64(9), int64(2)}, {"b", "", int64(1), int64(5), int64(1)}, {"all", "", int64(2), int64(14), int64(3)},
		}, "3 of 14"},
	} {
		r := Result{Held: 100, Rows: c.of, Columns: []Column{
			{Name: "first", Type: TypeText}, {Name: "second", Type: TypeText},
			{Name: "n", Type: TypeCount}, {Name: "total", Type: TypeCount}, {Name: "unknown", Type: TypeCount},
		}}
		r.AddShares(false)
		if got := r.Coverage(); got != c.want+" names" {
			t.Errorf("%s: %s, want %s names", c.rows, got, c.want)
		}
	}
}
