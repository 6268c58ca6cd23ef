package inputs

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"stscan/internal/evidence"
)

const (
	// maxLine bounds a line, in bytes. Names and URLs are far shorter; the
	// longest lines of zone files are keys and signatures of a few KiB.
	maxLine = 64 << 10
	// maxInput bounds what is kept of a name as written: a URL with its path.
	maxInput = 1 << 10
	// maxRejectText bounds what is kept of a line that gives no name, in bytes:
	// a whole name and some of what stands around it.
	maxRejectText = 300
	// stride is how many lines are read between looks at the context and
	// calls of Progress: some hundredths of a second.
	stride = 1 << 16
)

// Entry is one line of a list that holds a name, or should.
type Entry struct {
	Line   int64  // 1-based
	Input  string // as written, bounded; of a rejected line the line itself
	Rank   int64  // 0 = none
	Domain string // normalised; "" when rejected
	Reason Reason // why it was rejected; "" = valid
}

// ListSummary counts what one list held.
type ListSummary struct {
	Name     string         `json:"name"`
	Path     string         `json:"path"`
	Format   string         `json:"format"`
	SHA256   string         `json:"sha256"`            // of the bytes as stored, compressed or not
	Lines    int            `json:"lines"`             // lines read, blank ones and comments included
	Names    int            `json:"names"`             // lines that gave a name, repetitions included
	Rejected map[string]int `json:"rejected"`          // lines that gave none, by Reason
	Stopped  bool           `json:"stopped,omitempty"` // the limit was reached before its end
}

// Progress tells how far a long read has come.
type Progress struct {
	List  string // "" while the spool is being sorted
	Bytes int64  // read of the list as stored
	Size  int64  // of the list as stored; 0 = not known
	Lines int    // of this list
	Names int    // valid ones of this list, repetitions included; while sorting, distinct names done
}

// errStop is what a callback returns to end a list early without an error.
var errStop = errors.New("stop")

// ReadList reads one list in order, and calls fn for each line that holds a
// name or should hold one. An error of fn ends the reading and is returned. A list
// that cannot be used, one without a single valid name included, gives an *Error.
func ReadList(ctx context.Context, l List, stdin io.Reader, fn func(Entry) error) (ListSummary, error) {
	return readList(ctx, l, stdin, readOptions{}, fn)
}

type readOptions struct {
	tmp      string         // folder for a zip from standard input; "" = the system's
	hashOnly bool           // no line is wanted, only the digest
	progress func(Progress) // may be nil
}

func readList(ctx context.Context, l List, stdin io.Reader, o readOptions, fn func(Entry) error) (ListSummary, error) {
	sum := ListSummary{Name: l.Name, Path: l.Path, Rejected: map[string]int{}}
	s, err := openSource(ctx, l, stdin, o.tmp)
	if err != nil {
		return sum, err
	}
	defer s.close()
	if o.hashOnly {
		sum.Stopped = true
	} else {
		r := &listReader{source: s, sum: &sum, fn: fn, progress: o.progress}
		err = r.read(ctx)
		if errors.Is(err, errStop) {
			sum.Stopped, err = true, nil
		}
	}
	if err != nil {
		return sum, err
	}
	sum.SHA256, err = s.digest()
	return sum, err
}

// listReader reads the lines of one list.
type listReader struct {
	source   *source
	sum      *ListSummary
	fn       func(Entry) error
	progress func(Progress)
	first    Entry // first rejected line, for the error
}

// textLine is a line put aside to tell the format by.
type textLine struct {
	number int64
	text   []byte
	long   bool
}

func (r *listReader) read(ctx context.Context) error {
	if bom, _ := r.source.text.Peek(3); string(bom) == "\uFEFF" {
		_, _ = r.source.text.Discard(3) // peeked: cannot fail
	}
	head, err := r.head()
	if err != nil {
		return err
	}
	p, err := r.parser(head)
	if err != nil {
		return err
	}
	for _, line := range head {
		if err := r.line(p, line); err != nil {
			return err
		}
	}
	for {
		if r.sum.Lines%stride == 0 {
			if err := r.tick(ctx); err != nil {
				return err
			}
		}
		line, err := r.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if err := r.line(p, line); err != nil {
			return err
		}
	}
	if err := r.tick(ctx); err != nil {
		return err
	}
	return r.nonempty()
}

