package archtest

import (
	"fmt"
	"go/parser"
	"go/token"
	"path"
	"strings"
	"testing"
)

// reporter is what a rule says its complaints to: a *testing.T.
type reporter interface {
	Errorf(format string, args ...any)
}

// rules are all there are.
var rules = []struct {
	name  string
	check func(reporter, source)
}{
	{"module imports", moduleImports},
	{"purity", purity},
	{"pure packages have no clock", purePackagesHaveNoClock},
	{"files are short", filesAreShort},
	{"packages say what they are", packagesSayWhatTheyAre},
	{"no vague names", noVagueNames},
	{"no init", noInit},
	{"no mutable state", noMutableState},
	{"only main ends the program", onlyMainEndsTheProgram},
	{"nothing sleeps in tests", nothingSleepsInTests},
	{"only the gate dials", onlyTheGateDials},
	{"grammar codes are known", grammarCodesAreKnown},
	{"parsers are fuzzed", parsersAreFuzzed},
	{"checks stand alone", checksStandAlone},
}

func TestArchitecture(t *testing.T) {
	s := load(t)
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) { r.check(t, s) })
	}
}

// TestRulesCanFail gives each rule a module that breaks it.
func TestRulesCanFail(t *testing.T) {
	for _, c := range []struct{ rule, path, text, want string }{
		{"module imports", "probe/a.go", `import "stscan/resolver"`, "may import"},
		{"module imports", "internal/lab/a.go", `import "stscan/internal/mtasts"`, "may import"},
		{"module imports", "surprise/a.go", ``, "does not know"},
		{"purity", "analysis/a.go", `import "net/http"`, "pure"},
		{"purity", "analysis/a.go", `import "context"`, "pure"},
		{"purity", "internal/mtasts/a.go", `import "os/exec"`, "pure"},
		{"pure packages have no clock", "analysis/a.go", "import \"time\"\nvar t = time.Now", "time.Now"},
		{"pure packages have no clock", "analysis/a.go", "import clock \"time\"\nfunc f() { clock.Sleep(1) }", "time.Sleep"},
		{"files are short", "probe/a.go", strings.Repeat("\n", 401), "split"},
		{"packages say what they are", "probe/a.go", ``, "no package comment"},
		{"no init", "probe/a.go", `func init() {}`, "init"},
		{"no init", "probe/a_test.go", `func init() {}`, "init"},
		{"no mutable state", "probe/a.go", `var m = map[string]int{}`, "map"},
		{"no mutable state", "probe/a.go", `var m map[string]int`, "map"},
		{"no mutable state", "probe/a.go", `var m = make([]int, 3)`, "make"},
		{"no mutable state", "probe/a.go", "import \"sync\"\nvar mu sync.Mutex", "sync.Mutex"},
		{"no mutable state", "probe/a.go", "import \"sync\"\nvar p = &sync.Pool{}", "sync.Pool"},
		{"no mutable state", "probe/a.go", "import \"sync/atomic\"\nvar p atomic.Pointer[int]", "atomic.Pointer"},
		{"only main ends the program", "probe/a.go", "import \"os\"\nfunc f() { os.Exit(1) }", "os.Exit"},
		{"nothing sleeps in tests", "probe/a_test.go", "import \"time\"\nfunc f() { time.Sleep(1) }", "time.Sleep"},
		{"only the gate dials", "probe/a.go", "import \"net\"\nvar d net.Dialer", "net.Dialer"},
		{"only the gate dials", "probe/a.go", "import \"net/http\"\nvar d = http.DefaultClient", "DefaultClient"},
		{"grammar codes are known", "internal/mtasts/a.go", `const c = "rec_no_such_code"`, "rec_no_such_code"},
		{"grammar codes are known", "internal/mtasts/a.go", ``, "no code was found"},
		{"parsers are fuzzed", "probe/a_test.go", `func TestX() {}`, "no fuzz target"},
		{"checks stand alone", "analysis/check_dkim.go", `func dkimCheck() {}`, "not in the slice"},
		{"checks stand alone", "analysis/check_dkim.go", `func dkimCheck() {}`, "check_dkim_test.go is missing"},
		{"checks stand alone", "analysis/checks.go", `var c = dkimCheck()`, "has no file"},
		{"checks stand alone", "analysis/classify.go", `var c = dkimCheck()`, "knows check dkim"},
	} {
		s := source{fset: token.NewFileSet()}
		text := "package x\n" + c.text
		f := file{path: c.path, pkg: path.Dir(c.path), test: strings.HasSuffix(c.path, "_test.go"), lines: strings.Count(text, "\n")}
		var err error
		if f.ast, err = parser.ParseFile(s.fset, c.path, text, parser.ParseComments); err != nil {
			t.Fatal(err)
		}
		f.imports = importsOf(f.ast)
		s.files = append(s.files, f)
		var got complaints
		for _, r := range rules {
			if r.name == c.rule {
				r.check(&got, s)
			}
		}
		if !strings.Contains(strings.Join(got, "\n"), c.want) {
			t.Errorf("%s does not see %q in %s: %q", c.rule, c.text, c.path, got)
		}
	}
}

type complaints []string

func (c *complaints) Errorf(format string, args ...any) {
	*c = append(*c, fmt.Sprintf(format, args...))
}
