//go:build cgo && !noduckdb

package duck

import (
	"context"

	"stscan/analysis/research"
)

// sourcesOf says who made snapshots and their verdicts. The rules are those of the
// rows: scan classify judges again without another manifest.
func (db *DB) sourcesOf(ctx context.Context, ids []string) ([]research.Source, error) {
	if db.sources == nil {
		if err := db.readSources(ctx); err != nil {
			return nil, err
		}
	}
	sources := make([]research.Source, len(ids))
	for i, id := range ids {
		sources[i] = db.sources[id]
	}
	return sources, nil
}

func (db *DB) readSources(ctx context.Context) error {
	sources := map[string]research.Source{}
	for _, s := range db.snapshots {
		rules, err := db.strings(ctx, `SELECT coalesce(string_agg(DISTINCT rules_version, ' and ' ORDER BY rules_version), 'none')
			FROM all_verdicts WHERE snapshot = `+quote(s.ID))
		if err != nil {
			return err
		}
		sources[s.ID] = research.Source{Snapshot: s.ID, Tool: s.Manifest.Tool.Version, Rules: rules[0]}
	}
	db.sources = sources
	return nil
}
