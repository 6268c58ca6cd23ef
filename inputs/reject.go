package inputs

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"

	"github.com/klauspost/compress/zstd"
)

// RejectedFile is the name of the file that lists every rejected line, one JSON
// object of type Reject a line.
const RejectedFile = "rejected.jsonl.zst"

// firstRejects is how many rejected lines the summary, and so the manifest, shows.
const firstRejects = 100

// Reject is one line of a list that gave no name.
type Reject struct {
	List   string `json:"list"`
	Line   int64  `json:"line"` // 1-based
	Text   string `json:"text"` // bounded, escaped by evidence.Text
	Reason Reason `json:"reason"`
}

// rejectWriter writes RejectedFile, and keeps the first few.
type rejectWriter struct {
	file  *os.File
	zstd  *zstd.Encoder
	buf   *bufio.Writer
	json  *json.Encoder
	first []Reject
}

func newRejectWriter(path string) (*rejectWriter, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	z, err := zstd.NewWriter(f, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	w := &rejectWriter{file: f, zstd: z, buf: bufio.NewWriter(z)}
	w.json = json.NewEncoder(w.buf)
	w.json.SetEscapeHTML(false)
	return w, nil
}

func (w *rejectWriter) add(r Reject) error {
	if len(w.first) < firstRejects {
		w.first = append(w.first, r)
	}
	return w.json.Encode(r)
}

// close finishes the file and makes it durable.
func (w *rejectWriter) close() error {
	err := errors.Join(w.buf.Flush(), w.zstd.Close())
	if err == nil {
		err = w.file.Sync()
	}
	return errors.Join(err, w.file.Close())
}
