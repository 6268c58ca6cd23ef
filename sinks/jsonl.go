package sinks

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"

	"github.com/klauspost/compress/zstd"
)

const (
	// zstdWindow bounds what the four writers of each open chunk hold. Rows repeat
	// what is in the rows just before them: a larger window gains little.
	zstdWindow = 1 << 20
	// zstdMaxWindow bounds what a reader holds, also for parts that another tool
	// compressed again: it is what the zstd command reads without being asked.
	zstdMaxWindow = 128 << 20
	// linesBuffered are compressed at once.
	linesBuffered = 64 << 10
	// skippable is the magic number of a frame that decoders pass over (RFC 8878
	// section 3.1.2).
	skippable = 0x184D2A50
)

// jsonLines is the encoding of FormatJSONL: one object a line, in one zstd frame,
// and behind it a skippable frame with the metadata, as JSON too. Behind, since
// some readers stop after their first frame.
type jsonLines[R any] struct{}

func (jsonLines[R]) newWriter(w io.Writer, _ *parquetTools, _ string, metadata map[string]string) (rowWriter[R], error) {
	meta, err := json.Marshal(metadata) // sorted by key
	if err != nil {
		return nil, err
	}
	// A part without rows is a frame, too: an empty file is never a part. With one
	// goroutine there is none to be ended when an attempt is abandoned.
	z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(zstdWindow), zstd.WithZeroFrames(true))
	if err != nil {
		return nil, err
	}
	return &linesWriter[R]{file: w, zstd: z, appendRow: appenderOf(reflect.TypeFor[R]()), metadata: meta}, nil
}

type linesWriter[R any] struct {
	file      io.Writer
	zstd      *zstd.Encoder
	appendRow appender
	lines     []byte // not yet compressed
	metadata  []byte
}

func (l *linesWriter[R]) Write(rows []R) (int, error) {
	for i := range rows {
		l.lines = append(l.appendRow(l.lines, reflect.ValueOf(&rows[i]).Elem()), '\n')
		if len(l.lines) < linesBuffered {
			continue
		}
		if err := l.flush(); err != nil {
			return i, err
		}
	}
	return len(rows), nil
}

func (l *linesWriter[R]) flush() error {
	_, err := l.zstd.Write(l.lines)
	l.lines = l.lines[:0]
	return err
}

func (l *linesWriter[R]) Close() error {
	if err := l.flush(); err != nil {
		return err
	}
	if err := l.zstd.Close(); err != nil {
		return err
	}
	frame := binary.LittleEndian.AppendUint32(nil, skippable)
	frame = binary.LittleEndian.AppendUint32(frame, uint32(len(l.metadata)))
	_, err := l.file.Write(append(frame, l.metadata...))
	return err
}

// errNoFrame is returned for an empty file, in which a decoder finds nothing amiss.
var errNoFrame = errors.New("an empty file")

func (jsonLines[R]) eachRow(name string, yield func(*R) bool) (err error) {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Size() == 0 {
		return fmt.Errorf("%s: %w", name, errNoFrame)
	}
	z, err := zstd.NewReader(f, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(zstdMaxWindow))
	if err != nil {
		return err
	}
	defer z.Close()
	lines := json.NewDecoder(z)
	for n := 1; ; n++ {
		row := new(R) // what the last row points to is not ours any more
		err := lines.Decode(&row)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: row %d: %w", name, n, err)
		}
		if row == nil {
			return fmt.Errorf("%s: row %d: null is no row", name, n)
		}
		if !yield(row) {
			return nil
		}
	}
}

func (jsonLines[R]) eachString(name, column string, f func(string)) error {
	path := strings.Split(column, ".")
	var broken error
	err := jsonLines[json.RawMessage]{}.eachRow(name, func(row *json.RawMessage) bool {
		broken = stringsAt(*row, path, f)
		return broken == nil
	})
	if broken != nil {
		broken = fmt.Errorf("%s: column %s: %w", name, column, broken)
	}
	return errors.Join(err, broken)
}

// stringsAt calls f with the strings at path, in all elements of the lists on it.
func stringsAt(value json.RawMessage, path []string, f func(string)) error {
	switch {
	case value[0] == 'n': // null
		return nil
	case value[0] == '[':
		var elements []json.RawMessage
		if err := json.Unmarshal(value, &elements); err != nil {
			return err
		}
		for _, element := range elements {
			if err := stringsAt(element, path, f); err != nil {
				return err
			}
		}
		return nil
	case len(path) == 0:
		var s string
		if err := json.Unmarshal(value, &s); err != nil {
			return err
		}
		f(s)
		return nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(value, &fields); err != nil {
		return err
	}
	field, ok := fields[path[0]]
	if !ok {
		return fmt.Errorf("a row without %s", path[0])
	}
	return stringsAt(field, path[1:], f)
}
