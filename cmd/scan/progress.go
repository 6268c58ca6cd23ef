package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"stscan/inputs"
	"stscan/pipeline"
)

// How often progress is shown: often enough on a terminal to look alive, rarely
// enough in a log that a day's scan stays readable.
const (
	terminalEvery = 250 * time.Millisecond
	logEvery      = 10 * time.Second
	// rateWindow is how far back the rate looks from which the time left is told.
	rateWindow = 30 * time.Second
)

// Values of --progress.
const (
	progressAuto  = "auto"
	progressPlain = "plain"
	progressOff   = "off"
)

// watch shows the progress of a run until stop is called: one line that is
// written over on a terminal, log lines elsewhere.
func watch(p *pipeline.Progress, mode string, stderr io.Writer, log *slog.Logger) (stop func()) {
	if mode == progressOff {
		return func() {}
	}
	terminal := mode == progressAuto && isTerminal(stderr)
	every := logEvery
	if terminal {
		every = terminalEvery
	}
	quit, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		var speed speedometer
		for {
			select {
			case <-quit:
				if terminal {
					fmt.Fprint(stderr, "\r\x1b[K")
				}
				return
			case now := <-ticker.C:
				s := p.Stats()
				rate := speed.read(now, s.Fresh+s.Deferred)
				if terminal {
					fmt.Fprintf(stderr, "\r\x1b[K%s", progressLine(s, rate))
				} else {
					log.Info("progress", progressAttrs(s, rate)...)
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

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// speedometer tells the recent rate, in names a second.
type speedometer struct {
	at    []time.Time
	count []int
}

func (m *speedometer) read(now time.Time, count int) float64 {
	m.at, m.count = append(m.at, now), append(m.count, count)
	for len(m.at) > 2 && now.Sub(m.at[0]) > rateWindow {
		m.at, m.count = m.at[1:], m.count[1:]
	}
	span := now.Sub(m.at[0]).Seconds()
	if span <= 0 {
		return 0
	}
	return max(0, float64(count-m.count[0])/span)
}

// timeLeft is how long the rest of the pass takes at the recent rate; 0 = not known.
func timeLeft(s pipeline.Stats, rate float64) time.Duration {
	left := s.Names - s.Rows
	if s.Stage == pipeline.StageFirst {
		left -= s.Deferred
	}
	if rate <= 0 || left <= 0 {
		return 0
	}
	return time.Duration(float64(left) / rate * float64(time.Second)).Round(time.Second)
}

func progressLine(s pipeline.Stats, rate float64) string {
	if s.Stage == pipeline.StageWaiting {
		return fmt.Sprintf("%s of %s names done, %s await the second pass, which begins in %s",
			thousands(s.Rows), thousands(s.Names), thousands(s.Deferred), time.Until(s.Until).Round(time.Second))
	}
	line := fmt.Sprintf("%s: %s of %s names  %.0f/s  in flight %s  signalled %s  deferred %s",
		s.Stage, thousands(s.Rows), thousands(s.Names), rate, thousands(s.InFlight), thousands(s.Signalled), thousands(s.Deferred))
	if worst := most(s.Inconclusive, 3); worst != "" {
		line += "  could not tell: " + worst
	}
	if left := timeLeft(s, rate); left > 0 {
		line += "  left " + left.String()
	}
	return line
}

func progressAttrs(s pipeline.Stats, rate float64) []any {
	attrs := []any{"stage", string(s.Stage), "names", s.Names, "rows", s.Rows, "per_second", int(rate),
		"in_flight", s.InFlight, "signalled", s.Signalled, "deferred", s.Deferred}
	if worst := most(s.Inconclusive, 5); worst != "" {
		attrs = append(attrs, "inconclusive", worst)
	}
	if left := timeLeft(s, rate); left > 0 {
		attrs = append(attrs, "left", left.String())
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
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
