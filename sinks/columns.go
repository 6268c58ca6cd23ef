package sinks

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/parquet-go/parquet-go"
)

// valuesRead are read at once from a column.
const valuesRead = 1024

// eachValue calls f with each value of one column that is not null: the quick
// way to read a few columns of a wide table. column is a path such as
// "mx.list.element.host". A value is valid until the next.
func eachValue(name, column string, f func(parquet.Value)) (err error) {
	part, done, err := openPart(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	leaf, ok := part.Schema().Lookup(strings.Split(column, ".")...)
	if !ok {
		return fmt.Errorf("%s: no column %s", name, column)
	}
	for _, group := range part.RowGroups() {
		if err := eachOfChunk(group.ColumnChunks()[leaf.ColumnIndex], f); err != nil {
			return fmt.Errorf("%s: column %s: %w", name, column, err)
		}
	}
	return nil
}

func eachOfChunk(chunk parquet.ColumnChunk, f func(parquet.Value)) (err error) {
	pages := chunk.Pages()
	defer func() { err = errors.Join(err, pages.Close()) }()
	var buf [valuesRead]parquet.Value
	for {
		page, err := pages.ReadPage()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		err = eachOfPage(page, buf[:], f)
		parquet.Release(page)
		if err != nil {
			return err
		}
	}
}

func eachOfPage(page parquet.Page, buf []parquet.Value, f func(parquet.Value)) error {
	values := page.Values()
	for {
		n, err := values.ReadValues(buf)
		for _, v := range buf[:n] {
			if !v.IsNull() {
				f(v)
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// eachString is eachValue for a column of strings.
func eachString(name, column string, f func(string)) error {
	return eachValue(name, column, func(v parquet.Value) { f(string(v.ByteArray())) })
}
