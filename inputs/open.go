package inputs

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

const (
	// peekSize reaches the latest magic number we know, tar's at 257.
	peekSize = 512
	// maxWindow bounds what a zstd frame may ask for; it is zstd(1)'s own
	// bound, beyond which it asks for --long.
	maxWindow = 128 << 20
	// maxLayers is how many compressions may stand in one another (a .gz in a .zip).
	maxLayers = 2
)

// source is one list, opened: its text, and the digest of its bytes as stored.
type source struct {
	list    List
	text    *bufio.Reader
	raw     *rawReader
	layers  []string // compressions, the outermost first
	size    int64    // of the file; 0 = not known
	closers []func() error
}

// rawReader hashes and counts the bytes as stored, and keeps the error of the
// medium apart from those of a decompressor behind it.
type rawReader struct {
	r   io.Reader
	sum hash.Hash
	n   int64
	err error
}

func (r *rawReader) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	r.sum.Write(p[:n])
	r.n += int64(n)
	if err != nil && err != io.EOF {
		r.err = err
	}
	return n, err
}

// openSource opens a list and finds its text, told by what the bytes are, not by the
// name. A zip from standard input, which cannot be read from its end, goes
// through a temporary file in dir ("" = the system's).
func openSource(ctx context.Context, l List, stdin io.Reader, dir string) (*source, error) {
	s := &source{list: l}
	in, err := s.openRaw(ctx, stdin)
	if err != nil {
		return nil, err
	}
	s.raw = &rawReader{r: in, sum: sha256.New()}
	s.text = bufio.NewReaderSize(s.raw, maxLine)
	if err := s.unwrap(dir); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *source) openRaw(ctx context.Context, stdin io.Reader) (io.Reader, error) {
	if s.list.Path == Stdin {
		if stdin == nil {
			return nil, s.fail("there is no standard input", "name a file", nil)
		}
		return s.pipe(ctx, stdin), nil
	}
	f, err := os.Open(s.list.Path)
	if err != nil {
		return nil, s.fail("cannot be opened", "check the path and its permissions", cause(err))
	}
	s.closers = append(s.closers, f.Close)
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		s.close()
		return nil, s.fail(fmt.Sprintf("%s is a directory", s.list.Path), "name the list files in it", nil)
	}
	if err == nil && info.Mode().IsRegular() {
		s.size = info.Size()
	}
	return f, nil
}

// pipe lets a cancelled run go on while standard input still blocks in a read:
// that goroutine stays until the read returns, at the latest when the process ends.
func (s *source) pipe(ctx context.Context, stdin io.Reader) io.Reader {
	r, w := io.Pipe()
	stop := context.AfterFunc(ctx, func() { w.CloseWithError(context.Cause(ctx)) })
	go func() {
		_, err := io.Copy(w, stdin)
		w.CloseWithError(err)
	}()
	s.closers = append(s.closers, func() error { stop(); return r.Close() })
	return r
}

// unwrap takes compressions off until text is left.
func (s *source) unwrap(dir string) error {
	for {
		head, err := s.text.Peek(peekSize)
		if err != nil && err != io.EOF {
			return s.readError(0, err)
		}
		kind, known := magic(head)
		switch {
		case kind == "":
			return nil
		case !known:
			return s.fail("the data is "+kind+", which is not read here", "give it as text, .gz, .zst or .zip", nil)
		case len(s.layers) == maxLayers || kind == "zip" && len(s.layers) > 0:
			return s.fail("compressed more than "+fmt.Sprint(maxLayers)+" times, or a zip in another file", "unpack it first", nil)
		}
		s.layers = append(s.layers, kind)
		if err := s.layer(kind, dir); err != nil {
			return err
		}
	}
}

