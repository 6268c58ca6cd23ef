package main

import (
	"context"
	"log/slog"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"time"

	"stscan/internal/evidence"
	"stscan/pipeline"
	"stscan/pipeline/admission"
	"stscan/sinks"
)

// events is where a run tells what happens to it: in the log beside the
// manifest, and, what an operator should see, on the terminal. A log that cannot
// be written is no reason to end a scan; it is said once.
func (j *job) events(log *sinks.EventLog) pipeline.Events {
	var unwritten sync.Once
	return func(e evidence.Event) {
		if level, message := loggedAs(e.Kind); message != "" {
			j.log.LogAttrs(context.Background(), level, message, attrsOf(e.Fields)...)
		}
		if err := log.Append(e); err != nil {
			unwritten.Do(func() { j.log.Warn("the log of events cannot be written", "error", err) })
		}
	}
}

// loggedAs is what the terminal says of an event; "" of one that is only written.
func loggedAs(kind evidence.EventKind) (slog.Level, string) {
	switch kind {
	case evidence.EventPaused:
		return slog.LevelWarn, "paused: the controls fail"
	case evidence.EventWentOn:
		return slog.LevelInfo, "going on: the controls answer"
	case evidence.EventResolverGone:
		return slog.LevelWarn, "a resolver answers no more"
	case evidence.EventResolverBack:
		return slog.LevelInfo, "a resolver answers again"
	case evidence.EventOptOutRead:
		return slog.LevelInfo, "opt-out list read again"
	case evidence.EventOptOutWrong:
		return slog.LevelWarn, "the opt-out list cannot be read again; the old one stays in force"
	}
	return 0, ""
}

func attrsOf(fields map[string]string) []slog.Attr {
	var attrs []slog.Attr
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		attrs = append(attrs, slog.String(name, fields[name]))
	}
	return attrs
}

// tellBegin tells of the start, or of the resume and what it changes.
func (j *job) tellBegin(events pipeline.Events, t target, m sinks.Manifest) {
	fields := map[string]string{"version": m.Tool.Version, "commit": m.Tool.Commit, "names": strconv.Itoa(m.Names)}
	if t.manifest == nil {
		events.Tell(evidence.EventRunStarted, fields)
		return
	}
	now := time.Now().UTC()
	fields["cause"] = interruption(t.manifest, now).Cause
	events.Tell(evidence.EventRunResumed, fields)
	for _, c := range changes(t.manifest.Settings, j.settings, now) {
		events.Tell(evidence.EventSetting, map[string]string{"setting": c.Setting, "from": c.From, "to": c.To})
	}
}

// tellEnd tells how far a process came.
func tellEnd(events pipeline.Events, outcome pipeline.Outcome, rows int, err error) {
	fields := map[string]string{"state": string(stateOf(outcome.Complete)), "rows": strconv.Itoa(rows), "awaiting": strconv.Itoa(outcome.Awaiting)}
	if err != nil {
		fields["error"] = err.Error()
	}
	events.Tell(evidence.EventRunEnded, fields)
}

// tellResolvers tells of a resolver that answers no more, or again.
func tellResolvers(events pipeline.Events) func(netip.AddrPort, bool) {
	return func(server netip.AddrPort, gone bool) {
		kind := evidence.EventResolverBack
		if gone {
			kind = evidence.EventResolverGone
		}
		events.Tell(kind, map[string]string{"resolver": server.String()})
	}
}

// tellOptOut tells what a re-reading of the opt-out list came to.
func tellOptOut(events pipeline.Events, list *admission.OptOut) {
	if list == nil {
		return
	}
	list.Report = func(sha256 string, err error) {
		if err != nil {
			events.Tell(evidence.EventOptOutWrong, map[string]string{"error": err.Error()})
			return
		}
		events.Tell(evidence.EventOptOutRead, map[string]string{"sha256": sha256})
	}
}
