package observe

import (
	"time"

	"stscan/pipeline"
)

const (
	// minWindow and maxWindow are how far back the rate looks: long enough to
	// even out chunks, short enough to follow a budget that was changed. In
	// between it is a quarter of the time that the stage has taken.
	minWindow = 30 * time.Second
	maxWindow = 5 * time.Minute
	// readEvery is how often a reading is kept, whatever the screen's rhythm.
	readEvery = time.Second
	// minSeen and minNames are the least from which a rate is told.
	minSeen  = 3 * time.Second
	minNames = 10
)

// Forecast is what can be said of the time to come.
type Forecast struct {
	Rate   float64       // names a second, recently
	Known  bool          // whether the next two are
	Left   time.Duration // to the end of the scan, second pass included
	Second time.Duration // of it, the second pass and the wait before it
}

// Forecaster tells from readings of a run how long it will take. It is not safe
// for concurrent use.
type Forecaster struct {
	slots      int           // names worked on at once
	retryAfter time.Duration // wait before the second pass
	second     bool          // there is one

	stage    pipeline.Stage
	held     bool
	began    time.Time // of the stage, or of its going on
	readings []reading
}

type reading struct {
	at       time.Time
	finished int
}

// NewForecaster forecasts a run with so many slots.
func NewForecaster(slots int, retryAfter time.Duration, second bool) *Forecaster {
	return &Forecaster{slots: slots, retryAfter: retryAfter, second: second}
}

// Read takes the state at a moment, and tells what follows from it.
func (f *Forecaster) Read(now time.Time, s pipeline.Stats) Forecast {
	held := s.Held != ""
	if s.Stage != f.stage || held != f.held || f.readings == nil {
		f.stage, f.held, f.began, f.readings = s.Stage, held, now, f.readings[:0]
	}
	rate, steady := f.rate(now, finished(s))
	out := Forecast{Rate: rate}
	if held || !f.second && s.Stage == pipeline.StageWaiting {
		return out
	}
	switch s.Stage {
	case pipeline.StageFirst:
		if steady {
			f.fromFirst(&out, s)
		}
	case pipeline.StageWaiting:
		wait := max(0, s.Until.Sub(now))
		if pass, ok := f.secondPass(float64(s.Deferred), s, 0); ok {
			out.Known, out.Left, out.Second = true, wait+pass, wait+pass
		}
	case pipeline.StageSecond:
		if left := s.Names - s.Rows; steady && left > 0 {
			out.Known, out.Left = true, seconds(float64(left)/rate)
			out.Second = out.Left
		}
	}
	return out
}

// finished are the names that are over for the present pass.
func finished(s pipeline.Stats) int {
	if s.Stage == pipeline.StageSecond {
		return s.Fresh
	}
	return s.Fresh + s.Postponed
}

// rate is the recent rate, and whether it is steady enough to conclude from.
func (f *Forecaster) rate(now time.Time, finished int) (perSecond float64, steady bool) {
	if n := len(f.readings); n == 0 || now.Sub(f.readings[n-1].at) >= readEvery {
		f.readings = append(f.readings, reading{now, finished})
	}
	window := min(max(minWindow, now.Sub(f.began)/4), maxWindow)
	for len(f.readings) > 2 && now.Sub(f.readings[1].at) >= window {
		f.readings = f.readings[1:]
	}
	seen, names := now.Sub(f.readings[0].at), finished-f.readings[0].finished
	if seen <= 0 {
		return 0, false
	}
	return float64(names) / seen.Seconds(), seen >= minSeen && names >= minNames
}

// fromFirst adds up the rest of the first pass, the wait, and the second pass
// over what will have been deferred by then if it goes on like this.
func (f *Forecaster) fromFirst(out *Forecast, s pipeline.Stats) {
	left := float64(s.Names - s.Rows - s.Deferred)
	first := seconds(left / out.Rate)
	deferred := float64(s.Deferred)
	if done := s.Fresh + s.Postponed; done > 0 {
		deferred += left * float64(s.Postponed) / float64(done)
	}
	out.Known, out.Left = true, first
	if !f.second || deferred < 0.5 {
		return
	}
	pass, ok := f.secondPass(deferred, s, out.Rate)
	if !ok {
		pass = 0 // names deferred by an earlier process only: the wait is all that is known
	}
	out.Second = f.retryAfter + pass
	out.Left += out.Second
}

// secondPass guesses how long the second pass over so many names takes: as long
// for each name as the first took on average for those it deferred, with all
// slots at work (Little's law), but no name sooner than that, and no more names a
// second than the first pass did (0: not known). A name that has recovered takes
// less: the guess is on the long side.
func (f *Forecaster) secondPass(names float64, s pipeline.Stats, fastest float64) (d time.Duration, ok bool) {
	if s.Postponed == 0 {
		return 0, false
	}
	each := s.PostponedIn.Seconds() / float64(s.Postponed)
	needed := max(each, names*each/float64(max(f.slots, 1)))
	if fastest > 0 {
		needed = max(needed, names/fastest)
	}
	return seconds(needed), true
}

func seconds(s float64) time.Duration {
	const most = 100 * 365 * 24 * time.Hour // a rate of next to nothing
	return time.Duration(min(s*float64(time.Second), float64(most)))
}
