package sinks

import (
	"path"
	"reflect"
	"strings"
	"time"

	"stscan/internal/evidence"
)

// File describes a file of a snapshot that is no part of a table.
type File struct {
	Name   string   `json:"name"` // path below the snapshot, N for digits
	Doc    string   `json:"doc"`
	Fields []Column `json:"fields"` // of its one object, or of the object on each line
}

// Files describes the JSON files of a snapshot, read off their types.
func Files() []File {
	return []File{
		{manifestName, "What the snapshot is of, how it was made, and what is in it. Replaced as a whole while a scan runs.",
			fieldsOf(reflect.TypeFor[Manifest](), "")},
		{path.Join(chunksDir, "chunk-N"+recordExt), "The commit record of a chunk: written once, when its parts are whole. Those of the second pass are called retry-N.",
			fieldsOf(reflect.TypeFor[evidence.Commit](), "")},
		{path.Join(chunksDir, retryPlanName), "How the deferred names are cut into the chunks of the second pass. Written once, when the first pass is over.",
			fieldsOf(reflect.TypeFor[evidence.RetryPlan](), "")},
		{path.Join(TableVerdicts, rulesetPrefix+"R", checksumsName), "SHA-256 of the parts beside it: an object with their file names as keys.", nil},
		{rejectedName, "Every line of the lists that is no domain name: one object a line, compressed with zstd.",
			fieldsOf(reflect.TypeFor[Reject](), "")},
		{eventsName, "What happened to the run as a whole: one object a line, appended by every process that works on the snapshot, at most some 16 MiB. " +
			"A line that a kill left half written is removed at the next resume.",
			fieldsOf(reflect.TypeFor[evidence.Event](), "")},
	}
}

func fieldsOf(object reflect.Type, prefix string) []Column {
	var fields []Column
	for field := range object.Fields() {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		name = prefix + name
		doc := field.Tag.Get("doc")
		if strings.Contains(options, "omitempty") {
			doc += " Left out when empty."
		}
		fields = append(fields, Column{Name: name, Type: jsonTypeName(field.Type), Nullable: field.Type.Kind() == reflect.Pointer, Doc: doc})
		if inner := innerObject(field.Type); inner != nil {
			fields = append(fields, fieldsOf(inner, name+".")...)
		}
	}
	return fields
}

// innerObject is the struct that a value of type t holds, or nil.
func innerObject(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() == reflect.Struct && t != reflect.TypeFor[time.Time]() {
		return t
	}
	return nil
}

func jsonTypeName(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return "timestamp" // as a string, RFC 3339
	case t.Kind() == reflect.Pointer:
		return jsonTypeName(t.Elem())
	case t.Kind() == reflect.Slice:
		return "list of " + jsonTypeName(t.Elem())
	case t.Kind() == reflect.Map:
		return "object of " + jsonTypeName(t.Elem())
	case t.Kind() == reflect.Struct:
		return "object"
	case t.Kind() == reflect.Int, t.Kind() == reflect.Int64:
		return "integer"
	}
	return t.Kind().String() // string, bool
}
