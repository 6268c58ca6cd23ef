//go:build cgo && !noduckdb

package duck

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"stscan/sinks"
)

// rulesetRFC and rulesetDeployed are the two there are (CONTRACT section 4).
const (
	rulesetRFC      = "rfc"
	rulesetDeployed = "deployed"
)

func (o Options) ruleset() string {
	if o.Ruleset == "" {
		return rulesetRFC
	}
	return o.Ruleset
}

// views are the statements that make the tables of a question. all_* hold the
// rows of all snapshots; the others those of the newest, or also of all.
func views(all []opened, o Options) []string {
	statements := []string{snapshotsTable(all)}
	for _, table := range []struct{ name, parts, once string }{
		{sinks.TableDomains, sinks.TableDomains, ""},
		{sinks.TableMX, sinks.TableMX, "session_id"}, // shared sessions and certificates stand in each chunk
		{sinks.TableCerts, sinks.TableCerts, "sha256"},
		{sinks.TableVerdicts, verdictsOf(o.ruleset()), ""},
		{"verdicts_" + rulesetDeployed, verdictsOf(rulesetDeployed), ""},
	} {
		relations := relationsOf(all, table.parts, table.once)
		if len(relations) == 0 {
			continue
		}
		statements = append(statements, view("all_"+table.name, strings.Join(relations, "\nUNION ALL BY NAME\n")))
		of := "FROM all_" + table.name
		if !o.Together && len(all) > 1 {
			of = relations[len(relations)-1]
		}
		if newest := all[len(all)-1].parts[table.parts]; o.Together || newest != nil {
			statements = append(statements, view(table.name, of))
		}
	}
	for _, prefix := range []string{"all_", ""} {
		statements = append(statements,
			view(prefix+"findings", fmt.Sprintf("SELECT domain, unnest(findings, max_depth := 2), snapshot FROM %sverdicts", prefix)),
			view(prefix+"mx_hosts", fmt.Sprintf("SELECT domain, unnest(mx, max_depth := 2), snapshot FROM %sverdicts", prefix)))
	}
	return append(statements, view("series", "FROM all_verdicts"))
}

func view(name, as string) string { return "CREATE VIEW " + name + " AS " + as }

// onlyNewest narrows a population to the newest snapshot, where it alone is meant.
func onlyNewest(all []opened, o Options) string {
	if o.Together || len(all) == 1 {
		return ""
	}
	return " WHERE snapshot = " + quote(all[len(all)-1].ID)
}

// relationsOf is one SELECT a snapshot over the parts of a table. With once, a row
// is taken once by that column.
func relationsOf(all []opened, table, once string) []string {
	var out []string
	for _, s := range all {
		parts := s.parts[table]
		if parts == nil {
			continue
		}
		distinct := ""
		if once != "" && len(parts) > 1 {
			distinct = "DISTINCT ON (" + once + ") "
		}
		out = append(out, fmt.Sprintf("SELECT %s*%s, %s AS snapshot FROM %s", distinct, rulesetColumn(table), quote(s.ID), s.rowsOf(parts)))
	}
	return out
}

// rowsOf is the rows of parts, with the columns that at least one of them has. What a
// copy of JSON lines has in name only (partCopy) is left out of it.
func (s opened) rowsOf(parts []string) string {
	lacking := map[string][]string{} // parts by what they lack
	for _, part := range parts {
		columns := strings.Join(s.lacks[part], ", ")
		lacking[columns] = append(lacking[columns], part)
	}
	var groups []string
	for _, columns := range slices.Sorted(maps.Keys(lacking)) { // those that lack nothing first
		rows := fmt.Sprintf("read_parquet(%s, hive_partitioning = false, union_by_name = true)", list(lacking[columns]))
		if columns != "" {
			rows = fmt.Sprintf("(SELECT * EXCLUDE (%s) FROM %s)", columns, rows)
		}
		groups = append(groups, rows)
	}
	if len(groups) == 1 {
		return groups[0]
	}
	return "(FROM " + strings.Join(groups, " UNION ALL BY NAME FROM ") + ")"
}

// rulesetColumn gives the verdicts the second column of their path.
func rulesetColumn(table string) string {
	if ruleset, ok := strings.CutPrefix(table, verdictsOf("")); ok {
		return ", " + quote(ruleset) + " AS ruleset"
	}
	return ""
}

// snapshotsTable is one row a snapshot, from the manifests.
func snapshotsTable(all []opened) string {
	var rows []string
	for _, s := range all {
		m := s.Manifest
		rows = append(rows, fmt.Sprintf("(%s, %s, %s, %d, %d, %d)", quote(s.ID), quote(string(m.State)),
			quote(m.StartedAt.UTC().Format("2006-01-02T15:04:05.000000Z")), m.Names, m.Counts.Rows, m.Counts.Deferred))
	}
	return "CREATE TABLE snapshots AS SELECT snapshot, state, started_at::TIMESTAMPTZ AS started_at, names::BIGINT AS names, rows::BIGINT AS rows, deferred::BIGINT AS deferred FROM (VALUES " +
		strings.Join(rows, ", ") + ") AS t(snapshot, state, started_at, names, rows, deferred)"
}

// weightsTable is there without weights, too, so that SQL over it is right or
// wrong for every user alike.
func weightsTable(weights []Weight) string {
	rows := make([]string, len(weights))
	for i, w := range weights {
		rows[i] = fmt.Sprintf("(%s, %v)", quote(w.Label), w.Value)
	}
	statement := "CREATE TABLE weights (label VARCHAR, weight DOUBLE)"
	if len(rows) > 0 {
		statement += "; INSERT INTO weights VALUES " + strings.Join(rows, ", ")
	}
	return statement
}

// partsOf are all files of all snapshots: what DuckDB may open.
func partsOf(all []opened) []string {
	var out []string
	for _, s := range all {
		for _, parts := range s.parts {
			out = append(out, parts...)
		}
	}
	slices.Sort(out)
	return out
}

// quote is s as a string of SQL.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func list(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = quote(v)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
