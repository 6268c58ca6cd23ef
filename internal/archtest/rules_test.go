package archtest

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"stscan/internal/taxonomy"
)

// maxLines is where a file certainly holds more than one topic. The rule of the house is 300.
const maxLines = 400

func filesAreShort(t reporter, s source) {
	for _, f := range s.code() {
		if f.lines > maxLines {
			t.Errorf("%s has %d lines, more than %d: split it by topic", f.path, f.lines, maxLines)
		}
	}
}

func packagesSayWhatTheyAre(t reporter, s source) {
	described := map[string]bool{}
	for _, f := range s.code() {
		described[f.pkg] = described[f.pkg] || f.ast.Doc != nil
	}
	for pkg, ok := range described {
		if !ok {
			t.Errorf("package %s has no package comment", pkg)
		}
	}
}

func noVagueNames(t reporter, s source) {
	for _, f := range s.code() {
		if name := f.ast.Name.Name; slices.Contains([]string{"util", "utils", "common", "helper", "helpers", "manager", "misc"}, name) {
			t.Errorf("%s: a package called %s has no topic", f.path, name)
		}
	}
}

func noInit(t reporter, s source) {
	for _, f := range s.files {
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s: func init: registries are slices, written out", s.at(fn))
			}
		}
	}
}

// noMutableState: no package-level variable is of a sort that is there to
// be changed: a map, a channel, what make makes, a lock, a counter, a cache.
func noMutableState(t reporter, s source) {
	for _, f := range s.code() {
		for _, v := range packageVars(f.ast) {
			if what := mutable(v); what != "" {
				t.Errorf("%s: package-level %s: state goes into a value that somebody owns", s.at(v), what)
			}
		}
	}
}

func packageVars(f *ast.File) []*ast.ValueSpec {
	var out []*ast.ValueSpec
	for _, d := range f.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.VAR {
			for _, spec := range g.Specs {
				out = append(out, spec.(*ast.ValueSpec))
			}
		}
	}
	return out
}

// mutable says what sort of changeable thing a variable is, "" if none.
func mutable(v *ast.ValueSpec) string {
	if what := mutableType(v.Type); what != "" {
		return what
	}
	for _, value := range v.Values {
		if u, ok := value.(*ast.UnaryExpr); ok && u.Op == token.AND {
			value = u.X
		}
		switch e := value.(type) {
		case *ast.CompositeLit:
			if what := mutableType(e.Type); what != "" {
				return what
			}
		case *ast.CallExpr:
			name, ok := e.Fun.(*ast.Ident)
			if ok && name.Name == "make" {
				return "make"
			}
			if ok && name.Name == "new" && len(e.Args) == 1 {
				return mutableType(e.Args[0])
			}
			if what := mutableType(e.Fun); what != "" { // sync.OnceValue(…)
				return what
			}
		}
	}
	return ""
}

func mutableType(t ast.Expr) string {
	switch t := t.(type) {
	case *ast.MapType:
		return "map"
	case *ast.ChanType:
		return "channel"
	case *ast.StarExpr:
		return mutableType(t.X)
	case *ast.IndexExpr: // atomic.Pointer[T]
		return mutableType(t.X)
	case *ast.SelectorExpr:
		if x, ok := t.X.(*ast.Ident); ok && (x.Name == "sync" || x.Name == "atomic") {
			return x.Name + "." + t.Sel.Name
		}
	}
	return ""
}

// onlyMainEndsTheProgram: elsewhere an error goes to the caller.
func onlyMainEndsTheProgram(t reporter, s source) {
	for _, f := range s.code() {
		if f.ast.Name.Name == "main" {
			continue
		}
		for _, end := range [][2]string{{"os", "Exit"}, {"log", "Fatal"}, {"log", "Fatalf"}, {"log", "Fatalln"}} {
			for _, n := range uses(f.ast, end[0], end[1]) {
				t.Errorf("%s: %s.%s outside a main package", s.at(n), end[0], end[1])
			}
		}
	}
}

// nothingSleepsInTests: a test waits for what happens, or runs in a bubble
// of testing/synctest, where sleeping costs nothing and is exact.
func nothingSleepsInTests(t reporter, s source) {
	bubbles := map[string]bool{}
	for _, f := range s.files {
		bubbles[f.pkg] = bubbles[f.pkg] || importName(f.ast, "testing/synctest") != ""
	}
	for _, f := range s.files {
		if !f.test || bubbles[f.pkg] {
			continue
		}
		for _, n := range uses(f.ast, "time", "Sleep") {
			t.Errorf("%s: time.Sleep in a test", s.at(n))
		}
	}
}

// dials are the places from which connections may be made, and why.
var dials = []struct{ prefix, why string }{
	{"pipeline/admission/", "the gate: policy hosts and MXs"},
	{"resolver/", "questions to the resolvers that the user named"},
	{"internal/lab/", "loopback: the lab talks to itself"},
	{"internal/bench/", "loopback: is the server up?"},
	{"cmd/scan/vantage.go", "a connected UDP socket tells the source address; nothing is sent"},
}

// onlyTheGateDials: nobody goes round the check of special addresses and opt-outs.
func onlyTheGateDials(t reporter, s source) {
	for _, f := range s.code() {
		if slices.ContainsFunc(dials, func(d struct{ prefix, why string }) bool { return strings.HasPrefix(f.path, d.prefix) }) {
			continue
		}
		for pkg, names := range map[string][]string{
			"net": {"Dial", "DialTimeout", "DialTCP", "DialUDP", "DialIP", "Dialer", "DefaultResolver",
				"LookupHost", "LookupMX", "LookupTXT", "LookupIP", "LookupAddr"},
			"net/http": {"Get", "Post", "PostForm", "Head", "DefaultClient", "DefaultTransport"},
		} {
			for _, name := range names {
				for _, n := range uses(f.ast, pkg, name) {
					t.Errorf("%s: %s.%s outside the places that dial", s.at(n), pkg, name)
				}
			}
		}
	}
}

// codeLike is how the codes of the grammar are written.
var codeLike = regexp.MustCompile(`^(rec|psyn|plint|phttp|rpt)_[a-z0-9_]*[a-z0-9]$`)

// grammarCodesAreKnown: mtasts imports nothing, and so writes its codes out.
func grammarCodesAreKnown(t reporter, s source) {
	seen := 0
	for _, f := range s.code() {
		if f.pkg != "internal/mtasts" {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			code, err := strconv.Unquote(lit.Value)
			if err != nil || !codeLike.MatchString(code) {
				return true
			}
			seen++
			if _, known := taxonomy.Of(taxonomy.Code(code)); !known {
				t.Errorf("%s: %q is no code of the taxonomy", s.at(lit), code)
			}
			return true
		})
	}
	if seen == 0 {
		t.Errorf("no code was found in internal/mtasts: is it written in another way now?")
	}
}

// parsersAreFuzzed: whoever reads what others wrote has a fuzz target.
func parsersAreFuzzed(t reporter, s source) {
	want := []string{"analysis/operators", "inputs", "internal/mtasts", "pipeline/admission", "probe", "resolver"}
	fuzzed := map[string]bool{}
	for _, f := range s.files {
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && f.test && strings.HasPrefix(fn.Name.Name, "Fuzz") {
				fuzzed[f.pkg] = true
			}
		}
	}
	for _, pkg := range want {
		if !fuzzed[pkg] {
			t.Errorf("package %s has no fuzz target", pkg)
		}
	}
}
