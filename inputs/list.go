package inputs

import (
	"fmt"
	"path/filepath"
	"strings"
)

// List is one input list.
type List struct {
	Name   string // stands in the rows; unique within a scan
	Path   string // "-" = standard input
	Format string // one of Formats; "" = detected
}

// Stdin is the path that means standard input.
const Stdin = "-"

// ParseList reads a LIST argument: PATH or NAME=PATH. Without a name the list
// takes that of its file, and standard input is "stdin". What stands before the
// first "=" is a name only if it could be one, so "./a=b" is a path.
func ParseList(arg string) List {
	if name, path, ok := strings.Cut(arg, "="); ok && path != "" && isListName(name) {
		return List{Name: name, Path: path}
	}
	if arg == Stdin {
		return List{Name: "stdin", Path: Stdin}
	}
	return List{Name: filepath.Base(arg), Path: arg}
}

func isListName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.') {
			return false
		}
	}
	return s != ""
}

// checkLists refuses what would make rows ambiguous or could not be read.
func checkLists(lists []List) error {
	if len(lists) == 0 {
		return &Error{List: "-", What: "no list given", Mend: "name a file, or - for standard input"}
	}
	names, stdin := map[string]bool{}, false
	for _, l := range lists {
		switch {
		case l.Name == "":
			return &Error{List: l.Path, What: "the list has no name", Mend: "write NAME=PATH"}
		case names[l.Name]:
			return &Error{List: l.Name, What: "two lists have this name", Mend: "tell them apart with NAME=PATH"}
		case l.Path == Stdin && stdin:
			return &Error{List: l.Name, What: "standard input is given twice", Mend: "give - once"}
		}
		if _, err := findFormat(l.Format); err != nil {
			return &Error{List: l.Name, What: err.Error(), Mend: "give one of " + strings.Join(Formats(), ", ")}
		}
		names[l.Name] = true
		stdin = stdin || l.Path == Stdin
	}
	return nil
}

// findFormat returns the format of that name, nil for "".
func findFormat(name string) (*format, error) {
	if name == "" {
		return nil, nil
	}
	for _, f := range formats() {
		if f.name == name {
			return &f, nil
		}
	}
	return nil, fmt.Errorf("no list format is called %q", name)
}

// Formats returns the names of the list formats, in the order of detection.
func Formats() []string {
	var names []string
	for _, f := range formats() {
		names = append(names, f.name)
	}
	return names
}
