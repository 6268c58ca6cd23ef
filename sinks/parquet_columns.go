package sinks

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"
)

// valuesRead are read at once from a column.
const valuesRead = 1024

// listLevels stand in the path of a column between a list and what is in it.
const listLevels = ".list.element"

// eachValue calls f with each value of one column, named as in Schema, that is
// not null. A value is valid until the next.
func eachValue(name, column string, f func(parquet.Value)) (err error) {
	part, done, err := openParquet(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	leaf := slices.IndexFunc(part.Schema().Columns(), func(path []string) bool {
		return strings.ReplaceAll(strings.Join(path, "."), listLevels, "") == column
	})
	if leaf < 0 {
		return fmt.Errorf("%s: no column %s", name, column)
	}
	for _, group := range part.RowGroups() {
		if err := eachOfChunk(group.ColumnChunks()[leaf], f); err != nil {
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
