package main

import (
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"stscan/analysis/research"
	"stscan/inputs"
	"stscan/internal/escape"
	"stscan/internal/observe"
	"stscan/pipeline"
)

// How often progress is shown: often enough on a terminal to look alive, rarely
// enough in a log that a day's scan stays readable.
const (
	terminalEvery = 250 * time.Millisecond
	logEvery      = 10 * time.Second
)

// Values of --progress.
const (
	progressAuto  = "auto"
	progressPlain = "plain"
	progressOff   = "off"
)

// watch shows the progress of a run until stop is called: one line that is
// written over on a screen, log lines elsewhere.
func watch(p *pipeline.Progress, forecaster *observe.Forecaster, mode string, stderr io.Writer, log *slog.Logger) (stop func()) {
	if mode == progressOff {
		return func() {}
	}
	terminal, _ := stderr.(*screen)
	every := logEvery
	if terminal != nil {
		every = terminalEvery
	}
	quit, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-quit:
				if terminal != nil {
					terminal.show("")
				}
				return
			case now := <-ticker.C:
				s := p.Stats()
				forecast := forecaster.Read(now, s)
				if terminal != nil {
					terminal.show(progressLine(now, s, forecast))
				} else {
					log.Info("progress", progressAttrs(s, forecast)...)
				}
			}
		}
	}()
	return func() { close(quit); <-ended }
}

// reading logs the progress of reading a long list.
func reading(log *slog.Logger, mode string) func(inputs.Progress) {
	if mode == progressOff {
		return nil
	}
	last := time.Now()
	return func(p inputs.Progress) {
		if now := time.Now(); now.Sub(last) >= logEvery {
			last = now
			log.Info("reading the lists", "list", p.List, "bytes", p.Bytes, "of", p.Size, "lines", p.Lines, "names", p.Names)
		}
	}
}

// progressLine is the status for a terminal.
func progressLine(now time.Time, s pipeline.Stats, f observe.Forecast) string {
	var line string
	switch {
	case s.Held != "":
		line = fmt.Sprintf("paused (%s): %s of %s names", escape.String(s.Held), thousands(s.Rows), thousands(s.Names))
	case s.Stage == pipeline.StageWaiting:
		line = fmt.Sprintf("%s of %s names done, %s await the second pass, which begins in %s",
			thousands(s.Rows), thousands(s.Names), thousands(s.Deferred), coarse(s.Until.Sub(now)))
	default:
		line = fmt.Sprintf("%s: %s of %s names  %.0f/s  in flight %s  signalled %s  deferred %s",
			s.Stage, thousands(s.Rows), thousands(s.Names), f.Rate, thousands(s.InFlight), thousands(s.Signalled), thousands(s.Deferred))
		if worst := most(s.Inconclusive, 3); worst != "" {
			line += "  could not tell: " + worst
		}
	}
	if left := timeLeft(f); left != "" {
		line += "  left " + left
	}
	return line
}

// timeLeft says how long the scan takes yet; "" when that is not known.
func timeLeft(f observe.Forecast) string {
	switch {
	case !f.Known:
		return ""
	case f.Second > 0 && f.Second < f.Left:
		return fmt.Sprintf("about %s, the second pass %s of it", coarse(f.Left), coarse(f.Second))
	}
	return "about " + coarse(f.Left)
}

// coarse writes a time no finer than it can be known: to a hundredth or so.
func coarse(d time.Duration) string {
	const day = 24 * time.Hour
	switch d = max(d, 0); {
	case d < 10*time.Minute:
		return d.Round(time.Second).String()
	case d < 10*time.Hour:
		return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
	case d < 10*day:
		return strings.TrimSuffix(d.Round(time.Hour).String(), "0m0s")
	}
	return fmt.Sprintf("%d days", int(d.Round(day)/day))
}

func progressAttrs(s pipeline.Stats, f observe.Forecast) []any {
	attrs := []any{"stage", string(s.Stage), "names", s.Names, "rows", s.Rows, "per_second", int(f.Rate),
		"in_flight", s.InFlight, "signalled", s.Signalled, "deferred", s.Deferred}
	if worst := most(s.Inconclusive, 5); worst != "" {
		attrs = append(attrs, "inconclusive", worst)
	}
	if s.Held != "" {
		attrs = append(attrs, "paused", s.Held)
	}
	if f.Known {
		attrs = append(attrs, "left", coarse(f.Left))
		if f.Second > 0 {
			attrs = append(attrs, "second_pass", coarse(f.Second))
		}
	}
	return attrs
}

// most lists the n largest counts, "code 12, other 3".
func most(counts map[string]int, n int) string {
	var parts []string
	for _, k := range byCount(counts) {
		if len(parts) == n {
			break
		}
		parts = append(parts, fmt.Sprintf("%s %s", k, thousands(counts[k])))
	}
	return strings.Join(parts, ", ")
}

// byCount returns the keys of counts, largest first, then by name.
func byCount(counts map[string]int) []string {
	keys := make([]string, 0, len(counts))
	for k := range counts {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if counts[a] != counts[b] {
			return counts[b] - counts[a]
		}
		return strings.Compare(a, b)
	})
	return keys
}

// thousands writes n with commas.
func thousands(n int) string {
	return research.Thousands(int64(n))
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
