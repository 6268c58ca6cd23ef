package operators

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/publicsuffix"
)

func TestParseRejects(t *testing.T) {
	const head = "# about\nversion 1\n\nmx beta .beta.example 2026-11 setup\n" // a line added stands at 5
	long := strings.Repeat("a", 64)
	for _, tt := range []struct{ name, text, want string }{
		{"empty", "", "f:0: the file ends without a version"},
		{"no version", "mx a .a.example 2026-11 setup\n", "f:1: "},
		{"version that is none", "version one\n", "f:1: "},
		{"second version", head + "version 2\n", "f:5: 2 fields"},
		{"a field missing", head + "mx gamma .gamma.example 2026-11\n", "f:5: 4 fields"},
		{"a field too many", head + "mx gamma .gamma.example 2026-11 setup really\n", "f:5: 6 fields"},
		{"no date", head + "mx gamma .gamma.example - setup\n", `f:5: since "-"`},
		{"a day", head + "mx gamma .gamma.example 2026-11-22 setup\n", "f:5: since"},
		{"month 13", head + "mx gamma .gamma.example 2026-13 setup\n", "f:5: since"},
		{"unknown kind", head + "spf gamma .gamma.example 2026-11 setup\n", "f:5: no kind"},
		{"unknown source", head + "mx gamma .gamma.example 2026-11 hearsay\n", "f:5: source"},
		{"a domain as label", head + "mx gamma.example .gamma.example 2026-11 setup\n", "f:5: label"},
		{"upper case label", head + "mx Gamma .gamma.example 2026-11 setup\n", "f:5: label"},
		{"hyphen at an end", head + "mx gamma- .gamma.example 2026-11 setup\n", "f:5: label"},
		{"reserved label", head + "mx mixed .gamma.example 2026-11 setup\n", "f:5: label"},
		{"upper case pattern", head + "mx gamma .Gamma.example 2026-11 setup\n", "f:5: pattern"},
		{"final dot", head + "mx gamma .gamma.example. 2026-11 setup\n", "f:5: pattern"},
		{"two dots", head + "mx gamma ..gamma.example 2026-11 setup\n", "f:5: pattern"},
		{"a dot", head + "mx gamma . 2026-11 setup\n", "f:5: pattern"},
		{"top-level domain", head + "mx gamma .example 2026-11 setup\n", "f:5: pattern"},
		{"any top-level domain", head + "mx gamma .gamma.* 2026-11 setup\n", "f:5: pattern"},
		{"any top-level domain of a sort", head + "mx gamma .gamma.ex* 2026-11 setup\n", "f:5: pattern"},
		{"anything below a top-level domain", head + "mx gamma mx.*.example 2026-11 setup\n", "f:5: pattern"},
		{"two wildcards in a label", head + "mx gamma a*b#.gamma.example 2026-11 setup\n", "f:5: pattern"},
		{"long label", head + "mx gamma ." + long + ".example 2026-11 setup\n", "f:5: pattern"},
		{"long name", head + "mx gamma " + strings.Repeat("abcdefg.", 31) + "example 2026-11 setup\n", "f:5: pattern"},
		{"URL", head + "mx gamma https://gamma.example 2026-11 setup\n", "f:5: pattern"},
		{"twice", head + "mx beta .beta.example 2026-11 setup\n", "f:5: the line stands there twice"},
		{"twice, dates apart", head + "mx beta .beta.example 2027-01 owner\n", "f:5: the line stands there twice"},
		{"two owners", head + "mx gamma .beta.example 2026-11 setup\n", "f:5: pattern \".beta.example\" is that of beta"},
		{"labels out of order", head + "mx alpha .alpha.example 2026-11 setup\n", "f:5: out of order"},
		{"kinds out of order", head + "dns gamma .gamma.example 2026-11 setup\n", "f:5: out of order"},
		{"patterns out of order", head + "mx beta .a.example 2026-11 setup\n", "f:5: out of order"},
		{"tab", head + "mx\tgamma .gamma.example 2026-11 setup\n", "f:5: byte 0x09 at column 3"},
		{"end of line of another system", head + "mx gamma .gamma.example 2026-11 setup\r\n", "f:5: byte 0x0d"},
		{"no ASCII", head + "# caf\u00e9\n", "f:5: byte 0xc3"},
		{"indented", head + " mx gamma .gamma.example 2026-11 setup\n", "f:5: the line begins with a space"},
	} {
		table, err := Parse("f", tt.text)
		if err == nil || table != nil || !errors.Is(err, ErrData) || !strings.HasPrefix(err.Error(), ErrData.Error()+": "+tt.want) {
			t.Errorf("%s: got %v, want %s", tt.name, err, tt.want)
		}
	}
}

func TestParseAccepts(t *testing.T) {
	table, err := Parse("f", "# about\n\nversion 12\ndns   a  ns-#.a-#.example  2026-11  owner\nmx a .a.example 2026-11 setup\nmx a a.example 2026-11 imc25")
	if err != nil || table.Version() != "12" || table.Len() != 3 {
		t.Errorf("got %+v, %v", table, err)
	}
}

