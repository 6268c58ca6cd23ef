//go:build cgo && !noduckdb

package duck

import (
	"context"
	"regexp"
	"strings"

	"stscan/analysis/research"
)

// made finds what the scripts of the populations make.
var made = regexp.MustCompile(`(?im)^create (?:table|view|macro) (\w+)`)

// populationWords is what a question says that reads the populations, or that
// asks which tables there are.
func populationWords() *regexp.Regexp {
	words := []string{"names", "show", "duckdb_[a-z]+", "information_schema"}
	for _, m := range made.FindAllStringSubmatch(research.Sets()+research.Managers(), -1) {
		words = append(words, m[1])
	}
	return regexp.MustCompile(`(?i)\b(?:` + strings.Join(words, "|") + `)\b`)
}

// populate makes the populations if a question may read them: a question of the
// evidence alone does not pay for them. Who manages costs a second or more for a
// million names, and is worked out for questions that may want it: managed.
func (db *DB) populate(ctx context.Context, text string, managed bool) error {
	if !populationWords().MatchString(text) {
		return nil
	}
	names := "all_sets"
	if managed {
		names = "all_names"
	}
	var statements []string
	if !db.populated {
		statements = append(statements, research.Sets())
	}
	if managed && !db.managed {
		statements = append(statements, research.Managers())
	}
	if db.namesOf != names {
		statements = append(statements, "CREATE OR REPLACE VIEW names AS FROM "+names+db.newest)
	}
	for _, statement := range statements {
		if err := db.exec(ctx, statement); err != nil {
			return err
		}
	}
	db.populated, db.managed, db.namesOf = true, db.managed || managed, names
	return nil
}

// setThresholds puts thresholds in force. The populations read them when they
// are read.
func (db *DB) setThresholds(ctx context.Context, t research.Thresholds) error {
	if t == db.thresholds {
		return nil
	}
	if err := db.exec(ctx, t.SetSQL()); err != nil {
		return err
	}
	db.thresholds = t
	return nil
}