// tick looks at the context and tells how far we are. A cancelled standard
// input looks like one that ended: hence the look at the end, too.
func (r *listReader) tick(ctx context.Context) error {
	if r.progress != nil {
		r.progress(Progress{
			List: r.sum.Name, Bytes: r.source.raw.n, Size: r.source.size, Lines: r.sum.Lines, Names: r.sum.Names,
		})
	}
	return context.Cause(ctx)
}

// head reads the lines by which the format is told.
func (r *listReader) head() ([]textLine, error) {
	var head []textLine
	for len(head) < sampleLines {
		line, err := r.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		line.text = bytes.Clone(line.text)
		if len(line.text) > 0 && !isComment(line.text) {
			head = append(head, line)
		}
	}
	return head, nil
}

func (r *listReader) parser(head []textLine) (parser, error) {
	sample := make([][]byte, len(head))
	for i, line := range head {
		sample[i] = line.text
	}
	f, err := findFormat(r.source.list.Format)
	if err != nil {
		return nil, r.source.fail(err.Error(), "", nil)
	}
	if f == nil {
		detected := detectFormat(sample)
		f = &detected
	}
	r.sum.Format = f.name
	p, err := f.parser(sample)
	var e *Error
	if errors.As(err, &e) {
		e.List = r.sum.Name
	}
	return p, err
}

// next reads one line, its end and the blanks before that taken off. The bytes
// are good until the next call.
func (r *listReader) next() (textLine, error) {
	b, err := r.source.text.ReadSlice('\n')
	line := textLine{number: int64(r.sum.Lines) + 1, text: b}
	if err == bufio.ErrBufferFull {
		line.long, line.text = true, bytes.Clone(b[:maxRejectText])
		for err == bufio.ErrBufferFull {
			_, err = r.source.text.ReadSlice('\n')
		}
	}
	if err != nil && err != io.EOF {
		return line, r.source.readError(line.number, err)
	}
	if err == io.EOF && len(line.text) == 0 {
		return line, io.EOF
	}
	r.sum.Lines++
	line.text = bytes.TrimRight(line.text, " \t\r\n")
	return line, nil
}

// line turns one line into an entry, if it holds one.
func (r *listReader) line(p parser, line textLine) error {
	if len(line.text) == 0 || isComment(line.text) {
		return nil
	}
	f := found{reason: ReasonLineTooLong}
	if !line.long {
		f = p.parse(line.text)
	}
	if f.name == nil && f.reason == "" {
		return nil
	}
	e := entry(f)
	e.Line = line.number
	if e.Reason == "" {
		err := r.fn(e)
		if err == nil {
			r.sum.Names++
		}
		return err
	}
	e.Input = bounded(line.text, maxRejectText)
	if len(r.sum.Rejected) == 0 {
		r.first = e
	}
	r.sum.Rejected[string(e.Reason)]++
	return r.fn(e)
}

// entry normalises what a line holds. Input and Domain share memory when they are equal.
func entry(f found) Entry {
	if f.reason != "" {
		return Entry{Reason: f.reason}
	}
	host, reason := hostOf(f.name)
	if reason != "" {
		return Entry{Reason: reason}
	}
	input := bounded(f.name, maxInput)
	name := input
	if string(host) != input {
		name = string(host)
	}
	domain, reason := normalize(name)
	if reason != "" {
		return Entry{Reason: reason}
	}
	if domain == input {
		input = domain
	}
	return Entry{Input: input, Rank: f.rank, Domain: domain}
}

// nonempty refuses a list without a single name: it is not what the user meant.
func (r *listReader) nonempty() error {
	if r.sum.Names > 0 {
		return nil
	}
	e := &Error{List: r.sum.Name, What: "holds no names", Mend: "check that this is the file that was meant"}
	if r.first.Line > 0 {
		e.Line = r.first.Line
		e.What = fmt.Sprintf("none of the list's %d lines holds a domain name; this one is %q: %s",
			r.sum.Lines, bounded([]byte(r.first.Input), 80), r.first.Reason)
		e.Mend = "check the file, or give its form with --list-format"
	}
	return e
}

// bounded returns at most n bytes of b as text, whole characters only.
func bounded(b []byte, n int) string {
	if len(b) > n {
		for n > 0 && !utf8.RuneStart(b[n]) {
			n--
		}
		b = b[:n]
	}
	return evidence.Text(b)
}