// TestEmbeddedForm reads the file without the parser, so that a fault of it
// shows: sorted, each pattern once a kind, each with a date and a source.
func TestEmbeddedForm(t *testing.T) {
	line := regexp.MustCompile(`^((?:dns|mx|policy|web) +[a-z0-9-]+ +([a-z0-9_.#*-]+)) +20[0-9]{2}-(?:0[1-9]|1[0-2]) (?:imc25|owner|setup)$`)
	var order []string
	seen := map[string]bool{}
	for l := range strings.SplitSeq(strings.TrimSuffix(embedded, "\n"), "\n") {
		if l == "" || l[0] == '#' || strings.HasPrefix(l, "version ") {
			continue
		}
		m := line.FindStringSubmatch(l)
		if m == nil {
			t.Errorf("%q is not of the form", l)
			continue
		}
		fields := strings.Fields(m[1])
		order = append(order, strings.Join(fields, "\x00"))
		if key := fields[0] + " " + m[2]; seen[key] {
			t.Errorf("%s stands there twice", key)
		} else {
			seen[key] = true
		}
	}
	if !slices.IsSorted(order) {
		t.Error("the file is not sorted by kind, label and pattern")
	}
	if n := embeddedTable(t).Len(); n != len(order) || n == 0 {
		t.Errorf("%d lines, but %d patterns", len(order), n)
	}
}

// TestNoPatternTooWide: no pattern takes in all names of a registry, or names
// that are for tests and belong to nobody (RFC 6761 section 6).
func TestNoPatternTooWide(t *testing.T) {
	for _, entries := range embeddedTable(t).buckets {
		for _, e := range entries {
			name := strings.TrimPrefix(e.pattern, ".")
			suffix, icann := publicsuffix.PublicSuffix(name)
			if icann && suffix == name {
				t.Errorf("%s is of a whole registry", e.pattern)
			}
			if slices.Contains([]string{"test", "example", "invalid", "localhost"}, tail(name, 1)) {
				t.Errorf("%s is of a reserved domain", e.pattern)
			}
			if !icann && suffix == tail(name, 1) {
				t.Errorf("%s is below no top-level domain", e.pattern)
			}
		}
	}
}

// versions are those that the data file has had: version and SHA-256 of its
// lines, comments and spacing left out.
//
//go:embed testdata/versions.txt
var versions string

// TestVersionIsRaised: other lines are another version, since verdicts name it.
func TestVersionIsRaised(t *testing.T) {
	h := sha256.New()
	for l := range strings.Lines(embedded) {
		if f := strings.Fields(l); len(f) == 5 && l[0] != '#' {
			h.Write([]byte(strings.Join(f, " ") + "\n"))
		}
	}
	now := embeddedTable(t).Version() + " " + hex.EncodeToString(h.Sum(nil))
	known := strings.Fields(versions)
	if len(known) < 2 || strings.Join(known[len(known)-2:], " ") != now {
		t.Errorf("the lines of operators.txt changed: raise its version, and add what it is now to testdata/versions.txt:\n%s", now)
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(known); i += 2 {
		if seen[known[i]] {
			t.Errorf("version %s stands for two files", known[i])
		}
		seen[known[i]] = true
	}
}

func TestFits(t *testing.T) {
	for _, tt := range []struct {
		pattern, host string
		want          bool
	}{
		{"mx.a.example", "mx.a.example", true},
		{"mx.a.example", "x.mx.a.example", false},
		{".a.example", "a.example", false},
		{".a.example", ".a.example", false},
		{".a.example", "mx.a.example", true},
		{".a.example", "x.y.a.example", true},
		{".a.example", "mx.ba.example", false},
		{"*.a.example", "mx.a.example", true},
		{"*.a.example", "x.y.a.example", false},
		{"*.a.example", "a.example", false},
		{".*.a.example", "x.y.a.example", true},
		{".*.a.example", "y.a.example", false},
		{"mx-*.a.example", "mx-.a.example", false},
		{"mx-*.a.example", "mx-1.a.example", true},
		{"mx-*1.a.example", "mx-1.a.example", false}, // the wildcard stands for one character at least
		{"mx*x.a.example", "mx.a.example", false},    // and no character counts twice
		{"mx#.a.example", "mx10.a.example", true},
		{"mx#.a.example", "mx1a.a.example", false},
		{"mx#.a.example", "mx.a.example", false},
		{"mx.a#.example", "mx.a1.example", true},
		{"mx.a#.example", "x.mx.a1.example", false},
		{".a#.example", "x.mx.a1.example", true},
		{".a#.example", "a1.example", false},
		{"mx.a#.example", "", false},
	} {
		if got := fits(tt.pattern, tt.host); got != tt.want {
			t.Errorf("%s, %s: got %v", tt.pattern, tt.host, got)
		}
	}
}

// FuzzParse: no file makes the parser panic; what it accepts has a version and
// finds a host for each pattern, and an error names a line.
func FuzzParse(f *testing.F) {
	f.Add(embedded[:1000], "mx.a.example") // enough to show the form
	f.Add("version 1\nmx a .a.example 2026-11 setup\n", "mx.a.example")
	f.Add("version 1\ndns a ns-#.a-*.example 2026-11 setup\n", "ns-1.a-b.example")
	f.Add("version 1\nmx a .a.* 2026-11 setup\n", "..")
	place := regexp.MustCompile(`: f:[0-9]+: `)
	f.Fuzz(func(t *testing.T, text, host string) {
		table, err := Parse("f", text)
		if err != nil {
			if table != nil || !errors.Is(err, ErrData) || !place.MatchString(err.Error()) {
				t.Fatalf("table %v, error %v", table, err)
			}
			return
		}
		if table.Version() == "" {
			t.Fatal("no version")
		}
		for _, kind := range []Kind{KindDNS, KindMX, KindPolicy, KindWeb} {
			if label, ok := table.Find(kind, host); ok != validLabel(label) {
				t.Fatalf("%s %q: label %q, %v", kind, host, label, ok)
			}
		}
		for b, entries := range table.buckets {
			for _, e := range entries {
				made := strings.NewReplacer("*", "a", "#", "0").Replace(e.pattern)
				if e.pattern[0] == '.' {
					made = "a" + made
				}
				if _, ok := table.Find(b.kind, made); !ok {
					t.Fatalf("%s does not fit %s", made, e.pattern)
				}
			}
		}
	})
}
