package inputs

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

const (
	// fanOut is the number of buckets: one for each value of a byte of the hash.
	fanOut = 256
	// bucketBuffer is what each open bucket buffers, in bytes: 4 MiB for all.
	bucketBuffer = 16 << 10
	// maxBucket is the most that is sorted in memory at once, in bytes; a
	// larger bucket is parted again by the next byte of the hash. It is
	// reached at some 400 million names.
	maxBucket = 64 << 20
	// maxRecord bounds one record: two strings, and at most six numbers.
	maxRecord = 8 + maxName + 4*maxInput + 6*binary.MaxVarintLen64
)

// record is one name as one line of one list gave it.
type record struct {
	hash   uint64
	domain []byte
	input  []byte // empty = equal to domain
	list   uint64 // index
	line   uint64
	rank   uint64
}

func (r record) append(b []byte) []byte {
	b = binary.BigEndian.AppendUint64(b, r.hash)
	b = appendBytes(b, r.domain)
	b = appendBytes(b, r.input)
	b = binary.AppendUvarint(b, r.list)
	b = binary.AppendUvarint(b, r.line)
	return binary.AppendUvarint(b, r.rank)
}

func appendBytes(b, s []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// partition parts records into buckets by one byte of their hash, counted from
// the most significant.
type partition struct {
	dir     string
	byte    int
	buckets [fanOut]*bucket // nil = empty
}

// bucket is a file, made when the buffer first overflows: a short list needs none.
type bucket struct {
	path string
	file *os.File
	size int64  // bytes in the file
	buf  []byte // what is not in the file yet
	last []byte // domain of the last record, and its list: a repetition is dropped
	list uint64
}

func newPartition(dir string, hashByte int) (*partition, error) {
	return &partition{dir: dir, byte: hashByte}, os.Mkdir(dir, 0o755)
}

// add adds one record. One that repeats the last of its bucket is dropped: a
// name counts once a list, and a list of one name a million times shall not
// fill a bucket that cannot be parted.
func (p *partition) add(r record) error {
	key := byte(r.hash >> (56 - 8*p.byte))
	b := p.buckets[key]
	if b == nil {
		b = &bucket{path: filepath.Join(p.dir, fmt.Sprintf("%02x", key))}
		p.buckets[key] = b
	} else if b.list == r.list && string(b.last) == string(r.domain) {
		return nil
	}
	b.last, b.list = append(b.last[:0], r.domain...), r.list
	if b.buf = r.append(b.buf); len(b.buf) < bucketBuffer {
		return nil
	}
	return b.flush()
}

func (b *bucket) flush() (err error) {
	if b.file == nil {
		if b.file, err = os.Create(b.path); err != nil {
			return err
		}
	}
	n, err := b.file.Write(b.buf)
	b.size, b.buf = b.size+int64(n), b.buf[:0]
	return err
}

// close flushes and closes the buckets that have files.
func (p *partition) close() error {
	var err error
	for _, b := range p.buckets {
		if b != nil && b.file != nil {
			err = errors.Join(err, b.flush(), b.file.Close())
			b.buf = nil
		}
	}
	return err
}

// open reads a closed bucket from its start.
func (b *bucket) open() (io.ReadCloser, error) {
	if b.file == nil {
		return io.NopCloser(bytes.NewReader(b.buf)), nil
	}
	return os.Open(b.path)
}

// load returns the records of a closed bucket.
func (b *bucket) load() ([]byte, error) {
	if b.file == nil {
		return b.buf, nil
	}
	return os.ReadFile(b.path)
}

// remove gives back what a bucket holds.
func (b *bucket) remove() error {
	b.buf = nil
	if b.file == nil {
		return nil
	}
	return os.Remove(b.path)
}

// merged is one distinct name with all that the lists say of it.
type merged struct {
	domain []byte
	input  []byte
	lists  []record // one a list, its first line; in the order of the lists
}

// sorter turns a partition into the distinct names in order, memory bounded.
type sorter struct {
	max  int64 // bytes sorted in memory
	emit func(merged) error
}

// sort goes through the buckets of a closed partition in order, and removes each when done.
func (s *sorter) sort(p *partition) error {
	for i, b := range p.buckets {
		if b == nil {
			continue
		}
		if err := s.bucket(b, p.byte); err != nil {
			return err
		}
		if err := b.remove(); err != nil {
			return err
		}
		p.buckets[i] = nil
	}
	return os.Remove(p.dir)
}

func (s *sorter) bucket(b *bucket, hashByte int) error {
	if b.size+int64(len(b.buf)) > s.max && hashByte < 7 {
		return s.split(b, hashByte+1)
	}
	data, err := b.load()
	if err != nil {
		return err
	}
	return s.inMemory(data)
}

// split parts a bucket that is too large by the next byte of the hash.
func (s *sorter) split(b *bucket, hashByte int) error {
	f, err := b.open()
	if err != nil {
		return err
	}
	defer f.Close()
	sub, err := newPartition(b.path+".parts", hashByte)
	if err != nil {
		return err
	}
	r := bufio.NewReaderSize(f, 4*maxRecord)
	for {
		head, err := r.Peek(maxRecord)
		if err != nil && err != io.EOF {
			return errors.Join(err, sub.close())
		}
		if len(head) == 0 {
			break
		}
		rec, n, err := decodeRecord(head)
		if err == nil {
			err = sub.add(rec)
		}
		if err != nil {
			return errors.Join(err, sub.close())
		}
		_, _ = r.Discard(n) // peeked: cannot fail
	}
	if err := sub.close(); err != nil {
		return err
	}
	return s.sort(sub)
}

// position is where a record stands in a bucket.
type position struct {
	hash   uint64
	offset int
}

// inMemory sorts the records by (hash, name), in each name by list and line,
// which is the order of reading, and emits each name once.
func (s *sorter) inMemory(data []byte) error {
	var order []position
	for off := 0; off < len(data); {
		r, n, err := decodeRecord(data[off:])
		if err != nil {
			return err
		}
		order = append(order, position{r.hash, off})
		off += n
	}
	at := func(p position) record {
		r, _, _ := decodeRecord(data[p.offset:]) // decoded once before
		return r
	}
	slices.SortFunc(order, func(a, b position) int {
		if a.hash != b.hash {
			return cmp.Compare(a.hash, b.hash)
		}
		x, y := at(a), at(b)
		return cmp.Or(slices.Compare(x.domain, y.domain), cmp.Compare(a.offset, b.offset))
	})
	var m merged
	for i, p := range order {
		r := at(p)
		if i == 0 || string(r.domain) != string(m.domain) {
			if i > 0 {
				if err := s.emit(m); err != nil {
					return err
				}
			}
			m = merged{domain: r.domain, input: r.input, lists: m.lists[:0]}
		}
		if n := len(m.lists); n == 0 || m.lists[n-1].list != r.list {
			m.lists = append(m.lists, r)
		}
	}
	if len(order) == 0 {
		return nil
	}
	return s.emit(m)
}

// decodeRecord reads the record at the start of b, and says how long it is. Its strings are parts of b.
func decodeRecord(b []byte) (r record, n int, err error) {
	d := decoder{rest: b}
	if len(b) < 8 {
		return r, 0, errSpool
	}
	r.hash, d.rest = binary.BigEndian.Uint64(b), b[8:]
	r.domain, r.input = d.bytes(), d.bytes()
	r.list, r.line, r.rank = d.uvarint(), d.uvarint(), d.uvarint()
	if d.bad {
		return r, 0, errSpool
	}
	return r, len(b) - len(d.rest), nil
}

// decoder takes numbers and strings off a slice.
type decoder struct {
	rest []byte
	bad  bool // something did not fit; what was returned since is zero
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.rest)
	if n <= 0 {
		d.bad, d.rest = true, nil
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

func (d *decoder) bytes() []byte {
	n := d.uvarint()
	if n > uint64(len(d.rest)) {
		d.bad, d.rest = true, nil
		return nil
	}
	s := d.rest[:n:n]
	d.rest = d.rest[n:]
	return s
}
