package figure

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"modernc.org/quickjs"
)

// TestScriptsAreTheOnesOfTheTable: every script is in the table of js/README.md
// with its sum and version, and nothing else is there.
func TestScriptsAreTheOnesOfTheTable(t *testing.T) {
	readme, err := os.ReadFile("js/README.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile("(?m)^\\| `([^`]+)` \\| (\\S+) (\\S+) \\| .* \\| `([0-9a-f]{64})` \\|").FindAllStringSubmatch(string(readme), -1)
	table := map[string][]string{}
	for _, row := range rows {
		table[row[1]] = row[2:]
	}
	files, err := filepath.Glob("js/*.js")
	if err != nil || len(files) != len(table) {
		t.Fatalf("%d scripts, %d rows: %v", len(files), len(table), err)
	}
	for _, name := range files {
		code, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(code)
		if row := table[filepath.Base(name)]; row == nil || row[2] != hex.EncodeToString(sum[:]) {
			t.Errorf("%s has sum %x, the table says %v", name, sum, row)
		}
		if strings.Contains(string(code), "sourceMappingURL") {
			t.Errorf("%s points to a source map", name)
		}
	}
	versions := map[string]string{}
	for _, row := range table {
		versions[row[0]] = row[1]
	}
	for _, s := range Scripts() {
		if versions[s.Name] != s.Version {
			t.Errorf("script %s is said to be %s, the table says %s", s.Name, s.Version, versions[s.Name])
		}
		if lower := strings.ToLower(s.Code); strings.Contains(lower, "</script") || strings.Contains(lower, "<!--") {
			t.Errorf("%s would end the element it stands in", s.Name)
		}
	}
}

// TestInterpreterIsAClassicScript: it evaluates as one, and gives vega what it asks of an interpreter.
func TestInterpreterIsAClassicScript(t *testing.T) {
	vm, err := quickjs.NewVM()
	if err != nil {
		t.Fatal(err)
	}
	defer vm.Close()
	const shims = `var setTimeout = () => 0, setInterval = () => 0;
var vega = {ascending: (a, b) => a - b, isString: s => typeof s == "string", DisallowedObjectProperties: new Set()};`
	if _, err := vm.Eval(shims+classic(interpreterJS), quickjs.EvalGlobal); err != nil {
		t.Fatal(err)
	}
	got, err := vm.Eval(`vegaInterpreter.expressionInterpreter.operator({functions: {}},
	{ast: {type: "BinaryExpression", operator: "+", left: {type: "Literal", value: 2}, right: {type: "Literal", value: 3}}})({})`, quickjs.EvalGlobal)
	if err != nil || got != 5 {
		t.Errorf("2 + 3 = %v (%T), %v", got, got, err)
	}
}
