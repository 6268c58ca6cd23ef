package main

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"stscan/inputs"
	"stscan/internal/evidence"
	"stscan/internal/neterr"
	"stscan/pipeline"
	"stscan/pipeline/admission"
	"stscan/pipeline/controls"
	"stscan/sinks"
)

// Values of --controls beside names.
const (
	controlsAuto = "auto"
	controlsOff  = "off"
)

// watched is how a run watches its own network.
type watched struct {
	mode       string   // controlsAuto, controlsOff, or "" with names
	names      []string // asked for by name
	pauseLimit time.Duration
}

// watched reads --controls.
func (f *runFlags) watched() (watched, error) {
	w := watched{mode: f.controls, pauseLimit: f.pauseLimit}
	if w.mode == controlsAuto || w.mode == controlsOff {
		return w, nil
	}
	w.mode = ""
	for given := range strings.SplitSeq(f.controls, ",") {
		name, err := inputs.Normalize(given)
		if err != nil {
			return w, usagef("--controls %q: %v; want auto, off, or names such as example.com,example.net", f.controls, err)
		}
		w.names = append(w.names, name)
	}
	return w, nil
}

// controlNames are the names that a run asks throughout. Without any, why says
// why the controls are off.
func (j *job) controlNames(ctx context.Context, s *scanner, spool *inputs.Spool) (names []string, why string, err error) {
	switch j.watched.mode {
	case controlsOff:
		return nil, "--controls off", nil
	case controlsAuto:
		first, err := spool.Targets(0)
		if err != nil {
			return nil, "", failf("%v", err)
		}
		var sample []string
		for _, t := range first[:min(len(first), controls.Sample)] {
			if s.collector.Admission.Refuses(t.Domain, netip.Addr{}) == "" {
				sample = append(sample, t.Domain)
			}
		}
		names = controls.Choose(ctx, s.askControl, sample, false)
		if len(names) < controls.MinNames {
			return nil, fmt.Sprintf("of %d names of the list that were tried, %d answered, fewer than %d", len(sample), len(names), controls.MinNames), nil
		}
		return names, "", nil
	}
	names = controls.Choose(ctx, s.askControl, j.watched.names, true)
	if len(names) == 0 && ctx.Err() == nil {
		return nil, "", failf("--controls: none of %s answers; name domains that do, or use --controls auto", strings.Join(j.watched.names, ", "))
	}
	for _, name := range j.watched.names {
		if !slices.Contains(names, name) {
			j.log.Warn("control name left out: it does not answer", "name", name)
		}
	}
	return names, "", nil
}

// monitor watches the network of a run from here on, until stop is called.
func (j *job) monitor(ctx context.Context, s *scanner, store *sinks.Snapshot, spool *inputs.Spool, tell func(controls.Change)) (stop func(), err error) {
	reached, err := hasReached(store)
	if err != nil {
		return nil, failf("%v", err)
	}
	names, why, err := j.controlNames(ctx, s, spool)
	if err != nil {
		return nil, err
	}
	s.monitor = controls.New(controls.Config{
		Names: names, Why: why, PauseLimit: j.watched.pauseLimit,
		Reached: reached,
		Ask:     s.askControl, Reach: s.reach, OnChange: tell,
	})
	ctx, end := context.WithCancel(context.WithoutCancel(ctx))
	var watching sync.WaitGroup
	watching.Go(func() { s.monitor.Run(ctx) })
	return func() { end(); watching.Wait() }, nil
}

// hasReached reports whether an earlier process of the run has reached an SMTP port.
func hasReached(store *sinks.Snapshot) (bool, error) {
	for record, err := range store.Commits() {
		if err != nil || len(record.Reached) > 0 {
			return err == nil, err
		}
	}
	return false, nil
}

// askControl asks as everything is asked, but never a cache.
func (s *scanner) askControl(ctx context.Context, q evidence.Question, within time.Duration) evidence.Lookup {
	return s.lookups.Probe(pipeline.ProbeTime(ctx, within), q)
}

// reach connects to an endpoint that has accepted a connection before, and
// says no word.
func (s *scanner) reach(ctx context.Context, c admission.Contact, within time.Duration) evidence.Failure {
	if kind := s.gate.Refuses(c.Host, c.Addr); kind != "" {
		return evidence.Failure{Op: evidence.OpDial, Kind: kind}
	}
	release, _, err := s.gate.Acquire(ctx, c, admission.Wait{})
	if err != nil {
		return neterr.Failure(evidence.OpDial, err)
	}
	defer release()
	port := s.httpsPort
	if c.Kind == admission.SMTP {
		port = s.smtpPort
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	s.witnessed.Add(1)
	conn, err := s.gate.Dial(ctx, "tcp", netip.AddrPortFrom(c.Addr, port))
	if err != nil {
		return neterr.Failure(evidence.OpDial, err)
	}
	// Nothing was said, so nothing can be lost.
	_ = conn.Close()
	return evidence.Failure{}
}

// dialling lets the monitor of a run hear of a connect.
func (s *scanner) dialling(c admission.Contact) func(error) {
	if s.monitor == nil {
		return func(error) {}
	}
	return s.monitor.Dialling(c)
}

// controlsChanged is where a run is told what the controls say: the manifest,
// the log of events and the progress have it from here, and the caches forget
// what failed in the dark.
func (j *job) controlsChanged(s *scanner, store *sinks.Snapshot, progress *pipeline.Progress, events pipeline.Events) func(controls.Change) {
	return func(c controls.Change) {
		if !c.Paused && !c.Since.IsZero() {
			s.onceDNS.ForgetSince(c.Since)
			s.onceMX.ForgetSince(c.Since)
		}
		fields := map[string]string{"why": c.Why, "what": strings.Join(c.What, ", "), "since": c.Since.Format(time.RFC3339)}
		switch {
		case c.Paused:
			progress.Hold(c.Why)
			events.Tell(evidence.EventPaused, fields)
		case !c.Since.IsZero():
			progress.Hold("")
			events.Tell(evidence.EventWentOn, fields)
		case c.State == evidence.ControlsOff && j.watched.mode != controlsOff:
			j.log.Warn("the controls are off", "why", c.Why)
		}
		err := store.NoteControls(sinks.ControlChange{At: c.At, State: c.State, Paused: c.Paused, What: c.What, Detail: c.Why})
		if err != nil {
			j.log.Warn("the manifest cannot be written", "error", err)
		}
	}
}
