package archtest

import (
	"go/ast"
	"path"
	"slices"
	"strings"
)

// checksStandAlone: a sibling standard is one file analysis/check_<name>.go with
// its test, and one word in the slice of analysis/checks.go. Nothing else
// knows it, so that another one touches nothing else.
func checksStandAlone(t reporter, s source) {
	var listed []string // constructors called in checks.go
	files := map[string]file{}
	for _, f := range s.files {
		if f.pkg != "analysis" {
			continue
		}
		files[path.Base(f.path)] = f
		if path.Base(f.path) == "checks.go" {
			listed = constructors(f.ast)
		}
	}
	for name, f := range files {
		check, ok := strings.CutPrefix(strings.TrimSuffix(name, ".go"), "check_")
		if !ok || f.test {
			continue
		}
		if !slices.Contains(listed, check) {
			t.Errorf("%s: %sCheck is not in the slice of analysis/checks.go", f.path, check)
		}
		expectCheckTest(t, check, files["check_"+check+"_test.go"])
	}
	for _, check := range listed {
		if _, ok := files["check_"+check+".go"]; !ok {
			t.Errorf("analysis/checks.go: check %s has no file analysis/check_%s.go", check, check)
		}
	}
	for name, f := range files {
		for _, check := range constructors(f.ast) {
			if name != "checks.go" && !strings.HasPrefix(name, "check_"+check) {
				t.Errorf("%s: knows check %s", f.path, check)
			}
		}
	}
}

// expectCheckTest: runCheck asks for a case of every state and every detail.
func expectCheckTest(t reporter, check string, f file) {
	if f.ast == nil {
		t.Errorf("analysis/check_%s_test.go is missing", check)
		return
	}
	run := false
	ast.Inspect(f.ast, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		name, ok := call.Fun.(*ast.Ident)
		run = run || ok && name.Name == "runCheck" && slices.Contains(constructors(call), check)
		return true
	})
	if !run {
		t.Errorf("%s: runCheck is not called with %sCheck()", f.path, check)
	}
}

// constructors are the names of the checks whose constructors are called in n.
func constructors(n ast.Node) []string {
	var out []string
	ast.Inspect(n, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && len(call.Args) == 0 {
			if name, ok := call.Fun.(*ast.Ident); ok && strings.HasSuffix(name.Name, "Check") {
				out = append(out, strings.TrimSuffix(name.Name, "Check"))
			}
		}
		return true
	})
	return out
}
