package research

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// goodHeader has every key once, and what repeats twice.
const goodHeader = `-- id: shape
-- title: What a header may hold
-- group: tests
-- order: 7
-- cite: A paper (2026), Table 1
-- sure: P
-- population: MX
-- numerator: REC and MX
-- denominator: MX
-- axes: tld, cause
-- parameters: third_party_min, strict_rfc
-- needs: ranks, checks:tlsrpt
-- chart: bar x=tld y=share color=cause facet=tld logx share
-- note: one: with a colon
-- note: two
-- published: tld=com cause="name mismatch" n=12 total=340
-- published: tld=org share=0.0007
SELECT 1
-- a remark of the query's
FROM names
`

func TestParse(t *testing.T) {
	got, err := Parse("metrics/shape.sql", goodHeader)
	if err != nil {
		t.Fatal(err)
	}
	want := Metric{
		ID: "shape", Title: "What a header may hold", Group: "tests", Order: 7, Cite: "A paper (2026), Table 1", Sure: "P",
		Population: "MX", Numerator: "REC and MX", Denominator: "MX", Axes: []string{"tld", "cause"},
		Parameters: []string{"third_party_min", "strict_rfc"}, Needs: []string{"ranks", "checks:tlsrpt"},
		Chart: &Chart{Mark: "bar", X: "tld", Y: "share", Color: "cause", Facet: "tld", LogX: true, Share: true},
		Notes: []string{"one: with a colon", "two"},
		Published: []Published{
			{Where: map[string]string{"tld": "com", "cause": "name mismatch"}, N: 12, Total: 340},
			{Where: map[string]string{"tld": "org"}, Share: 0.0007},
		},
		SQL: "SELECT 1\n-- a remark of the query's\nFROM names", File: "metrics/shape.sql",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Every fault of a header is one error, which names the file and the line.
func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ why, from, to, want string }{
		{"unknown key", "-- sure: P", "-- titel: x", `m/shape.sql:6: unknown key "titel"`},
		{"missing key", "-- population: MX\n", "", `m/shape.sql:17: the header has no key "population"`},
		{"key twice", "-- sure: P", "-- sure: P\n-- sure: D", `m/shape.sql:7: key "sure" a second time, first in line 6`},
		{"no key", "-- sure: P", "-- sure", `m/shape.sql:6: no "-- key: value": "-- sure"`},
		{"no value", "-- sure: P", "-- sure:", `m/shape.sql:6: no "-- key: value"`},
		{"surety", "-- sure: P", "-- sure: maybe", `m/shape.sql:6: sure: "maybe" is none of P, S, K, D`},
		{"other id", "-- id: shape", "-- id: form", `m/shape.sql:1: id "form" in a file called shape.sql`},
		{"id of odd characters", "-- id: shape", "-- id: Shape!", `m/shape.sql:1: id: "Shape!" is no word`},
		{"order", "-- order: 7", "-- order: last", "m/shape.sql:4: order:"},
		{"axis", "-- axes: tld, cause", "-- axes: tld,,cause", "m/shape.sql:10: axes: a word is empty"},
		{"parameter", "third_party_min, strict_rfc", "third_party", `m/shape.sql:11: parameters: no parameter is called "third_party"`},
		{"need", "-- needs: ranks", "-- needs: rank", `m/shape.sql:12: needs: no need is called "rank"`},
		{"check", "checks:tlsrpt", "checks:", "m/shape.sql:12: needs: a word is empty"},
		{"mark", "chart: bar", "chart: pie", `m/shape.sql:13: chart: "pie" is none of bar`},
		{"chart without y", "y=share ", "", "m/shape.sql:13: chart: x= and y= are needed"},
		{"chart option", "logx", "logy", `m/shape.sql:13: chart: "logy" is none of`},
		{"published number", "n=12", "n=12k", "m/shape.sql:16: published: n=12k is no number"},
		{"published nothing", " share=0.0007", "", "m/shape.sql:17: published: neither n= nor share="},
		{"open quote", `mismatch"`, `mismatch`, "m/shape.sql:16: published: a quote is not closed"},
		{"no query", "SELECT 1\n-- a remark of the query's\nFROM names\n", "", "m/shape.sql:18: no query below the header"},
	} {
		t.Run(c.why, func(t *testing.T) {
			text := strings.Replace(goodHeader, c.from, c.to, 1)
			if text == goodHeader {
				t.Fatalf("the header holds no %q", c.from)
			}
			_, err := Parse("m/shape.sql", text)
			if err == nil || !strings.HasPrefix(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%v, want %s…", err, c.want)
			}
		})
	}
}

func TestReadDir(t *testing.T) {
	dir := t.TempDir()
	if _, err := ReadDir(dir); err == nil || !strings.Contains(err.Error(), "no file *.sql") {
		t.Errorf("of an empty folder: %v", err)
	}
	for _, name := range []string{"b", "a"} {
		text := strings.Replace(goodHeader, "id: shape", "id: "+name, 1)
		if err := os.WriteFile(filepath.Join(dir, name+".sql"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := ReadDir(dir)
	if err != nil || len(got) != 2 || got[0].ID != "a" {
		t.Fatalf("%v, %v", got, err)
	}
	if got[0].File != dir+"/a.sql" {
		t.Errorf("file %s", got[0].File)
	}
	ours, err := Metrics()
	if err != nil {
		t.Fatal(err)
	}
	clash := got[0]
	clash.ID = ours[0].ID
	if _, err := Ordered(append(ours, clash)); err == nil || !strings.Contains(err.Error(), "stands in metrics/") {
		t.Errorf("two of one id: %v", err)
	}
}
