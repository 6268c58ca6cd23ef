package research

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// truth is a line of testdata/truths.txt: the test that holds a metric against a
// truth which no verdict is read for.
type truth struct{ metric, dir, test string }

func readTruths(t *testing.T) []truth {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "truths.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var all []truth
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Fields(line)
		if len(fields) != 3 {
			t.Fatalf("testdata/truths.txt: no metric, package and test: %q", line)
		}
		all = append(all, truth{fields[0], fields[1], fields[2]})
	}
	return all
}

// testsOf are the functions in the tests of a package, with the strings in each.
func testsOf(t *testing.T, dir string) map[string]map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(dir), "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]map[string]bool{}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			if f, ok := d.(*ast.FuncDecl); ok {
				tests[f.Name.Name] = stringsIn(f)
			}
		}
	}
	return tests
}

func stringsIn(f *ast.FuncDecl) map[string]bool {
	found := map[string]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
			if s, err := strconv.Unquote(l.Value); err == nil {
				found[s] = true
			}
		}
		return true
	})
	return found
}

// No metric without a test that knows what it has to give: who adds a file adds a
// truth, and its line. The tests of cmd/scan hold their lines against what they
// do; of the others the test has to name the metric.
func TestEveryMetricHasATruth(t *testing.T) {
	const byLab = "cmd/scan"
	all, err := Metrics()
	if err != nil {
		t.Fatal(err)
	}
	known, held := map[string]bool{}, map[string]bool{}
	for _, m := range all {
		known[m.ID] = true
	}
	tests := map[string]map[string]map[string]bool{}
	for _, line := range readTruths(t) {
		if tests[line.dir] == nil {
			tests[line.dir] = testsOf(t, line.dir)
		}
		named, exists := tests[line.dir][line.test]
		switch {
		case !known[line.metric]:
			t.Errorf("no metric is called %s", line.metric)
		case !exists:
			t.Errorf("%s: %s has no test %s", line.metric, line.dir, line.test)
		case line.dir != byLab && !named[line.metric]:
			t.Errorf("%s: test %s of %s does not name it", line.metric, line.test, line.dir)
		}
		held[line.metric] = true
	}
	for id := range known {
		if !held[id] {
			t.Errorf("%s: no test has a truth of it: add one, and a line to testdata/truths.txt", id)
		}
	}
}
