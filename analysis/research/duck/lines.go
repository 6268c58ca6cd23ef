//go:build cgo && !noduckdb

package duck

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"stscan/sinks"
)

// partCopy is a part of JSON lines, and the copy of it that is read in its place.
type partCopy struct {
	snapshot int    // among those open
	key      string // of opened.parts
	part     int    // among those of the table
	to       string
	lacks    []string
	err      error
}

// copyLines puts a copy of Parquet, in folder, in the place of each part of JSON lines.
// DuckDB could read these, too, but anew for each question, and it would guess or be told
// the types of columns; copies are written by who writes the tables.
func copyLines(ctx context.Context, all []opened, folder string, threads int) error {
	copies := copiesOf(all, folder)
	if len(copies) == 0 {
		return nil
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		return err
	}
	copier, err := sinks.NewParquetCopier()
	if err != nil {
		return err
	}
	if err := eachCopy(ctx, copies, threads, func(c *partCopy) {
		table, _, _ := strings.Cut(c.key, " ")
		c.lacks, c.err = copier.Copy(table, all[c.snapshot].parts[c.key][c.part], c.to)
	}); err != nil {
		return err
	}
	for _, c := range copies {
		s := all[c.snapshot]
		if c.err != nil {
			return fmt.Errorf("JSON lines of %s cannot be read: %w; scan verify says what else is amiss", s.Dir, c.err)
		}
		s.parts[c.key][c.part] = c.to
		s.lacks[c.to] = c.lacks
	}
	return nil
}

func copiesOf(all []opened, folder string) []*partCopy {
	var copies []*partCopy
	for i, s := range all {
		if s.Manifest.Format == sinks.FormatParquet {
			continue
		}
		for _, key := range slices.Sorted(maps.Keys(s.parts)) {
			for j := range s.parts[key] {
				to := filepath.Join(folder, fmt.Sprintf("%06d.parquet", len(copies)))
				copies = append(copies, &partCopy{snapshot: i, key: key, part: j, to: to})
			}
		}
	}
	return copies
}

// eachCopy makes copies, so many at once, until one fails.
func eachCopy(ctx context.Context, copies []*partCopy, threads int, make func(*partCopy)) error {
	var workers sync.WaitGroup
	var taken atomic.Int64
	var failed atomic.Bool
	for range threads {
		workers.Go(func() {
			for ctx.Err() == nil && !failed.Load() {
				i := int(taken.Add(1)) - 1
				if i >= len(copies) {
					return
				}
				make(copies[i])
				if copies[i].err != nil {
					failed.Store(true)
				}
			}
		})
	}
	workers.Wait()
	return ctx.Err()
}
