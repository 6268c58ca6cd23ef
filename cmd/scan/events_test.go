package main

import (
	"errors"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"stscan/internal/evidence"
	"stscan/internal/lab"
	"stscan/pipeline/admission"
	"stscan/sinks"
)

// The log beside the manifest tells the whole story of a scan that was stopped
// and resumed with another setting, in the order in which it happened.
func TestEventsAcrossAResume(t *testing.T) {
	out := t.TempDir()
	bubble(t, func(t *testing.T) {
		world := newWorld(t, lab.Config{Preset: demoPreset, Seed: demoSeed, Latency: 20 * time.Millisecond})
		defer world.Close()
		small := func(j *job) { j.chunkSize, j.inFlight, j.grace = 50, 50, 0 }
		first, err := newMemoryJob(t, world, out, names(400), small).run(amidst(t, world, out, 3))
		if err != nil || first.State != string(sinks.StatePartial) {
			t.Fatalf("%s %v: the test wants a run that was stopped half way", first.State, err)
		}
		torn := `{"at":"2026-11-23T12:00:00Z","ki`
		log, err := os.OpenFile(filepath.Join(first.Snapshot, "events.jsonl"), os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := log.WriteString(torn); err != nil {
			t.Fatal(err)
		}
		if err := log.Close(); err != nil {
			t.Fatal(err)
		}
		second, err := inMemory(t, world, out, names(400), func(j *job) { small(j); j.settings["in-flight"] = "50" })
		if err != nil || second.State != stateComplete {
			t.Fatalf("%s %v", second.State, err)
		}
		expectWhole(t, first.Snapshot)
		events, err := sinks.ReadEvents(first.Snapshot)
		if err != nil {
			t.Fatal(err)
		}
		var kinds []evidence.EventKind
		dropped := 0
		for _, e := range events {
			if e.Kind == evidence.EventChunkDropped {
				dropped++
				continue
			}
			kinds = append(kinds, e.Kind)
			if e.Kind == evidence.EventSetting && (e.Fields["setting"] != "in-flight" || e.Fields["from"] != "" || e.Fields["to"] != "50") {
				t.Errorf("setting: %v", e.Fields)
			}
		}
		if want := []evidence.EventKind{
			evidence.EventRunStarted, evidence.EventRunEnded,
			evidence.EventRunResumed, evidence.EventSetting, evidence.EventRetryPlanned, evidence.EventRetryBegun, evidence.EventRunEnded,
		}; !slices.Equal(kinds, want) || dropped == 0 {
			t.Errorf("%d chunks dropped, and %v, want %v", dropped, kinds, want)
		}
		if last := events[len(events)-1].Fields; last["state"] != stateComplete || last["awaiting"] != "0" {
			t.Errorf("the end: %v", last)
		}
	})
}

// What an operator should see at once is logged, everything is written; a log
// that cannot be written is said once and stops nothing.
func TestEventsAreLoggedAndWritten(t *testing.T) {
	store, err := sinks.Create(sinks.Dir(t.TempDir(), "s"), sinks.Manifest{}, sinks.Options{Ruleset: "rfc"})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	log, err := store.Events()
	if err != nil {
		t.Fatal(err)
	}
	var logged strings.Builder
	j := &job{log: slog.New(slog.NewTextHandler(&logged, nil))}
	events := j.events(log)
	resolvers := tellResolvers(events)
	resolvers(netip.MustParseAddrPort("192.0.2.1:53"), true)
	resolvers(netip.MustParseAddrPort("192.0.2.1:53"), false)
	var list admission.OptOut
	tellOptOut(events, &list)
	list.Report("abc", nil)
	list.Report("abc", errors.New("line 3: no name"))
	tellOptOut(events, nil) // no list
	events.Tell(evidence.EventRetryBegun, nil)
	written, err := sinks.ReadEvents(store.Dir())
	if err != nil {
		t.Fatal(err)
	}
	want := []evidence.EventKind{evidence.EventResolverGone, evidence.EventResolverBack, evidence.EventOptOutRead, evidence.EventOptOutWrong, evidence.EventRetryBegun}
	if !slices.EqualFunc(written, want, func(e evidence.Event, kind evidence.EventKind) bool { return e.Kind == kind }) {
		t.Errorf("written %+v", written)
	}
	lines := strings.Split(strings.TrimSpace(logged.String()), "\n")
	for i, text := range []string{"resolver=192.0.2.1:53", "answers again", "sha256=abc", "line 3: no name"} {
		if i >= len(lines) || !strings.Contains(lines[i], text) {
			t.Fatalf("logged %q, want %q in line %d", lines, text, i)
		}
	}
	if len(lines) != 4 || !strings.Contains(lines[0], "level=WARN") || !strings.Contains(lines[1], "level=INFO") {
		t.Errorf("logged %q", lines)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	logged.Reset()
	for range 3 {
		events.Tell(evidence.EventRetryBegun, nil)
	}
	if strings.Count(logged.String(), "cannot be written") != 1 {
		t.Errorf("logged %q", logged.String())
	}
}
