package sinks

import (
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// pageBuffers keep the data pages of the columns of open row groups. Without
// statistics of pages parquet-go v0.32.0 writes of each page that it has no nulls,
// whatever it has: the headers kept here do not say so.
type pageBuffers struct{ parquet.BufferPool }

// GetBuffer returns the buffer of one column.
func (p pageBuffers) GetBuffer() io.ReadWriteSeeker {
	return &columnPages{ReadWriteSeeker: p.BufferPool.GetBuffer()}
}

// PutBuffer takes it back.
func (p pageBuffers) PutBuffer(b io.ReadWriteSeeker) {
	if pages, ok := b.(*columnPages); ok {
		p.BufferPool.PutBuffer(pages.ReadWriteSeeker)
	}
}

// columnPages are the data pages of one column, each behind its header.
type columnPages struct {
	io.ReadWriteSeeker
	due int // bytes of the page whose header came last that are yet to come
}

// pageHeader is a format.PageHeader of a data page of version 1, without
// statistics.
type pageHeader struct {
	Type                 format.PageType `thrift:"1,required"`
	UncompressedPageSize int32           `thrift:"2,required"`
	CompressedPageSize   int32           `thrift:"3,required"`
	CRC                  int32           `thrift:"4,optional"`
	DataPageHeader       dataPageHeader  `thrift:"5,required"`
}

type dataPageHeader struct {
	NumValues               int32           `thrift:"1,required"`
	Encoding                format.Encoding `thrift:"2,required"`
	DefinitionLevelEncoding format.Encoding `thrift:"3,required"`
	RepetitionLevelEncoding format.Encoding `thrift:"4,required"`
}

func (c *columnPages) Write(p []byte) (int, error) {
	if c.due > 0 || len(p) == 0 {
		if len(p) > c.due {
			return 0, fmt.Errorf("a page has %d bytes more than its header says", len(p)-c.due)
		}
		n, err := c.ReadWriteSeeker.Write(p)
		c.due -= n
		return n, err
	}
	var h pageHeader
	if err := thrift.Unmarshal(new(thrift.CompactProtocol), p, &h); err != nil {
		return 0, fmt.Errorf("read the header of a page back: %w", err)
	}
	header, err := thrift.Marshal(new(thrift.CompactProtocol), &h)
	if err != nil {
		return 0, err
	}
	c.due = int(h.CompressedPageSize)
	_, err = c.ReadWriteSeeker.Write(header)
	return len(p), err
}

// WriteTo spares io.Copy a buffer of its own.
func (c *columnPages) WriteTo(w io.Writer) (int64, error) { return io.Copy(w, c.ReadWriteSeeker) }
