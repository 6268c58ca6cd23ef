package mtasts

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// What our printer writes is read back equal, and without an issue that keeps a
// sender from using it.

func genName(taken ...string) *rapid.Generator[string] {
	return rapid.StringMatching(`[A-Za-z0-9][A-Za-z0-9_.-]{0,31}`).Filter(func(s string) bool { return !slices.Contains(taken, s) })
}

func genPairs(value *rapid.Generator[string], taken ...string) *rapid.Generator[[]Pair] {
	pair := rapid.Custom(func(t *rapid.T) Pair {
		return Pair{Key: genName(taken...).Draw(t, "name"), Value: value.Draw(t, "value")}
	})
	return rapid.Map(rapid.SliceOfNDistinct(pair, 0, 4, func(p Pair) string { return p.Key }), func(p []Pair) []Pair {
		if len(p) == 0 {
			return nil
		}
		return p
	})
}

func genTXTValue() *rapid.Generator[string] { return rapid.StringMatching(`[!-:<>-~]{1,20}`) }

func genPattern() *rapid.Generator[string] {
	return rapid.StringMatching(`(\*\.)?([a-z0-9]([a-z0-9-]{0,5}[a-z0-9])?\.){1,3}[A-Za-z]{2,6}`)
}

func TestRecordRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := Record{
			ID:         rapid.StringMatching(`[A-Za-z0-9]{1,32}`).Draw(t, "id"),
			Extensions: genPairs(genTXTValue(), "v", "id").Draw(t, "extensions"),
		}
		got := ParseRecordSet(rrs(want.String()))
		if d := cmp.Diff(want, got.Record); d != "" || !got.Valid || len(got.Issues) > 0 {
			t.Fatalf("%q: valid %v, issues %v, %s", want.String(), got.Valid, got.Issues, d)
		}
	})
}

func TestPolicyRoundTrip(t *testing.T) {
	value := rapid.StringMatching(`[!-~ü例]([ -~ü例]{0,20}[!-~ü例])?`)
	rapid.Check(t, func(t *rapid.T) {
		want := Policy{
			Mode:       rapid.SampledFrom([]Mode{ModeEnforce, ModeTesting, ModeNone}).Draw(t, "mode"),
			MaxAge:     rapid.Int64Range(0, MaxMaxAge).Draw(t, "max_age"),
			MX:         rapid.SliceOfN(genPattern(), 1, 5).Draw(t, "mx"),
			Extensions: genPairs(value, "version", "mode", "max_age", "mx").Draw(t, "extensions"),
		}
		got := ParsePolicy([]byte(want.String()))
		if d := cmp.Diff(want, got.Policy); d != "" || !got.Valid {
			t.Fatalf("%q: valid %v, issues %v, %s", want.String(), got.Valid, got.Issues, d)
		}
	})
}

func TestTLSRPTRoundTrip(t *testing.T) {
	uri := rapid.StringMatching(`(mailto:[a-z.+-]{1,8}@[a-z]{1,8}\.example|https://[a-z]{1,8}\.example(:[0-9]{1,4})?(/[a-z?=&]{0,8})?)`)
	rapid.Check(t, func(t *rapid.T) {
		want := TLSRPT{
			RUA:        rapid.SliceOfN(uri, 1, 4).Draw(t, "rua"),
			Extensions: genPairs(genTXTValue(), "v", "rua").Draw(t, "extensions"),
		}
		got := ParseTLSRPTSet(rrs(want.String()))
		if d := cmp.Diff(want, got.TLSRPT); d != "" || !got.Valid || len(got.Issues) > 0 {
			t.Fatalf("%q: valid %v, issues %v, %s", want.String(), got.Valid, got.Issues, d)
		}
	})
}

// A wildcard stands for one label, whatever it is; without one, only the name
// itself matches. The expectation is built from labels, not read from a pattern.
func TestMatchProperty(t *testing.T) {
	label := rapid.StringMatching(`[a-z][a-z0-9]{0,8}`)
	rapid.Check(t, func(t *rapid.T) {
		parent := strings.Join(rapid.SliceOfN(label, 2, 4).Draw(t, "parent"), ".")
		first, second := label.Draw(t, "first"), label.Draw(t, "second")
		host := strings.ToUpper(first) + "." + parent
		for _, c := range []struct {
			pattern, host string
			want          bool
		}{
			{"*." + parent, host, true},
			{"*." + parent, host + ".", true},
			{"*." + parent, second + "." + host, false},
			{"*." + parent, parent, false},
			{host, first + "." + parent, true},
			{parent, host, false},
			{"x" + host, host, false},
		} {
			if got := Match(c.pattern, c.host); got != c.want {
				t.Fatalf("Match(%q, %q) = %v, want %v", c.pattern, c.host, got, c.want)
			}
		}
	})
}

// hostile texts are what a parser that is not linear, or reports without
// bound, would choke on. Each is given by the piece that is repeated.
func hostilePieces() []string {
	return []string{"\n", "\r", "a:b\n", "mx: *\n", "mx:a.b\n", ";", "; ", " ;", "a=b;", "a=b ", " a=", "mode ", "version \t", "x ",
		"\"", ",", "mx: ", "\xff", "é", "#\n", ":", "=", "*.", "a.", "id=1;", "rua=,", "mailto:a@b.c,", "<"}
}

// numbered makes each piece another one, so that sets of names grow.
func numbered(piece string, n int) string {
	var s strings.Builder
	for i := range n {
		fmt.Fprintf(&s, "%s%d", piece, i)
	}
	return s.String()
}

// Any text gives few issues, in linear time: with a parser that is quadratic in
// one of these this test would not end before its hour.
func TestHostileTexts(t *testing.T) {
	const size = 4 * MaxPolicySize
	for _, piece := range hostilePieces() {
		body := strings.Repeat(piece, size/len(piece))
		for _, text := range []string{body, numbered(piece, 20000), "v=STSv1;" + body, "v=TLSRPTv1; rua=" + body, "v=STSv1; id=1" + numbered("; k", 20000)} {
			record, policy, rpt := ParseRecordSet(rrs(text)), ParsePolicy([]byte(text)), ParseTLSRPTSet(rrs(text))
			ParsePattern(text)
			Match(text, text)
			MediaType("text/plain;" + text)
			for _, n := range []int{len(record.Issues), len(policy.Issues), len(rpt.Issues)} {
				if n > 3*len(Codes())*maxIssuesPerKind {
					t.Fatalf("%d issues for %q repeated", n, piece)
				}
			}
		}
	}
}

// The bound on issues loses neither a code nor the verdict.
func TestManyIssuesKeepTheVerdict(t *testing.T) {
	good := "version: STSv1\nmode: enforce\nmax_age: 604800\nmx: mail.example.com\n"
	contested := ParsePolicy([]byte(good + strings.Repeat("\n", 1000)))
	if contested.Valid || !onlyContested(contested.Issues) || len(contested.Issues) != maxIssuesPerKind {
		t.Errorf("blank lines: valid %v, %d issues", contested.Valid, len(contested.Issues))
	}
	hard := ParsePolicy([]byte(good + strings.Repeat("\n", 1000) + " mode: x\n"))
	if hard.Valid || onlyContested(hard.Issues) {
		t.Error("the indented line behind many blank lines is lost")
	}
	lint := ParsePolicy([]byte(good + strings.Repeat("a: b\n", 1000)))
	if !lint.Valid || codesOf(lint.Issues) != "plint_duplicate_field plint_unknown_field" {
		t.Errorf("many duplicates: valid %v, %s", lint.Valid, codesOf(lint.Issues))
	}
}
