package inputs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

const (
	spoolDir    = "spool"
	summaryFile = "summary.json"
	// spoolVersion is raised when the files of a spool change in meaning.
	spoolVersion = 1

	// Chunks of --chunk-size auto (CONTRACT.md, flags of run).
	autoChunks   = 50
	minAutoChunk = 500
	maxAutoChunk = 20_000
)

// SpoolConfig says what to read, and how to cut it.
type SpoolConfig struct {
	Dir       string // folder in which the spool is made
	Lists     []List
	Stdin     io.Reader // for the list "-"
	Seed      uint64    // of the order of the scan
	ChunkSize int       // names in a chunk; 0 = a fiftieth of the list, 500 to 20,000
	// Limit is how many distinct valid names are taken, in input order; 0 =
	// all. Reading ends at the first name beyond, so lists and lines behind
	// it are not mentioned in the names taken. The names are told apart by 64
	// bits of their hash, 8 bytes each in memory and some for the table.
	Limit int
	// Shard leaves names out, after Limit: the shards of a list with a limit are
	// the parts of the list so limited.
	Shard    Shard
	Unit     string         // UnitName or UnitRegistrable; "" = UnitName
	Progress func(Progress) // called now and then, may be nil

	maxBucket int64 // 0 = the constant; tests use less
}

// Summary says what a spool holds and where it came from.
type Summary struct {
	Version      int           `json:"version"`
	Lists        []ListSummary `json:"lists"`
	Seed         uint64        `json:"seed"`
	Unit         string        `json:"unit"`
	Limit        int           `json:"limit"`
	Shard        string        `json:"shard,omitempty"` // i/n
	Names        int           `json:"names"`           // distinct
	ChunkSize    int           `json:"chunk_size"`
	Chunks       int           `json:"chunks"`
	Digest       string        `json:"digest"` // evidence.NamesDigest of the names
	FirstRejects []Reject      `json:"first_rejects,omitempty"`
}

// BuildSpool reads the lists and makes the spool under c.Dir. It appears whole
// or not at all; what an interrupted attempt left is removed first. A list that cannot
// be used gives an *Error, an existing spool fs.ErrExist.
func BuildSpool(ctx context.Context, c SpoolConfig) (sum Summary, err error) {
	if c.Unit == "" {
		c.Unit = UnitName
	}
	if c.Unit != UnitName && c.Unit != UnitRegistrable {
		return sum, fmt.Errorf("inputs: no unit is called %q; there are %s and %s", c.Unit, UnitName, UnitRegistrable)
	}
	if c.ChunkSize < 0 || c.Limit < 0 {
		return sum, fmt.Errorf("inputs: chunk size %d and limit %d must not be negative", c.ChunkSize, c.Limit)
	}
	if err := checkLists(c.Lists); err != nil {
		return sum, err
	}
	final := filepath.Join(c.Dir, spoolDir)
	if _, err := os.Stat(final); err == nil {
		return sum, &fs.PathError{Op: "build spool", Path: final, Err: fs.ErrExist}
	}
	tmp := final + ".tmp"
	if err := os.RemoveAll(tmp); err != nil {
		return sum, err
	}
	if err := os.MkdirAll(tmp, 0o755); err != nil {
		return sum, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(tmp))
		}
	}()
	if sum, err = fill(ctx, c, tmp); err != nil {
		return sum, err
	}
	if err = os.Rename(tmp, final); err != nil {
		return sum, err
	}
	return sum, syncDir(c.Dir)
}

// fill makes the files of a spool in dir.
func fill(ctx context.Context, c SpoolConfig, dir string) (Summary, error) {
	sum := Summary{Version: spoolVersion, Seed: c.Seed, Unit: c.Unit, Limit: c.Limit, Shard: c.Shard.String()}
	buckets, err := readLists(ctx, c, dir, &sum)
	if err != nil {
		return sum, err
	}
	if err := writeNames(ctx, c, dir, buckets, &sum); err != nil {
		return sum, err
	}
	if sum.Names == 0 && c.Shard.Of > 0 {
		return sum, &Error{List: c.Lists[0].Name, What: "no name falls into shard " + c.Shard.String(), Mend: "cut the list into fewer shards"}
	}
	if sum.Names == 0 {
		return sum, &Error{List: c.Lists[0].Name, What: "every name is a public suffix", Mend: "scan with --unit " + UnitName}
	}
	sum.ChunkSize = chunkSize(c.ChunkSize, sum.Names)
	sum.Chunks = (sum.Names + sum.ChunkSize - 1) / sum.ChunkSize
	if err := writeSummary(filepath.Join(dir, summaryFile), sum); err != nil {
		return sum, err
	}
	return sum, syncDir(dir)
}