func (s *source) layer(kind, dir string) error {
	var in io.Reader
	var err error
	switch kind {
	case "gzip":
		in, err = gzip.NewReader(s.text)
	case "zstd":
		// One goroutine's worth of decoding keeps memory flat; the parser is the slower side.
		var d *zstd.Decoder
		d, err = zstd.NewReader(s.text, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err == nil {
			s.closers = append(s.closers, func() error { d.Close(); return nil })
			in = d
		}
	case "zip":
		in, err = s.openZip(dir)
	}
	if err != nil {
		return s.readError(0, err)
	}
	s.text = bufio.NewReaderSize(in, maxLine)
	return nil
}

// openZip opens the one data file of a zip archive.
func (s *source) openZip(dir string) (io.Reader, error) {
	f, err := os.CreateTemp(dir, "list-*.zip")
	if err != nil {
		return nil, err
	}
	s.closers = append(s.closers, func() error { return errors.Join(f.Close(), os.Remove(f.Name())) })
	size, err := io.Copy(f, s.text)
	if err != nil {
		return nil, err
	}
	archive, err := zip.NewReader(f, size)
	if err != nil {
		return nil, err
	}
	var data []*zip.File
	var names []string
	for _, m := range archive.File {
		if isData(m.Name) {
			data, names = append(data, m), append(names, m.Name)
		}
	}
	switch {
	case len(data) == 0:
		return nil, s.fail("the zip holds no file", "check what was fetched", nil)
	case len(data) > 1:
		return nil, s.fail(fmt.Sprintf("the zip holds %d files (%s)", len(data), shorten(names)),
			"unpack it and name the one that is meant", nil)
	case data[0].Flags&1 != 0:
		return nil, s.fail("the zip is encrypted", "unpack it first", nil)
	}
	r, err := data[0].Open()
	if err != nil {
		return nil, err
	}
	s.closers = append(s.closers, r.Close)
	return r, nil
}

// isData leaves out folders and what archivers of some systems put beside the data.
func isData(name string) bool {
	return !strings.HasSuffix(name, "/") && !strings.HasPrefix(name, "__MACOSX/") && !strings.HasPrefix(path.Base(name), ".")
}

func shorten(names []string) string {
	const most = 3
	if len(names) > most {
		names = append(names[:most:most], "…")
	}
	return bounded([]byte(strings.Join(names, ", ")), 200)
}

// magic names what the data is by its first bytes, "" for text, and says
// whether it is read here.
func magic(head []byte) (kind string, known bool) {
	for _, m := range []struct {
		offset int
		bytes  string
		kind   string
		known  bool
	}{
		{0, "\x1f\x8b", "gzip", true},
		{0, "\x28\xb5\x2f\xfd", "zstd", true},
		{0, "PK\x03\x04", "zip", true},
		{0, "PK\x05\x06", "zip", true}, // without any file
		{0, "BZh", "bzip2", false},
		{0, "\xfd7zXZ\x00", "xz", false},
		{0, "7z\xbc\xaf", "7-Zip", false},
		{0, "PAR1", "Parquet", false},
		{0, "\xff\xfe", "UTF-16 text", false},
		{0, "\xfe\xff", "UTF-16 text", false},
		{257, "ustar", "a tar archive", false},
	} {
		if len(head) >= m.offset && bytes.HasPrefix(head[m.offset:], []byte(m.bytes)) {
			return m.kind, m.known
		}
	}
	if bytes.IndexByte(head, 0) >= 0 {
		return "binary", false
	}
	return "", false
}

// digest reads what is left of the stored bytes and returns the SHA-256 of all.
func (s *source) digest() (string, error) {
	if _, err := io.Copy(io.Discard, s.raw); err != nil {
		return "", s.readError(0, err)
	}
	return hex.EncodeToString(s.raw.sum.Sum(nil)), nil
}

func (s *source) close() error {
	var err error
	for i := len(s.closers) - 1; i >= 0; i-- {
		err = errors.Join(err, s.closers[i]())
	}
	s.closers = nil
	return err
}

func (s *source) fail(what, mend string, err error) *Error {
	return &Error{List: s.list.Name, What: what, Mend: mend, Err: err}
}

// readError says whose fault a failed read is: the medium's or the archive's.
func (s *source) readError(line int64, err error) error {
	var mine *Error
	switch {
	case errors.As(err, &mine), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case s.raw.err != nil:
		return &Error{List: s.list.Name, Line: line, What: "cannot be read", Mend: "check the disk or the pipe", Err: cause(s.raw.err)}
	case len(s.layers) > 0 && !isPathError(err):
		return &Error{List: s.list.Name, Line: line, What: "the " + s.layers[len(s.layers)-1] + " data is broken or cut short",
			Mend: "fetch the file again", Err: err}
	}
	return err
}

func isPathError(err error) bool {
	var p *fs.PathError
	return errors.As(err, &p)
}

// cause drops the path, which the reader of the message has typed, from an error of package os.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return fmt.Errorf("%s: %w", p.Path, p.Err)
	}
	return err
}
