package sinks

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"slices"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

const (
	parquetMagic = "PAR1"
	// trailerBytes end a part: the length of the footer, and the magic.
	trailerBytes = 4 + len(parquetMagic)
	// writeBytes are gathered before they are hashed and given to the file.
	writeBytes = 32 << 10
)

// leanWriter writes a part whose footer says no more than readers ask. What
// parquet-go adds for each of some 60 columns is much of a part of 500 names, as a
// short list has: a page index, by which no page can be skipped where rows are in
// the order of a hash, and counts of pages by encoding and of values by level.
type leanWriter[R any] struct {
	*parquet.GenericWriter[R]
	out *tail
}

// newLeanWriter makes one that writes nowhere until begin.
func newLeanWriter[R any](options ...parquet.WriterOption) *leanWriter[R] {
	out := &tail{w: bufio.NewWriterSize(io.Discard, writeBytes)}
	// What is held back begins at a byte, so nothing may wait in a buffer before it.
	options = append(options, parquet.WriteBufferSize(0))
	return &leanWriter[R]{parquet.NewGenericWriter[R](out, options...), out}
}

// begin starts a part that is written to out.
func (w *leanWriter[R]) begin(out io.Writer) {
	w.out.w.Reset(out)
	w.out.n, w.out.held = 0, nil
	w.Reset(w.out)
}

// Close ends the part.
func (w *leanWriter[R]) Close() error {
	if err := w.Flush(); err != nil { // the last row group
		return err
	}
	w.out.held = new(bytes.Buffer)
	if err := w.GenericWriter.Close(); err != nil {
		return err
	}
	return w.out.end()
}

// tail is the file of a part; what comes once held is there waits in it.
type tail struct {
	w    *bufio.Writer
	n    int // bytes passed through
	held *bytes.Buffer
}

func (t *tail) Write(p []byte) (int, error) {
	if t.held != nil {
		return t.held.Write(p)
	}
	n, err := t.w.Write(p)
	t.n += n
	return n, err
}

// end writes what is to remain of the bytes held: the footer, without what points
// to the page index that stood before it.
func (t *tail) end() error {
	tail := t.held.Bytes()
	start := len(tail) - trailerBytes
	if start >= 0 {
		start -= int(binary.LittleEndian.Uint32(tail[start:]))
	}
	if start < 0 {
		return fmt.Errorf("a part ends with %d bytes that are no footer", len(tail))
	}
	if t.n == 0 { // without rows the magic of the beginning comes as late as this
		if _, err := t.w.WriteString(parquetMagic); err != nil {
			return err
		}
	}
	footer, err := lean(tail[start:len(tail)-trailerBytes], int64(t.n))
	if err != nil {
		return err
	}
	if _, err := t.w.Write(footer); err != nil {
		return err
	}
	if err := binary.Write(t.w, binary.LittleEndian, uint32(len(footer))); err != nil {
		return err
	}
	if _, err := t.w.WriteString(parquetMagic); err != nil {
		return err
	}
	return t.w.Flush()
}

// lean is the footer without what nobody reads, of a part whose row groups end at
// end.
func lean(footer []byte, end int64) ([]byte, error) {
	var protocol thrift.CompactProtocol
	var m format.FileMetaData
	if err := thrift.Unmarshal(&protocol, footer, &m); err != nil {
		return nil, fmt.Errorf("read the footer back: %w", err)
	}
	starts := startsOf(m.RowGroups, end)
	for g := range m.RowGroups {
		group := &m.RowGroups[g]
		for i := range group.Columns {
			c := &group.Columns[i]
			c.ColumnIndexOffset, c.ColumnIndexLength = 0, 0
			c.OffsetIndexOffset, c.OffsetIndexLength = 0, 0
			c.MetaData.EncodingStats = nil
			c.MetaData.SizeStatistics = format.SizeStatistics{}
			// The headers of pages are shorter than parquet-go made them.
			n, _ := slices.BinarySearch(starts, startOf(&c.MetaData))
			saved := c.MetaData.TotalCompressedSize - (starts[n+1] - starts[n])
			c.MetaData.TotalCompressedSize -= saved
			c.MetaData.TotalUncompressedSize -= saved
			group.TotalCompressedSize -= saved
			group.TotalByteSize -= saved
		}
	}
	return thrift.Marshal(&protocol, &m)
}

// startOf is where the first page of a column stands.
func startOf(c *format.ColumnMetaData) int64 {
	if c.DictionaryPageOffset != 0 {
		return c.DictionaryPageOffset
	}
	return c.DataPageOffset
}

// startsOf are the offsets, in order, at which columns and Bloom filters begin,
// and the end of the last.
func startsOf(groups []format.RowGroup, end int64) []int64 {
	starts := []int64{end}
	for _, group := range groups {
		for i := range group.Columns {
			c := &group.Columns[i].MetaData
			starts = append(starts, startOf(c))
			if c.BloomFilterOffset != 0 {
				starts = append(starts, c.BloomFilterOffset)
			}
		}
	}
	slices.Sort(starts)
	return starts
}
