package sinks

import (
	"reflect"
	"strings"
	"time"
)

// Column describes one column of a table, or one field of the structs in it.
type Column struct {
	Name     string `json:"name"` // nested fields with a dot: "lookups.rcode"
	Type     string `json:"type"` // "string", "list of struct" and so on
	Nullable bool   `json:"nullable"`
	Doc      string `json:"doc"`
}

// Table describes one table.
type Table struct {
	Name    string   `json:"name"`
	Columns []Column `json:"columns"` // in the order of the file
}

// Schema describes the tables: the data dictionary, read off the row types.
func Schema() []Table {
	return []Table{
		{TableDomains, columnsOf(reflect.TypeFor[DomainRow](), "")},
		{TableMX, columnsOf(reflect.TypeFor[MXRow](), "")},
		{TableCerts, columnsOf(reflect.TypeFor[CertRow](), "")},
		{TableVerdicts, columnsOf(reflect.TypeFor[VerdictRow](), "")},
	}
}

func columnsOf(row reflect.Type, prefix string) []Column {
	var columns []Column
	for field := range row.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("parquet"), ",")
		name = prefix + name
		columns = append(columns, Column{Name: name, Type: typeName(field.Type),
			Nullable: field.Type.Kind() == reflect.Pointer, Doc: field.Tag.Get("doc")})
		if field.Type.Kind() == reflect.Slice && field.Type.Elem().Kind() == reflect.Struct {
			columns = append(columns, columnsOf(field.Type.Elem(), name+".")...)
		}
	}
	return columns
}

func typeName(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return "timestamp"
	case t == reflect.TypeFor[[]byte]():
		return "bytes"
	case t.Kind() == reflect.Pointer:
		return typeName(t.Elem())
	case t.Kind() == reflect.Slice:
		return "list of " + typeName(t.Elem())
	}
	return t.Kind().String() // string, bool, int32, int64, struct
}
