package evidence

import "testing"

func TestNamesDigest(t *testing.T) {
	// Sums of SHA-256 taken with sha256sum and Python's integers.
	const one = "a379a6f6eeafb9a55e378c118034e2751e682fab9f2d30ab13d2125586ce1947" // example.com
	var d NamesDigest
	if got := d.String(); got != "0000000000000000000000000000000000000000000000000000000000000000" {
		t.Errorf("empty set: %s", got)
	}
	d.Add("example.com")
	if d.String() != one {
		t.Errorf("one name: %s, want %s", d, one)
	}

	var whole, left, right, back NamesDigest
	for i, n := range []string{"a.example", "b.example", "c.example", "d.example"} {
		whole.Add(n)
		if i%2 == 0 {
			left.Add(n)
		} else {
			right.Add(n)
		}
	}
	for _, n := range []string{"d.example", "b.example", "c.example", "a.example"} {
		back.Add(n)
	}
	if back != whole {
		t.Error("the order of the names changes the digest")
	}
	left.Merge(right)
	if left != whole {
		t.Error("the parts do not add up to the whole")
	}
	whole.Add("a.example")
	if whole == left {
		t.Error("a name added twice does not show")
	}
	got, err := ParseNamesDigest(left.String())
	if err != nil || got != left {
		t.Errorf("read back %s, %v; want %s", got, err, left)
	}
	for _, bad := range []string{"", "00", one + "00", "g" + one[1:]} {
		if _, err := ParseNamesDigest(bad); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
}
