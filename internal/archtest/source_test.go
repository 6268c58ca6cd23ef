package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "stscan"

// file is one Go file of the module.
type file struct {
	path    string // from the module's root, with slashes
	pkg     string // folder of it
	test    bool
	lines   int
	ast     *ast.File
	imports []string
}

// source is the parsed module.
type source struct {
	fset  *token.FileSet
	files []file
}

func (s source) at(n ast.Node) token.Position { return s.fset.Position(n.Pos()) }

// code are the files that are no tests.
func (s source) code() []file {
	var out []file
	for _, f := range s.files {
		if !f.test {
			out = append(out, f)
		}
	}
	return out
}

// load parses every Go file of the module.
func load(t *testing.T) source {
	t.Helper()
	root := filepath.Join("..", "..")
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		t.Fatalf("the module's root is not two folders up: %v", err)
	}
	s := source{fset: token.NewFileSet()}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if base := d.Name(); base != ".." && (strings.HasPrefix(base, ".") || base == "testdata" || base == "data") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		f, err := s.parse(root, name)
		s.files = append(s.files, f)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s source) parse(root, name string) (file, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return file{}, err
	}
	rel, err := filepath.Rel(root, name)
	if err != nil {
		return file{}, err
	}
	f := file{path: filepath.ToSlash(rel), test: strings.HasSuffix(name, "_test.go"), lines: strings.Count(string(text), "\n")}
	f.pkg = path.Dir(f.path)
	if f.ast, err = parser.ParseFile(s.fset, f.path, text, parser.ParseComments|parser.SkipObjectResolution); err != nil {
		return f, err
	}
	f.imports = importsOf(f.ast)
	return f, nil
}

func importsOf(f *ast.File) []string {
	var out []string
	for _, i := range f.Imports {
		p, _ := strconv.Unquote(i.Path.Value) // parsed: it is a string
		out = append(out, p)
	}
	return out
}

// importName is the name by which a file knows a package, "" if it does not import it.
func importName(f *ast.File, pkg string) string {
	for _, i := range f.Imports {
		if p, _ := strconv.Unquote(i.Path.Value); p != pkg {
			continue
		}
		if i.Name != nil {
			return i.Name.Name
		}
		return path.Base(pkg)
	}
	return ""
}

// uses finds the places where a file uses pkg.name.
func uses(f *ast.File, pkg, name string) []ast.Node {
	local := importName(f, pkg)
	if local == "" {
		return nil
	}
	var found []ast.Node
	ast.Inspect(f, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == name {
			if x, ok := s.X.(*ast.Ident); ok && x.Name == local {
				found = append(found, n)
			}
		}
		return true
	})
	return found
}
