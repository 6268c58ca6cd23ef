package sinks

import (
	"io"
	"reflect"
	"slices"
	"sync"
)

// parquetTools are what the writers of all Parquet parts of a snapshot share.
type parquetTools struct {
	pages  *pageCodec
	spares spareWriters
}

func newParquetTools() (*parquetTools, error) {
	pages, err := newPageCodec()
	return &parquetTools{pages: pages, spares: spareWriters{free: map[reflect.Type][]any{}}}, err
}

// sparesKept of each table wait for the next part: that of a chunk which ends is for the
// chunk that is opened then. A spare one holds the memory that its columns grew to.
const sparesKept = 2

// spareWriters are the writers of parts that are done, by the type of their rows. A
// new writer has its columns grow from nothing, which was a third of all the memory
// that a scan of silent names allocated.
type spareWriters struct {
	mu   sync.Mutex
	free map[reflect.Type][]any // of *leanWriter[R]
}

// takeSpare returns a writer that has yet to begin, and to be given metadata; nil =
// there is none.
func takeSpare[R any](s *spareWriters) *leanWriter[R] {
	s.mu.Lock()
	defer s.mu.Unlock()
	of := reflect.TypeFor[R]()
	last := len(s.free[of]) - 1
	if last < 0 {
		return nil
	}
	w := s.free[of][last].(*leanWriter[R])
	s.free[of] = slices.Delete(s.free[of], last, last+1)
	return w
}

func keepSpare[R any](s *spareWriters, w *leanWriter[R]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	of := reflect.TypeFor[R]()
	if len(s.free[of]) < sparesKept {
		s.free[of] = append(s.free[of], w)
	}
}

// partWriter is a writer that becomes a spare one at its end.
type partWriter[R any] struct {
	*leanWriter[R]
	spares *spareWriters
}

// Close ends the part. What failed to write it is not used again.
func (p partWriter[R]) Close() error {
	if err := p.leanWriter.Close(); err != nil {
		return err
	}
	empty(p.leanWriter)
	keepSpare(p.spares, p.leanWriter)
	return nil
}

// empty lets go of the part that w has written. The Reset of parquet-go v0.32.0 wipes
// the paths of the columns together with the footer that shares them with the columns:
// they are put back.
func empty[R any](w *leanWriter[R]) {
	type path struct{ shared, saved []string }
	var paths []path
	for _, group := range w.File().Metadata().RowGroups {
		for i := range group.Columns {
			shared := group.Columns[i].MetaData.PathInSchema
			paths = append(paths, path{shared, slices.Clone(shared)})
		}
	}
	w.begin(io.Discard)
	for _, p := range paths {
		copy(p.shared, p.saved)
	}
}
