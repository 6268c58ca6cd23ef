package inputs

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"stscan/internal/evidence"
)

// Spool is a finished spool, open for reading.
type Spool struct {
	dir          string
	summary      Summary
	names, index *os.File
}

// OpenSpool opens the spool that BuildSpool made under dir. Without one the
// error is fs.ErrNotExist.
func OpenSpool(dir string) (*Spool, error) {
	s := &Spool{dir: filepath.Join(dir, spoolDir)}
	b, err := os.ReadFile(filepath.Join(s.dir, summaryFile))
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(b, &s.summary); err != nil {
		return nil, errors.Join(errSpool, err)
	}
	if s.summary.Version != spoolVersion {
		return nil, fmt.Errorf("inputs: the spool has version %d, this program reads %d", s.summary.Version, spoolVersion)
	}
	if s.names, err = os.Open(filepath.Join(s.dir, namesFile)); err != nil {
		return nil, err
	}
	if s.index, err = os.Open(filepath.Join(s.dir, indexFile)); err != nil {
		return nil, errors.Join(err, s.names.Close())
	}
	if err := s.check(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// check compares the files with the summary, as far as that is cheap; each
// block is checked when it is read.
func (s *Spool) check() error {
	magic := make([]byte, len(namesMagic))
	if _, err := s.names.ReadAt(magic, 0); err != nil || string(magic) != namesMagic {
		return errSpool
	}
	info, err := s.index.Stat()
	if err != nil {
		return err
	}
	blocks := (s.summary.Names + blockNames - 1) / blockNames
	if info.Size() != int64(blocks)*indexEntry || s.summary.ChunkSize < 1 {
		return errSpool
	}
	return nil
}

// Summary returns what the spool holds.
func (s *Spool) Summary() Summary { return s.summary }

// Chunks returns the number of chunks.
func (s *Spool) Chunks() int { return s.summary.Chunks }

// Rejected returns the path of the file of rejected lines.
func (s *Spool) Rejected() string { return filepath.Join(s.dir, RejectedFile) }

// Close closes the spool's files.
func (s *Spool) Close() error { return errors.Join(s.names.Close(), s.index.Close()) }

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
