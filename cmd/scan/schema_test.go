package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"stscan/internal/lab"
	"stscan/internal/taxonomy"
)

var updateDocs = flag.Bool("update", false, "write the generated documents anew")

// scanOutput is what a command that needs nothing prints.
func scanOutput(t *testing.T, args ...string) []byte {
	t.Helper()
	var out, errs bytes.Buffer
	if code := execute(t.Context(), args, strings.NewReader(""), &out, &errs); code != exitDone || errs.Len() > 0 {
		t.Fatalf("scan %s: exit %d, %s", strings.Join(args, " "), code, errs.String())
	}
	return out.Bytes()
}

func TestGeneratedDocumentsAreFresh(t *testing.T) {
	for file, args := range map[string][]string{
		"SCHEMA.md":   {"schema"},
		"FINDINGS.md": {"schema", "findings"},
		"METRICS.md":  {"schema", "report"},

		"METRICS-ENDPOINT.md": {"schema", "metrics"},
	} {
		path := filepath.Join("..", "..", "docs", file)
		want := scanOutput(t, args...)
		if *updateDocs {
			if err := os.WriteFile(path, want, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("docs/%s is stale: go test ./cmd/scan -run TestGeneratedDocumentsAreFresh -update", file)
		}
	}
}

// What a program reads: a list of objects, each complete.
func TestSchemaJSON(t *testing.T) {
	var d dictionary
	if err := json.Unmarshal(scanOutput(t, "schema", "--json"), &d); err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, table := range d.Tables {
		names = append(names, table.Name)
		if tableDoc(table.Name) == "" {
			t.Errorf("table %s has no doc", table.Name)
		}
	}
	if want := []string{"domains", "mx", "certs", "verdicts"}; !slices.Equal(names, want) {
		t.Errorf("tables %q, want %q", names, want)
	}
	for _, c := range d.Checks {
		if c.Cite == "" || c.Doc == "" {
			t.Errorf("check %s: cite %q, doc %q", c.Check, c.Cite, c.Doc)
		}
	}
	var g findingsGuide
	if err := json.Unmarshal(scanOutput(t, "schema", "findings", "--json"), &g); err != nil {
		t.Fatal(err)
	}
	if len(g.Findings) != len(taxonomy.Table()) {
		t.Errorf("%d findings, the table has %d", len(g.Findings), len(taxonomy.Table()))
	}
}

// Every word that a package has for a closed list is explained, and no other.
func TestVocabulariesAreComplete(t *testing.T) {
	declared := map[string][]string{
		"op":        constants(t, "internal/evidence", "Op"),
		"kind":      constants(t, "internal/evidence", "Kind"),
		"step":      constants(t, "internal/evidence", "Step"),
		"why":       constants(t, "internal/evidence", "Why"),
		"controls":  constants(t, "internal/evidence", "Controls"),
		"event":     constants(t, "internal/evidence", "Event"),
		"mx_status": constants(t, "analysis", "MX"),
		"state":     constants(t, "analysis", "Adopts"),
	}
	for _, v := range vocabularies() {
		words := []string{}
		for _, word := range v.Words {
			words = append(words, word.Value)
			if !strings.HasSuffix(word.Meaning, ".") {
				t.Errorf("%s %s: meaning %q is no sentence", v.Name, word.Value, word.Meaning)
			}
		}
		slices.Sort(words)
		if !slices.Equal(words, declared[v.Name]) {
			t.Errorf("%s: %q, declared are %q", v.Name, words, declared[v.Name])
		}
		delete(declared, v.Name)
	}
	if len(declared) > 0 {
		t.Errorf("not explained: %v", declared)
	}
}

// constants are the values of the exported string constants of a package whose
// names begin with prefix.
func constants(t *testing.T, pkg, prefix string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", pkg, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range parsed.Decls {
			group, ok := decl.(*ast.GenDecl)
			if !ok || group.Tok != token.CONST || strings.HasSuffix(file, "_test.go") {
				continue
			}
			for _, spec := range group.Specs {
				values = append(values, stringsOf(spec.(*ast.ValueSpec), prefix)...)
			}
		}
	}
	slices.Sort(values)
	return values
}

func stringsOf(spec *ast.ValueSpec, prefix string) []string {
	var values []string
	for i, name := range spec.Names {
		if !strings.HasPrefix(name.Name, prefix) || i >= len(spec.Values) {
			continue
		}
		if lit, ok := spec.Values[i].(*ast.BasicLit); ok && lit.Kind == token.STRING {
			value, _ := strconv.Unquote(lit.Value)
			values = append(values, value)
		}
	}
	return values
}

// What the guide says of a code's status is held against the truths of the test
// internet, which were written by hand.
func TestCodesLeadToTheStatusesTheGuideSays(t *testing.T) {
	checked := 0
	// Another address or another host is good, as the guide says.
	spared := []string{"ptcp-refused-first", "mxdns-dnssec-bogus-near", "smtp-tcp-refused-near", "mxcert-addr-inconsistent", "mxcert-addr-inconsistent-first", "mxtls-version-one-address"}
	for _, s := range lab.Scenarios() {
		decided, status := decidingCodes(s.Truth.Codes)
		inForce := s.Truth.Status != taxonomy.StatusValidNone && s.Truth.Status != taxonomy.StatusNotDeployed
		switch {
		case decided == 0 && strings.HasPrefix(string(s.Truth.Status), "broken_"):
			t.Errorf("%s: %s, but none of %v decides", s.Name, s.Truth.Status, s.Truth.Codes)
		case decided == 1 && inForce:
			checked++
			if (s.Truth.Status == status) == slices.Contains(spared, s.Name) {
				t.Errorf("%s: %s, and %v leads to %s", s.Name, s.Truth.Status, s.Truth.Codes, status)
			}
		}
	}
	if checked < 100 {
		t.Errorf("only %d scenarios have one deciding code", checked)
	}
}

// decidingCodes counts the codes that decide, and says what the last leads to.
func decidingCodes(codes []taxonomy.Code) (n int, status taxonomy.Status) {
	for _, code := range codes {
		if e, _ := taxonomy.Of(code); e.Status() != "" {
			n, status = n+1, e.Status()
		}
	}
	return n, status
}

func TestCellsEscapeMarkup(t *testing.T) {
	for text, want := range map[string]string{
		"_mta-sts and max_age": `\_mta-sts and max_age`,
		"mta-sts.<domain>":     `mta-sts.\<domain>`,
		`bytes as \xHH, *.x|y`: `bytes as \\xHH, \*.x\|y`,
	} {
		if got := cell(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
