package sinks

import (
	"fmt"
	"io"
	"iter"
	"slices"
)

// Format is how the parts of a snapshot are written: all of them, in all tables.
// The zero value, of manifests older than the choice, is Parquet.
type Format string

const (
	FormatParquet Format = "parquet"
	FormatJSONL   Format = "jsonl" // JSON lines, compressed with zstd
)

// Formats are those there are, the default first.
func Formats() []Format { return []Format{FormatParquet, FormatJSONL} }

func (f Format) orDefault() Format {
	if f == "" {
		return FormatParquet
	}
	return f
}

func (f Format) check() error {
	if !slices.Contains(Formats(), f) {
		return fmt.Errorf("its parts are of format %q, which this program does not know", string(f))
	}
	return nil
}

// ext is how the name of a part ends.
func (f Format) ext() string {
	if f == FormatJSONL {
		return ".jsonl.zst"
	}
	return ".parquet"
}

// encoding writes and reads the parts of the table whose rows are of type R, or
// reads those of its columns that R has.
type encoding[R any] interface {
	// newWriter writes a part to w; tools are what the writers of Parquet share.
	// Readers look its rows up by column key.
	newWriter(w io.Writer, tools *parquetTools, key string, metadata map[string]string) (rowWriter[R], error)
	// eachRow calls yield with each row, as the function of this name says, until
	// it returns false.
	eachRow(name string, yield func(*R) bool) error
	// eachString calls f with each string that is not null of a column, named as in
	// Schema: "mx.host".
	eachString(name, column string, f func(string)) error
}

// rowWriter writes the rows of one part. The rows are the caller's again when
// Write returns; Close ends the part, but not what it is written to.
type rowWriter[R any] interface {
	Write(rows []R) (int, error)
	Close() error
}

func encodingOf[R any](f Format) encoding[R] {
	if f == FormatJSONL {
		return jsonLines[R]{}
	}
	return parquetFile[R]{}
}

// eachRow yields the rows of a part in order. A row is valid until the next; what
// it points to is the receiver's to keep.
func eachRow[R any](f Format, name string) iter.Seq2[*R, error] {
	return func(yield func(*R, error) bool) {
		if err := encodingOf[R](f).eachRow(name, func(r *R) bool { return yield(r, nil) }); err != nil {
			yield(nil, err)
		}
	}
}

// eachString calls f with each string that is not null of one column of a part,
// named as in Schema: the quick way to read a few columns of a wide table.
func eachString(format Format, name, column string, f func(string)) error {
	// The columns stand in the file: no type of row is needed to find them.
	return encodingOf[struct{}](format).eachString(name, column, f)
}
