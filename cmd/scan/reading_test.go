package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"stscan/internal/taxonomy"
	"stscan/sinks"
)

// The examples of docs/READING.md name columns, statuses and codes that exist.
// Their outputs were made by hand: no SQL runs here.
func TestReadingNamesWhatThereIs(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "READING.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```sql\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(blocks) < 10 {
		t.Fatalf("only %d blocks of SQL", len(blocks))
	}
	known := append(columnNames(), "snapshot", "ruleset", "place") // of the path, and of unnest
	var statuses []string
	for _, s := range taxonomy.Statuses() {
		statuses = append(statuses, string(s))
	}
	for _, block := range blocks {
		for _, m := range regexp.MustCompile(`\b(?:[a-z]|counts)\.([a-z_0-9]+)`).FindAllStringSubmatch(block[1], -1) {
			if !slices.Contains(known, m[1]) {
				t.Errorf("no column %q: %s", m[1], m[0])
			}
		}
		for _, m := range regexp.MustCompile(`\bstatus (?:=|<>) '(\w+)'`).FindAllStringSubmatch(block[1], -1) {
			if !slices.Contains(statuses, m[1]) {
				t.Errorf("no status %q", m[1])
			}
		}
		for _, m := range regexp.MustCompile(`\bfirst_failure = '(\w+)'`).FindAllStringSubmatch(block[1], -1) {
			if e, ok := taxonomy.Of(taxonomy.Code(m[1])); !ok || e.Class != taxonomy.ClassError {
				t.Errorf("%q is no code that can be a first failure", m[1])
			}
		}
	}
}

// columnNames are the names of all columns and fields, without what they stand in.
func columnNames() []string {
	var names []string
	add := func(columns []sinks.Column) {
		for _, c := range columns {
			names = append(names, c.Name[strings.LastIndex(c.Name, ".")+1:])
		}
	}
	for _, table := range sinks.Schema() {
		add(table.Columns)
	}
	for _, file := range sinks.Files() {
		add(file.Fields)
	}
	return names
}
