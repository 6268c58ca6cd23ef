package inputs

import (
	"bufio"
	"encoding/binary"
	"errors"
	"hash/crc32"
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
