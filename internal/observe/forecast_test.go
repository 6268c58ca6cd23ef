package observe

import (
	"testing"
	"time"

	"stscan/pipeline"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// watched reads a run every second: state says what it is like so many seconds
// after noon. It returns the last forecast.
func watched(f *Forecaster, from, to int, state func(second int) pipeline.Stats) Forecast {
	var last Forecast
	for n := from; n <= to; n++ {
		last = f.Read(noon.Add(time.Duration(n)*time.Second), state(n))
	}
	return last
}

func expect(t *testing.T, what string, got, want Forecast) {
	t.Helper()
	near := func(a, b time.Duration) bool { return (a - b).Abs() < 10*time.Millisecond }
	if got.Known != want.Known || !near(got.Left, want.Left) || !near(got.Second, want.Second) || got.Rate-want.Rate > 0.01 || want.Rate-got.Rate > 0.01 {
		t.Errorf("%s: %+v, want %+v", what, got, want)
	}
}

// 100 names a second, 100,000 names, no trouble: after 60 s there are 94,000
// left, which take 940 s.
func TestForecastOfASmoothRun(t *testing.T) {
	f := NewForecaster(1000, 10*time.Minute, true)
	smooth := func(n int) pipeline.Stats {
		return pipeline.Stats{Stage: pipeline.StageFirst, Names: 100_000, Rows: 100 * n, Fresh: 100 * n}
	}
	expect(t, "after 60 s", watched(f, 0, 60, smooth), Forecast{Rate: 100, Known: true, Left: 940 * time.Second})
	// What an earlier process did counts for what is left, not for the rate.
	resumed := func(n int) pipeline.Stats {
		return pipeline.Stats{Stage: pipeline.StageFirst, Names: 100_000, Rows: 90_000 + 100*n, Fresh: 100 * n}
	}
	f = NewForecaster(1000, 10*time.Minute, true)
	expect(t, "resumed", watched(f, 0, 50, resumed), Forecast{Rate: 100, Known: true, Left: 50 * time.Second})
}

// The rate is the recent one: 200 a second for an hour, then 20 for two minutes,
// with 24,000 names left: 1,200 s, not the 124 s of the average.
func TestForecastFollowsTheRecentRate(t *testing.T) {
	const hour = 3600
	f := NewForecaster(1000, 0, false)
	state := func(n int) pipeline.Stats {
		done := 200 * min(n, hour)
		if n > hour {
			done += 20 * (n - hour)
		}
		return pipeline.Stats{Stage: pipeline.StageFirst, Names: 200*hour + 24_000 + 20*300, Rows: done, Fresh: done}
	}
	// The window is five minutes after an hour, and has no fast second in it then.
	expect(t, "slow since five minutes", watched(f, 0, hour+300, state), Forecast{Rate: 20, Known: true, Left: 1200 * time.Second})
}

// One name in a hundred is deferred, after 20 s each. With 40,000 of 100,000 names
// over at 100 a second there are 600 s left; then 1,000 names wait ten minutes;
// with 50 slots they take 1,000 * 20 / 50 = 400 s.
func TestForecastIncludesTheSecondPass(t *testing.T) {
	f := NewForecaster(50, 10*time.Minute, true)
	first := func(n int) pipeline.Stats {
		return pipeline.Stats{Stage: pipeline.StageFirst, Names: 100_000, Rows: 99 * n, Fresh: 99 * n, Deferred: n, Postponed: n,
			PostponedIn: time.Duration(n) * 20 * time.Second}
	}
	expect(t, "first pass", watched(f, 0, 400, first), Forecast{Rate: 100, Known: true, Left: 1600 * time.Second, Second: 1000 * time.Second})

	done := first(1000)
	waiting := done
	waiting.Stage, waiting.Until = pipeline.StageWaiting, noon.Add(1600*time.Second)
	expect(t, "waiting", watched(f, 1001, 1300, func(int) pipeline.Stats { return waiting }),
		Forecast{Known: true, Left: 700 * time.Second, Second: 700 * time.Second})

	// The second pass goes at its own pace, 4 a second: the rate of the first is
	// forgotten, and until there is one nothing is told.
	second := func(n int) pipeline.Stats {
		s := done
		s.Stage = pipeline.StageSecond
		s.Rows, s.Fresh, s.Deferred = s.Rows+4*(n-1600), s.Fresh+4*(n-1600), s.Deferred-4*(n-1600)
		return s
	}
	expect(t, "its first seconds", watched(f, 1600, 1602, second), Forecast{Rate: 4})
	expect(t, "second pass", watched(f, 1603, 1650, second), Forecast{Rate: 4, Known: true, Left: 200 * time.Second, Second: 200 * time.Second})
}

// The guess of the second pass is bounded: a few names take no less than one
// does, and many go no faster than the first pass did.
func TestForecastOfTheSecondPassIsBounded(t *testing.T) {
	few := pipeline.Stats{Stage: pipeline.StageFirst, Names: 10_000, Rows: 5_000, Fresh: 5_000, Postponed: 2, Deferred: 2, PostponedIn: 50 * time.Second}
	f := NewForecaster(1000, time.Minute, true)
	if d, ok := f.secondPass(2, few, 100); !ok || d != 25*time.Second {
		t.Errorf("two names of 25 s each: %v %v", d, ok)
	}
	if d, ok := f.secondPass(5_000, few, 10); !ok || d != 500*time.Second {
		t.Errorf("5,000 names at 10 a second: %v %v", d, ok)
	}
	if _, ok := f.secondPass(2, pipeline.Stats{}, 0); ok {
		t.Error("something is told of names of which nothing is known")
	}
}

// While the run is held nothing is told; afterwards the time in which nothing was
// done does not count as slowness.
func TestForecastIsHeldBack(t *testing.T) {
	f := NewForecaster(1000, 0, false)
	state := func(n int) pipeline.Stats {
		s := pipeline.Stats{Stage: pipeline.StageFirst, Names: 100_000}
		switch {
		case n <= 100:
			s.Rows = 100 * n
		case n <= 1100:
			s.Rows, s.Held = 10_000+n-100, "no resolver answers" // names in flight end, one a second
		default:
			s.Rows = 11_000 + 100*(n-1100)
		}
		s.Fresh = s.Rows
		return s
	}
	expect(t, "before", watched(f, 0, 100, state), Forecast{Rate: 100, Known: true, Left: 900 * time.Second})
	expect(t, "held", watched(f, 101, 1100, state), Forecast{Rate: 1})
	if got := watched(f, 1101, 1102, state); got.Known {
		t.Errorf("just going on: %+v", got)
	}
	expect(t, "after", watched(f, 1103, 1150, state), Forecast{Rate: 100, Known: true, Left: 840 * time.Second})
}

// Too little to go by: nothing is told, and nothing is divided by.
func TestForecastOfNothing(t *testing.T) {
	still := pipeline.Stats{Stage: pipeline.StageFirst, Names: 10}
	f := NewForecaster(0, 0, true)
	expect(t, "at once", f.Read(noon, still), Forecast{})
	expect(t, "the same moment", f.Read(noon, still), Forecast{})
	expect(t, "a minute without a name", watched(f, 1, 60, func(int) pipeline.Stats { return still }), Forecast{})
	done := pipeline.Stats{Stage: pipeline.StageDone, Names: 10, Rows: 10}
	expect(t, "done", f.Read(noon.Add(time.Hour), done), Forecast{})
}
