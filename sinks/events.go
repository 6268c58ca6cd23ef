package sinks

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"stscan/internal/evidence"
)

// Bounds of the log of events.
const (
	// maxEvents is how large the log grows, in bytes: some 100,000 events. Starts
	// and ends of processes are written beyond it, too.
	maxEvents = 16 << 20
	// maxEventLine bounds one event, maxEventField one of its fields, in bytes.
	maxEventLine  = 4 << 10
	maxEventField = 512
)

// EventLog is the log of a snapshot: what happened to its run as a whole, one
// event a line, appended by every process that works on it. A line is there as
// a whole or not at all.
type EventLog struct {
	mu    sync.Mutex
	f     *os.File
	size  int64
	limit int64 // maxEvents; tests use less
}

// Events opens the log of the snapshot. What a kill left of a last line is
// removed.
func (s *Snapshot) Events() (*EventLog, error) {
	return openEvents(filepath.Join(s.dir, eventsName), maxEvents)
}

func openEvents(name string, limit int64) (*EventLog, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	l := &EventLog{f: f, limit: limit}
	if err := l.mend(); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", name, cause(err)), f.Close())
	}
	return l, nil
}

// mend cuts the file behind its last whole line.
func (l *EventLog) mend() error {
	info, err := l.f.Stat()
	if err != nil {
		return err
	}
	tail := make([]byte, min(info.Size(), 2*maxEventLine))
	if _, err := l.f.ReadAt(tail, info.Size()-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	torn := len(tail) - 1 - bytes.LastIndexByte(tail, '\n')
	if torn > maxEventLine {
		return errors.New("this is no log of events")
	}
	l.size = info.Size() - int64(torn)
	if torn == 0 {
		return nil
	}
	return l.f.Truncate(l.size)
}

// Append writes one event. It may be called by many goroutines at once. A log
// that has reached its bound takes starts and ends only.
func (l *EventLog) Append(e evidence.Event) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	full := l.size > l.limit
	if full && e.Kind != evidence.EventRunStarted && e.Kind != evidence.EventRunResumed && e.Kind != evidence.EventRunEnded {
		return nil
	}
	if err := l.write(e); err != nil {
		return err
	}
	if !full && l.size > l.limit {
		return l.write(evidence.Event{At: e.At, Kind: evidence.EventLogFull})
	}
	return nil
}

// write adds a line. One that did not get on the disk as a whole is taken back.
func (l *EventLog) write(e evidence.Event) error {
	line, err := eventLine(e)
	if err != nil {
		return err
	}
	if _, err := l.f.Write(line); err != nil {
		return errors.Join(err, l.f.Truncate(l.size))
	}
	l.size += int64(len(line))
	return nil
}

// eventLine is e as a line, its fields bounded.
func eventLine(e evidence.Event) ([]byte, error) {
	bounded := make(map[string]string, len(e.Fields))
	for name, value := range e.Fields {
		if len(value) > maxEventField {
			value = strings.ToValidUTF8(value[:maxEventField], "") + "…"
		}
		bounded[name] = value
	}
	e.Fields = bounded
	line, err := json.Marshal(e)
	if err == nil && len(line) >= maxEventLine {
		e.Fields = map[string]string{"cut": "more fields than a line holds"}
		line, err = json.Marshal(e)
	}
	return append(line, '\n'), err
}

// Close makes the log durable and closes it.
func (l *EventLog) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return errors.Join(l.f.Sync(), l.f.Close())
}

// errTornEvent is a last line that was not written to its end.
var errTornEvent = errors.New("the last line is torn")

// ReadEvents reads the log of the snapshot in dir; without one there are none.
// Of a log whose last line is torn by a kill the whole lines are returned.
func ReadEvents(dir string) ([]evidence.Event, error) {
	events, err := readEvents(filepath.Join(dir, eventsName))
	if errors.Is(err, errTornEvent) {
		err = nil
	}
	return events, err
}

func readEvents(name string) ([]evidence.Event, error) {
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var events []evidence.Event
	r := bufio.NewReaderSize(f, maxEventLine)
	for n := 1; ; n++ {
		line, err := r.ReadSlice('\n')
		switch {
		case errors.Is(err, io.EOF) && len(line) == 0:
			return events, nil
		case errors.Is(err, io.EOF):
			return events, fmt.Errorf("line %d: %w", n, errTornEvent)
		case err != nil:
			return events, fmt.Errorf("line %d: %w", n, err)
		}
		var e evidence.Event
		if err := json.Unmarshal(line, &e); err != nil || e.Kind == "" || e.At.IsZero() {
			return events, fmt.Errorf("line %d is no event", n)
		}
		events = append(events, e)
	}
}

// events checks the log: every line is an event, the last one included unless a
// process is at it, or was killed.
func (v *verification) events() {
	_, err := readEvents(filepath.Join(v.dir, eventsName))
	if err == nil || errors.Is(err, errTornEvent) && v.State == StateRunning {
		return
	}
	v.problem("%s: %v", eventsName, err)
}
