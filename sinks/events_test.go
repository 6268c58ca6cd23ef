package sinks

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"stscan/internal/evidence"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func openedEvents(t *testing.T, name string, limit int64) *EventLog {
	t.Helper()
	l, err := openEvents(name, limit)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func appended(t *testing.T, l *EventLog, kind evidence.EventKind, fields map[string]string) {
	t.Helper()
	if err := l.Append(evidence.Event{At: noon, Kind: kind, Fields: fields}); err != nil {
		t.Fatal(err)
	}
}

func expectFile(t *testing.T, name, want string) {
	t.Helper()
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%q, want %q", got, want)
	}
}

const (
	startedLine = `{"at":"2026-11-23T12:00:00Z","kind":"run_started"}` + "\n"
	endedLine   = `{"at":"2026-11-23T12:00:00Z","kind":"run_ended","fields":{"state":"partial"}}` + "\n"
)

// The log goes on behind what another process wrote, without the half of a line
// that a kill left, wherever in the line the kill came.
func TestEventsAreMended(t *testing.T) {
	name := filepath.Join(t.TempDir(), eventsName)
	for cut := range len(endedLine) {
		if err := os.WriteFile(name, []byte(startedLine+endedLine[:cut]), 0o600); err != nil {
			t.Fatal(err)
		}
		l := openedEvents(t, name, maxEvents)
		appended(t, l, evidence.EventRunEnded, map[string]string{"state": "partial"})
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		expectFile(t, name, startedLine+endedLine)
	}
}

// What is no log of events is not cut to pieces.
func TestEventsRefuseAnotherFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), eventsName)
	alien := strings.Repeat("x", maxEventLine+1)
	if err := os.WriteFile(name, []byte(alien), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openEvents(name, maxEvents); err == nil || !strings.Contains(err.Error(), "no log of events") {
		t.Errorf("error %v", err)
	}
	expectFile(t, name, alien)
}

// A full log says so once, across resumes, and still takes starts and ends.
func TestEventsAreBounded(t *testing.T) {
	name := filepath.Join(t.TempDir(), eventsName)
	for range 3 {
		l := openedEvents(t, name, 1000)
		appended(t, l, evidence.EventRunStarted, nil)
		for range 100 {
			appended(t, l, evidence.EventPaused, map[string]string{"detail": strings.Repeat("long ", 1000)})
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	events, err := readEvents(name)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[evidence.EventKind]int{}
	for _, e := range events {
		counts[e.Kind]++
		if len(e.Fields["detail"]) > maxEventField+len("…") {
			t.Errorf("a field of %d bytes", len(e.Fields["detail"]))
		}
	}
	// A pause is some 600 bytes: the second passes the bound.
	if counts[evidence.EventRunStarted] != 3 || counts[evidence.EventPaused] != 2 || counts[evidence.EventLogFull] != 1 {
		t.Errorf("%v", counts)
	}
}

func TestEventsOfManyAtOnce(t *testing.T) {
	name := filepath.Join(t.TempDir(), eventsName)
	l := openedEvents(t, name, maxEvents)
	var all sync.WaitGroup
	for n := range 50 {
		all.Go(func() {
			fields := map[string]string{}
			for i := range 20 * (n % 2) { // every other event has more than a line holds
				fields[fmt.Sprint(i)] = strings.Repeat("\x00\xff", maxEventField)
			}
			appended(t, l, evidence.EventResolverGone, fields)
		})
	}
	all.Wait()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if events, err := readEvents(name); err != nil || len(events) != 50 {
		t.Errorf("%d events, %v", len(events), err)
	}
}

// Verify wants whole lines, but of a scan at work.
func TestVerifyEvents(t *testing.T) {
	for _, c := range []struct {
		text  string
		state State
		good  bool
	}{
		{startedLine + endedLine, StateComplete, true},
		{"", StateComplete, true},
		{startedLine + endedLine[:20], StateRunning, true},
		{startedLine + endedLine[:20], StateComplete, false},
		{startedLine + "{}\n", StateRunning, false},
		{startedLine + "\n" + endedLine, StateComplete, false},
		{strings.Repeat("x", 2*maxEventLine) + "\n", StateComplete, false},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, eventsName), []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		v := &verification{dir: dir}
		v.State = c.state
		v.events()
		if v.OK() != c.good {
			t.Errorf("%s %.100q: %v", c.state, c.text, v.Problems)
		}
	}
}
