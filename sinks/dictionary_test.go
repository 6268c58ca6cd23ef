package sinks

import (
	"reflect"
	"strings"
	"testing"

	"stscan/internal/evidence"
)

// Who reads a null must find in the dictionary what it stands for.
func TestDictionaryExplainsNull(t *testing.T) {
	for _, table := range Schema() {
		for _, c := range table.Columns {
			if c.Nullable != strings.Contains(c.Doc, "null") && !strings.Contains(c.Doc, "null_mx") {
				t.Errorf("%s.%s: nullable %v, and its doc says %q", table.Name, c.Name, c.Nullable, c.Doc)
			}
		}
	}
	for _, file := range Files() {
		if !strings.HasSuffix(file.Doc, ".") {
			t.Errorf("%s: doc %q is no sentence", file.Name, file.Doc)
		}
		for _, c := range file.Fields {
			if c.Nullable != strings.Contains(c.Doc, "null") {
				t.Errorf("%s.%s: nullable %v, and its doc says %q", file.Name, c.Name, c.Nullable, c.Doc)
			}
			if !strings.HasSuffix(c.Doc, ".") || strings.HasPrefix(c.Doc, " ") {
				t.Errorf("%s.%s: doc %q is no sentence", file.Name, c.Name, c.Doc)
			}
			if c.Name == "" || strings.ToLower(c.Name) != c.Name || strings.HasSuffix(c.Name, ".") {
				t.Errorf("%s: field %q has no name in lower_snake", file.Name, c.Name)
			}
		}
	}
}

func TestFieldsAreReadOffTheTypes(t *testing.T) {
	type inner struct {
		A *int   `json:"a" doc:"Null without."`
		B string `json:"b,omitempty" doc:"One."`
	}
	got := fieldsOf(reflect.TypeFor[struct {
		List []inner        `json:"list" doc:"Two."`
		Map  map[string]int `json:"map" doc:"Three."`
	}](), "")
	want := []Column{
		{"list", "list of object", false, "Two."},
		{"list.a", "integer", true, "Null without."},
		{"list.b", "string", false, "One. Left out when empty."},
		{"map", "object of integer", false, "Three."},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	// The failures that a deferred name takes along.
	fields := fieldsOf(reflect.TypeFor[evidence.Commit](), "")
	if got := fields[len(fields)-1]; got.Name != "deferred.earlier.at" || got.Type != "timestamp" {
		t.Errorf("the last field of a commit record is %v", got)
	}
}
