package main

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"stscan/internal/observe"
	"stscan/pipeline"
)

func TestCoarse(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second:                           "0s",
		1499 * time.Millisecond:                "1s",
		9*time.Minute + 59*time.Second:         "9m59s",
		61*time.Minute + 10*time.Second:        "1h1m",
		2 * time.Hour:                          "2h0m",
		15*time.Hour + 29*time.Minute:          "15h",
		25*24*time.Hour + 13*time.Hour:         "26 days",
		100 * 365 * 24 * time.Hour:             "36500 days",
		10*time.Minute + 400*time.Millisecond:  "10m",
		9*time.Hour + 59*time.Minute + 59*1e9:  "10h0m",
		599*time.Second + 600*time.Millisecond: "10m0s",
	} {
		if got := coarse(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}

func TestProgressLine(t *testing.T) {
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	first := pipeline.Stats{Stage: pipeline.StageFirst, Names: 1_000_000, Rows: 250_000, InFlight: 1000, Signalled: 2_500, Deferred: 1_234}
	waiting := pipeline.Stats{Stage: pipeline.StageWaiting, Names: 1000, Rows: 990, Deferred: 10, Until: noon.Add(5 * time.Minute)}
	held := first
	held.Held = "no resolver\x1b[2J answers"
	for _, c := range []struct {
		s    pipeline.Stats
		f    observe.Forecast
		want string
	}{
		{first, observe.Forecast{Rate: 420.4},
			"first pass: 250,000 of 1,000,000 names  420/s  in flight 1,000  signalled 2,500  deferred 1,234"},
		{first, observe.Forecast{Rate: 420.4, Known: true, Left: 40 * time.Minute, Second: 12 * time.Minute},
			"first pass: 250,000 of 1,000,000 names  420/s  in flight 1,000  signalled 2,500  deferred 1,234  left about 40m, the second pass 12m of it"},
		{waiting, observe.Forecast{Known: true, Left: 6 * time.Minute, Second: 6 * time.Minute},
			"990 of 1,000 names done, 10 await the second pass, which begins in 5m0s  left about 6m0s"},
		{held, observe.Forecast{Rate: 0},
			`paused (no resolver\x1b[2J answers): 250,000 of 1,000,000 names`},
	} {
		if got := progressLine(noon, c.s, c.f); got != c.want {
			t.Errorf("%q\nwant %q", got, c.want)
		}
	}
}

// What is logged stands above the status, which is drawn again below it.
func TestScreen(t *testing.T) {
	var terminal strings.Builder
	s := &screen{w: &terminal}
	log := slog.New(slog.NewTextHandler(s, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	log.Info("before")
	s.show("10 names")
	log.Warn("between")
	s.show("")
	log.Info("after")
	want := "level=INFO msg=before\n" +
		"\r\x1b[K\x1b[?7l10 names\x1b[?7h" +
		"\r\x1b[Klevel=WARN msg=between\n\x1b[?7l10 names\x1b[?7h" +
		"\r\x1b[K" +
		"level=INFO msg=after\n"
	if terminal.String() != want {
		t.Errorf("%q\nwant %q", terminal.String(), want)
	}
}
