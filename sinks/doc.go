// Package sinks stores evidence and verdicts, and reads them back: the rows of
// every table, parts as Parquet or JSON lines, the snapshot directory with its
// manifest and commit records, publishing, resuming, and the check of all of it.
//
// It knows how a snapshot is laid out and how a value becomes a column. It
// refuses to know what evidence means (it carries verdicts, it makes none), how
// work is scheduled and how lists are read. Of the module it may import
// internal/evidence, internal/taxonomy and the types of analysis; never
// pipeline, inputs, resolver or probe.
//
// # Atomicity
//
// Everything is first written below _work, closed and synced. A chunk is done
// when its commit record exists, and that is created whole or not at all; only
// then are its parts renamed to their final names, a step that anyone may repeat.
// So a crash leaves nothing half written at a final name, and all that is to be
// thrown away lies in _work.
package sinks

// SchemaVersion is raised when a column changes its name or its meaning. Columns
// may be added without raising it.
const SchemaVersion = 1

// Names of the tables: folders of a snapshot.
const (
	TableDomains  = "domains"
	TableMX       = "mx"
	TableCerts    = "certs"
	TableVerdicts = "verdicts"
)

// Columns by which the rows of the tables are looked up: of TableDomains and
// TableVerdicts, of TableMX, of TableCerts.
const (
	keyDomain = "domain"
	keyHost   = "host"
	keySHA256 = "sha256"
)

func evidenceTables() []string { return []string{TableDomains, TableMX, TableCerts} }
