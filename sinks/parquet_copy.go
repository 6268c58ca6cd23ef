package sinks

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
)

// ParquetCopier copies parts of FormatJSONL to Parquet, for who reads Parquet only.
// Several goroutines may use one.
type ParquetCopier struct{ tools *parquetTools }

// NewParquetCopier returns one that is ready for use.
func NewParquetCopier() (*ParquetCopier, error) {
	tools, err := newParquetTools()
	return &ParquetCopier{tools}, err
}

// Copy writes the rows of the part from, which is one of a table, to a new file, as a
// scan with FormatParquet would have: with the same columns, types and values, but
// without metadata. A part that is cut off or damaged is an error, and leaves a file
// that is none. Columns that the part lacks, since a program wrote it that did not
// have them yet, are null or empty in the copy, and returned.
func (c *ParquetCopier) Copy(table, from, to string) (lacks []string, err error) {
	switch table {
	case TableDomains:
		return copyRows[DomainRow](c.tools, keyDomain, from, to)
	case TableMX:
		return copyRows[MXRow](c.tools, keyHost, from, to)
	case TableCerts:
		return copyRows[CertRow](c.tools, keySHA256, from, to)
	case TableVerdicts:
		return copyRows[VerdictRow](c.tools, keyDomain, from, to)
	}
	return nil, fmt.Errorf("there is no table %q", table)
}

func copyRows[R any](tools *parquetTools, key, from, to string) (lacks []string, err error) {
	if lacks, err = lacking[R](from); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w, err := parquetFile[R]{}.newWriter(f, tools, key, nil)
	if err != nil {
		return nil, err
	}
	batch := make([]R, 0, batchRows)
	for row, err := range eachRow[R](FormatJSONL, from) {
		if err != nil {
			return nil, err
		}
		if batch = append(batch, *row); len(batch) < batchRows {
			continue
		}
		if _, err := w.Write(batch); err != nil {
			return nil, err
		}
		batch = batch[:0]
	}
	if _, err := w.Write(batch); err != nil {
		return nil, err
	}
	return lacks, w.Close()
}

// lacking are the columns of R that the first line of a part does not have. All lines
// of a part have the same: one program wrote it.
func lacking[R any](name string) ([]string, error) {
	var lacks []string
	err := jsonLines[map[string]json.RawMessage]{}.eachRow(name, func(row *map[string]json.RawMessage) bool {
		for field := range reflect.TypeFor[R]().Fields() {
			if column := field.Tag.Get("json"); (*row)[column] == nil {
				lacks = append(lacks, column)
			}
		}
		return false
	})
	return lacks, err
}
