package archtest

import (
	"slices"
	"strings"
)

// may is the import table of docs/ARCHITECTURE.md: what each package may import
// of this module. "*" = anything. What is not in the table does not exist: a new
// package says here what it may know.
var may = []struct {
	pkg     string
	imports []string
}{
	{"internal/taxonomy", nil},
	{"internal/evidence", nil},
	{"internal/mtasts", nil},
	{"internal/escape", nil},
	{"internal/neterr", []string{"internal/evidence"}},
	{"inputs", []string{"internal/evidence"}},
	{"resolver", []string{"internal/evidence", "internal/neterr"}},
	{"probe", []string{"internal/evidence", "internal/neterr"}},
	{"analysis", []string{"internal/evidence", "internal/mtasts", "internal/taxonomy", "analysis/operators"}},
	{"analysis/operators", nil},
	{"analysis/research", []string{"internal/taxonomy"}},
	{"analysis/research/duck", []string{"analysis/research", "internal/taxonomy", "analysis/operators", "sinks"}}, // of sinks the layout only
	{"analysis/research/figure", []string{"analysis/research", "internal/escape"}},
	{"analysis/research/page", []string{"analysis/research", "analysis/research/figure", "internal/taxonomy", "internal/escape"}},
	{"sinks", []string{"internal/evidence", "internal/taxonomy", "analysis"}},
	{"pipeline", []string{"internal/evidence", "internal/neterr", "internal/taxonomy", "analysis", "pipeline/admission"}},
	{"pipeline/admission", []string{"internal/evidence", "internal/neterr"}},
	{"pipeline/dryrun", []string{"internal/evidence", "analysis", "pipeline", "pipeline/admission"}},
	{"pipeline/controls", []string{"internal/evidence", "internal/neterr", "pipeline/admission"}},
	{"pipeline/queue", []string{"internal/evidence", "pipeline"}},
	// The lab shares no code with what it tests, so it does not share its faults.
	{"internal/lab", []string{"internal/taxonomy", "internal/lab/memnet"}},
	{"internal/lab/memnet", nil},
	{"internal/archtest", nil},
	{"internal/observe", []string{"internal/evidence", "pipeline", "pipeline/admission", "pipeline/controls", "resolver"}},
	{"internal/doctor", []string{"internal/evidence", "resolver", "analysis", "pipeline/admission"}}, // of analysis the words only
	{"internal/e2e", []string{"*"}},                               // tests only
	{"internal/bench", []string{"internal/evidence", "resolver"}}, // a program: runs scan as its user does
	{"cmd/scan", []string{"*"}},
}

func moduleImports(t reporter, s source) {
	table := map[string][]string{}
	for _, row := range may {
		table[row.pkg] = row.imports
	}
	reported := map[string]bool{}
	for _, f := range s.code() {
		allowed, ok := table[f.pkg]
		if !ok && !reported[f.pkg] {
			reported[f.pkg] = true
			t.Errorf("%s: a package that the table does not know: say there what it may import", f.pkg)
		}
		for _, i := range f.imports {
			inner, ours := strings.CutPrefix(i, module+"/")
			if ok && ours && !slices.Contains(allowed, inner) && !slices.Contains(allowed, "*") {
				t.Errorf("%s imports %s; package %s may import %v", f.path, inner, f.pkg, allowed)
			}
		}
	}
}

// pure are the packages that compute and observe nothing: the same input gives the
// same output, on every machine and at any time.
var pure = []string{"analysis", "analysis/operators", "internal/mtasts", "internal/taxonomy", "internal/evidence"}

// purity: what reaches out of the process, and the clock, are out of bounds
// for the pure packages. net/netip and net/url only know how things are written.
func purity(t reporter, s source) {
	for _, f := range s.code() {
		if !slices.Contains(pure, f.pkg) {
			continue
		}
		for _, i := range f.imports {
			top, _, _ := strings.Cut(i, "/")
			if slices.Contains([]string{"net", "os", "context", "syscall", "log", "math/rand", "math/rand/v2", "crypto/rand"}, i) ||
				slices.Contains([]string{"net", "os", "log"}, top) && i != "net/netip" && i != "net/url" {
				t.Errorf("%s imports %s: package %s is pure", f.path, i, f.pkg)
			}
		}
	}
}

func purePackagesHaveNoClock(t reporter, s source) {
	for _, f := range s.code() {
		if !slices.Contains(pure, f.pkg) {
			continue
		}
		for _, name := range []string{"Now", "Since", "Until", "Sleep", "After", "NewTimer", "NewTicker", "Tick", "AfterFunc"} {
			for _, n := range uses(f.ast, "time", name) {
				t.Errorf("%s: time.%s in package %s, which is pure: time comes in as evidence", s.at(n), name, f.pkg)
			}
		}
	}
}
