//go:build cgo && !noduckdb

package duck

import (
	"context"
	"regexp"
	"strings"

	"stscan/analysis/research"
)

// made finds what the script of the populations makes.
var made = regexp.MustCompile(`(?im)^create (?:table|view|macro) (\w+)`)

// populationWords is what a question says that reads the populations, or that
// asks which tables there are.
func populationWords() *regexp.Regexp {
	words := []string{"names", "show", "duckdb_[a-z]+", "information_schema"}
	for _, m := range made.FindAllStringSubmatch(research.Populations(), -1) {
		words = append(words, m[1])
	}
	return regexp.MustCompile(`(?i)\b(?:` + strings.Join(words, "|") + `)\b`)
}

// populate makes the populations if a question may read them. They cost a second
// for a million names, which a question of the evidence alone does not pay.
func (db *DB) populate(ctx context.Context, text string) error {
	if db.populated || !populationWords().MatchString(text) {
		return nil
	}
	for _, statement := range []string{research.Populations(), db.namesView} {
		if err := db.exec(ctx, statement); err != nil {
			return err
		}
	}
	db.populated = true
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
