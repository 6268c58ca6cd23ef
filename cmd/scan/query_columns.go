package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"stscan/analysis/research/duck"
	"stscan/internal/escape"
	"stscan/sinks"
)

// explainColumns prints the columns of an answer, or without SQL those of all
// tables, and what they mean.
func explainColumns(ctx context.Context, db *duck.DB, sql string, w io.Writer) error {
	docs := columnDocs()
	if err := addComments(ctx, db, docs); err != nil {
		return duckError(err)
	}
	if sql != "" {
		return explainAnswer(ctx, db, sql, docs, w)
	}
	for _, table := range duck.Tables() {
		rows, err := db.Query(ctx, "FROM "+table.Name+" LIMIT 0")
		if err != nil {
			continue // verdicts_deployed, where they are not
		}
		fmt.Fprintf(w, "%s: %s\n", table.Name, table.Doc)
		err = errors.Join(printColumns(w, rows.Columns(), docs, table.Name), rows.Close())
		if err != nil {
			return duckError(err)
		}
		fmt.Fprintln(w)
	}
	return nil
}

func explainAnswer(ctx context.Context, db *duck.DB, sql string, docs map[string]string, w io.Writer) error {
	rows, err := db.Query(ctx, sql)
	if err != nil {
		return duckError(err)
	}
	return errors.Join(printColumns(w, rows.Columns(), docs, ""), rows.Close())
}

func printColumns(w io.Writer, columns []duck.Column, docs map[string]string, table string) error {
	t := &textTable{right: make([]bool, 3), width: make([]int, 3)}
	for _, c := range columns {
		doc, ok := docs[table+"."+c.Name]
		if !ok {
			doc = docs[c.Name]
		}
		t.hold([]string{"  " + escape.String(c.Name), cut(escape.String(c.Type)), doc})
	}
	return t.flush(w)
}

// columnDocs is what the data dictionary says of a column, by its name and by
// "table.name". Where tables differ, the one that research reads rules the name.
func columnDocs() map[string]string {
	docs := map[string]string{
		"snapshot": "Name of the snapshot.", "ruleset": "Rules the verdict is by: rfc or deployed.",
	}
	for _, table := range sinks.Schema() {
		for _, c := range table.Columns {
			docs[table.Name+"."+c.Name] = c.Doc
			if field, ok := strings.CutPrefix(c.Name, "findings."); ok && table.Name == sinks.TableVerdicts {
				docs["findings."+field] = c.Doc
			}
			if field, ok := strings.CutPrefix(c.Name, "mx."); ok && table.Name == sinks.TableVerdicts {
				docs["mx_hosts."+field] = c.Doc
			}
			if table.Name == sinks.TableVerdicts || docs[c.Name] == "" {
				docs[c.Name] = c.Doc
			}
		}
	}
	return docs
}

// addComments adds what the SQL of the populations says of its columns.
func addComments(ctx context.Context, db *duck.DB, docs map[string]string) error {
	rows, err := db.Query(ctx, "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'all_names' AND comment IS NOT NULL")
	if err != nil {
		return err
	}
	for row, err := range rows.All() {
		if err != nil {
			return errors.Join(err, rows.Close())
		}
		name, doc := fmt.Sprint(row[0]), fmt.Sprint(row[1])
		docs["names."+name] = doc
		if docs[name] == "" {
			docs[name] = doc
		}
	}
	return rows.Close()
}