// readLists reads the lists in order into buckets, closed when it returns.
func readLists(ctx context.Context, c SpoolConfig, dir string, sum *Summary) (*partition, error) {
	p, err := newPartition(filepath.Join(dir, "buckets"), 0)
	if err != nil {
		return nil, err
	}
	rejects, err := newRejectWriter(filepath.Join(dir, RejectedFile))
	if err != nil {
		return nil, errors.Join(err, p.close())
	}
	in := &intake{config: c, buckets: p, rejects: rejects, seen: map[uint64]struct{}{}}
	err = in.readAll(ctx, dir, sum)
	sum.FirstRejects = rejects.first
	if err != nil { // the first fault is the one to tell, what closing adds follows from it
		_, _ = rejects.close(), p.close()
		return nil, err
	}
	return p, errors.Join(rejects.close(), p.close())
}

// intake takes the entries of the lists.
type intake struct {
	config   SpoolConfig
	buckets  *partition
	rejects  *rejectWriter
	seen     map[uint64]struct{} // with a limit: hashes of the names taken
	full     bool                // the limit is reached
	list     string
	index    int
	rejected map[string]int // of this list: what the unit refuses
}

func (in *intake) readAll(ctx context.Context, tmp string, sum *Summary) error {
	for i, l := range in.config.Lists {
		in.list, in.index, in.rejected = l.Name, i, map[string]int{}
		o := readOptions{tmp: tmp, hashOnly: in.full, progress: in.config.Progress}
		s, err := readList(ctx, l, in.config.Stdin, o, in.add)
		if err != nil {
			return err
		}
		for reason, n := range in.rejected {
			s.Rejected[reason] += n
			s.Names -= n
		}
		sum.Lists = append(sum.Lists, s)
	}
	return nil
}

func (in *intake) add(e Entry) error {
	if e.Reason == "" && in.config.Unit == UnitRegistrable {
		if e.Domain, _ = Registrable(e.Domain); e.Domain == "" {
			e.Reason = ReasonPublicSuffix
			in.rejected[string(e.Reason)]++
		}
	}
	if e.Reason != "" {
		return in.rejects.add(Reject{List: in.list, Line: e.Line, Text: e.Input, Reason: e.Reason})
	}
	hash := Order(in.config.Seed, e.Domain)
	if in.config.Limit > 0 && !in.take(hash) {
		return errStop
	}
	if !in.config.Shard.Has(e.Domain) {
		return nil
	}
	r := record{
		hash: hash, domain: []byte(e.Domain), list: uint64(in.index), line: uint64(e.Line), rank: uint64(e.Rank),
	}
	if e.Input != e.Domain {
		r.input = []byte(e.Input)
	}
	return in.buckets.add(r)
}

// take reports whether a name is within the limit.
func (in *intake) take(hash uint64) bool {
	if _, ok := in.seen[hash]; ok {
		return true
	}
	if len(in.seen) == in.config.Limit {
		in.full = true
		return false
	}
	in.seen[hash] = struct{}{}
	return true
}

// writeNames sorts the buckets into the file of names.
func writeNames(ctx context.Context, c SpoolConfig, dir string, buckets *partition, sum *Summary) error {
	w, err := newNamesWriter(dir)
	if err != nil {
		return err
	}
	s := &sorter{max: maxBucket, emit: func(m merged) error {
		if w.count%stride == 0 {
			if err := context.Cause(ctx); err != nil {
				return err
			}
			if c.Progress != nil {
				c.Progress(Progress{Names: w.count})
			}
		}
		return w.add(m)
	}}
	if c.maxBucket > 0 {
		s.max = c.maxBucket
	}
	if err := s.sort(buckets); err != nil {
		return errors.Join(err, w.abandon())
	}
	sum.Names, sum.Digest = w.count, w.digest.String()
	return w.close()
}

func chunkSize(asked, names int) int {
	if asked > 0 {
		return asked
	}
	return min(max((names+autoChunks-1)/autoChunks, minAutoChunk), maxAutoChunk)
}

func writeSummary(path string, sum Summary) error {
	b, err := json.MarshalIndent(sum, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if _, err = f.Write(append(b, '\n')); err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// syncDir makes the entries of a folder durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
