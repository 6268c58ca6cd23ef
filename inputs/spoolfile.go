package inputs

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"

	"stscan/internal/evidence"
)

// The spool's names stand in one file in scan order, in blocks of blockNames
// names (the last may be shorter), each with its length and CRC-32C in front.
// A second file holds the offset of each block, so that any chunk, of whatever
// size, is found without reading those before it.
const (
	namesFile  = "names.bin"
	indexFile  = "names.index"
	namesMagic = "stspool1"
	blockNames = 256
	blockHead  = 8 // length and CRC, 4 bytes each, big-endian
	indexEntry = 8 // offset, big-endian
	// maxBlock bounds a block on reading: a name in a few lists takes some
	// 100 bytes, so that only a damaged file reaches it.
	maxBlock = 64 << 20
)

// errSpool is a spool that is damaged, or none.
var errSpool = errors.New("the spool of names is damaged; remove its folder and run again with the lists")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// namesWriter writes both files.
type namesWriter struct {
	names, index *os.File
	nw, iw       *bufio.Writer
	offset       uint64
	count        int // names written, those in block included
	block        []byte
	digest       evidence.NamesDigest
}

func newNamesWriter(dir string) (*namesWriter, error) {
	names, err := os.Create(filepath.Join(dir, namesFile))
	if err != nil {
		return nil, err
	}
	index, err := os.Create(filepath.Join(dir, indexFile))
	if err != nil {
		return nil, errors.Join(err, names.Close())
	}
	w := &namesWriter{names: names, index: index, nw: bufio.NewWriter(names), iw: bufio.NewWriter(index)}
	_, err = w.nw.WriteString(namesMagic)
	w.offset = uint64(len(namesMagic))
	if err != nil {
		return nil, errors.Join(err, w.abandon())
	}
	return w, nil
}

func (w *namesWriter) add(m merged) error {
	w.digest.Add(string(m.domain))
	w.block = appendBytes(w.block, m.domain)
	w.block = appendBytes(w.block, m.input)
	w.block = binary.AppendUvarint(w.block, uint64(len(m.lists)))
	for _, r := range m.lists {
		w.block = binary.AppendUvarint(w.block, r.list)
		w.block = binary.AppendUvarint(w.block, r.line)
		w.block = binary.AppendUvarint(w.block, r.rank)
	}
	w.count++
	if w.count%blockNames == 0 {
		return w.flush()
	}
	return nil
}

func (w *namesWriter) flush() error {
	if len(w.block) == 0 {
		return nil
	}
	var head [blockHead]byte
	binary.BigEndian.PutUint32(head[:4], uint32(len(w.block)))
	binary.BigEndian.PutUint32(head[4:], checksum((w.count-1)/blockNames, w.block))
	_, err1 := w.iw.Write(binary.BigEndian.AppendUint64(nil, w.offset))
	_, err2 := w.nw.Write(head[:])
	_, err3 := w.nw.Write(w.block)
	w.offset += uint64(len(head) + len(w.block))
	w.block = w.block[:0]
	return errors.Join(err1, err2, err3)
}

// checksum covers the number of the block, too: a damaged index leads to another block.
func checksum(number int, block []byte) uint32 {
	sum := crc32.Checksum(binary.BigEndian.AppendUint64(nil, uint64(number)), castagnoli)
	return crc32.Update(sum, castagnoli, block)
}

// close finishes both files and makes them durable.
func (w *namesWriter) close() error {
	err := errors.Join(w.flush(), w.nw.Flush(), w.iw.Flush())
	if err == nil {
		err = errors.Join(w.names.Sync(), w.index.Sync())
	}
	return errors.Join(err, w.abandon())
}

// abandon closes both files as they are.
func (w *namesWriter) abandon() error {
	return errors.Join(w.names.Close(), w.index.Close())
}

// readBlock reads the block with that number.
func (s *Spool) readBlock(number int) ([]byte, error) {
	var entry [indexEntry]byte
	if _, err := s.index.ReadAt(entry[:], int64(number)*indexEntry); err != nil {
		return nil, damaged(err)
	}
	offset := int64(binary.BigEndian.Uint64(entry[:]))
	var head [blockHead]byte
	if _, err := s.names.ReadAt(head[:], offset); err != nil {
		return nil, damaged(err)
	}
	length := binary.BigEndian.Uint32(head[:4])
	if length > maxBlock {
		return nil, errSpool
	}
	block := make([]byte, length)
	if _, err := s.names.ReadAt(block, offset+blockHead); err != nil {
		return nil, damaged(err)
	}
	if checksum(number, block) != binary.BigEndian.Uint32(head[4:]) {
		return nil, errSpool
	}
	return block, nil
}

// damaged says that a file is shorter than it should be.
func damaged(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return errSpool
	}
	return err
}

// target decodes the next name of a block.
func (s *Spool) target(d *decoder) (evidence.Target, error) {
	t := evidence.Target{Domain: string(d.bytes())}
	t.Input = t.Domain
	if in := d.bytes(); len(in) > 0 {
		t.Input = string(in)
	}
	n := d.uvarint()
	if d.bad || n == 0 || n > uint64(len(s.summary.Lists)) {
		return t, errSpool
	}
	t.Lists = make([]evidence.ListEntry, n)
	for i := range t.Lists {
		list := d.uvarint()
		if list >= uint64(len(s.summary.Lists)) {
			return t, errSpool
		}
		e := evidence.ListEntry{List: s.summary.Lists[list].Name, Line: int64(d.uvarint()), Rank: int64(d.uvarint())}
		if t.Lists[i] = e; t.Rank == 0 {
			t.Rank = e.Rank
		}
	}
	if d.bad {
		return t, errSpool
	}
	t.List = t.Lists[0].List
	t.TLD = lastLabel(t.Domain)
	t.Registrable, t.RegistrablePrivate = Registrable(t.Domain)
	return t, nil
}

// Targets returns the names of one chunk, in scan order. Chunks are numbered
// from 0. It may be called from several goroutines.
func (s *Spool) Targets(chunk int) ([]evidence.Target, error) {
	if chunk < 0 || chunk >= s.summary.Chunks {
		return nil, fmt.Errorf("inputs: no chunk %d among %d", chunk, s.summary.Chunks)
	}
	first := chunk * s.summary.ChunkSize
	end := min(first+s.summary.ChunkSize, s.summary.Names)
	targets := make([]evidence.Target, 0, end-first)
	for block := first / blockNames; block*blockNames < end; block++ {
		data, err := s.readBlock(block)
		if err != nil {
			return nil, err
		}
		d := &decoder{rest: data}
		for i := block * blockNames; i < min((block+1)*blockNames, end); i++ {
			t, err := s.target(d)
			if err != nil {
				return nil, err
			}
			if i >= first {
				targets = append(targets, t)
			}
		}
	}
	return targets, nil
}
