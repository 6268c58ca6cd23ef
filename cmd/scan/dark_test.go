package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"stscan/internal/evidence"
	"stscan/internal/lab"
	"stscan/internal/taxonomy"
	"stscan/sinks"
)

// darkTimes of simulated time: when a part of the network goes dark in a scan
// that takes about a minute, and when it comes back.
const (
	darkFrom = 20 * time.Second
	darkTo   = 4 * time.Minute
)

// slowScan scans a list that takes minutes of simulated time.
func slowScan(t *testing.T, world *lab.World, out string, adjust func(*job)) (summary, error) {
	t.Helper()
	return inMemory(t, world, out, names(700), func(j *job) {
		j.chunkSize, j.inFlight, j.retryAfter = 50, 10, 10*time.Minute
		if adjust != nil {
			adjust(j)
		}
	})
}

// darkWorld is the world of the demo, in which every fifth name has hosts with
// IPv6 alone.
func darkWorld(t *testing.T) *lab.World {
	t.Helper()
	assign := map[string]*lab.Scenario{}
	only6 := []*lab.Scenario{scenarioNamed(t, "mxdns-nodata-near"), scenarioNamed(t, "phost-nodata-near")}
	for i, name := range strings.Fields(names(700)) {
		if i%5 == 0 {
			assign[name] = only6[i/5%2]
		}
	}
	return newWorld(t, lab.Config{Preset: demoPreset, Assign: assign, Seed: demoSeed, Latency: 100 * time.Millisecond})
}

// Whatever goes dark, the run notices, waits, and goes on by itself; what was
// collected in the dark is collected again, and every verdict is the truth.
func TestDark(t *testing.T) {
	for _, c := range []struct {
		what lab.Dark
		says string // in the history
	}{
		{lab.DarkResolver, "DNS"},
		{lab.DarkSMTP, "SMTP over IPv4"},
		{lab.DarkReject, "SMTP over IPv4"},
		{lab.DarkIPv6, "over IPv6"},
		{lab.DarkAll, "DNS"},
	} {
		t.Run(string(c.what), func(t *testing.T) {
			if testing.Short() && c.what != lab.DarkResolver && c.what != lab.DarkReject {
				t.Skip("one of the names and one of the ports will do")
			}
			out := t.TempDir()
			bubble(t, func(t *testing.T) {
				world := darkWorld(t)
				defer world.Close()
				began := time.Now()
				world.Darken(c.what, began.Add(darkFrom), began.Add(darkTo))
				result, err := slowScan(t, world, out, nil)
				if err != nil || result.State != stateComplete {
					t.Fatalf("%s %v", result.State, err)
				}
				expectTruth(t, world, result.Snapshot)
				expectWhole(t, result.Snapshot)
				expectPause(t, result.Snapshot, c.says, began.Add(darkFrom), began.Add(darkTo))
				expectDeferred(t, result.Snapshot)
			})
		})
	}
}

// expectPause: the history has one pause, soon after the dark came, until it
// was over, that names what was down; before and behind it all is well.
func expectPause(t *testing.T, dir, what string, from, to time.Time) {
	t.Helper()
	m, err := sinks.ReadManifest(dir)
	if err != nil {
		t.Fatal(err)
	}
	var states []string
	for _, c := range m.Controls {
		states = append(states, c.State)
		if !c.Paused {
			continue
		}
		if !strings.Contains(strings.Join(c.What, ", "), what) {
			t.Errorf("%v is down, want %s", c.What, what)
		}
		if c.At.Before(from) || c.At.After(from.Add(time.Minute)) && states[len(states)-2] == evidence.ControlsOK {
			t.Errorf("paused %v after the dark came", c.At.Sub(from))
		}
		if c.To == nil {
			t.Error("the pause has no end")
		}
	}
	if states = slices.Compact(states); !slices.Equal(states, []string{evidence.ControlsOK, evidence.ControlsFailed, evidence.ControlsOK}) {
		t.Fatalf("the controls were %v", states)
	}
	last := m.Controls[len(m.Controls)-1].At
	if last.Before(to) || last.After(to.Add(11*time.Minute)) {
		t.Errorf("gone on %v after the dark was over", last.Sub(to))
	}
}

// expectDeferred: names were deferred because of the dark; their rows of the
// second attempt tell so, and every row says that its own controls were good.
func expectDeferred(t *testing.T, dir string) {
	t.Helper()
	dark := map[string]bool{}
	for _, c := range commitsOf(t, dir) {
		for _, d := range c.Deferred {
			dark[d.Domain] = dark[d.Domain] || d.Reason == "controls_failed"
		}
	}
	again := 0
	for c := range cases(t, dir) {
		d := &c.Domain
		if d.Controls != evidence.ControlsOK {
			t.Errorf("%s: controls %s", d.Target.Domain, d.Controls)
		}
		if dark[d.Target.Domain] {
			again++
			if d.Attempt != 2 || len(d.Earlier) == 0 || d.Earlier[0].Kind != evidence.KindLocal {
				t.Errorf("%s: attempt %d, earlier %+v", d.Target.Domain, d.Attempt, d.Earlier)
			}
		}
	}
	if again == 0 {
		t.Error("no name was deferred because of the dark")
	}
}

// cases are all rows of a snapshot, as evidence.
func cases(t *testing.T, dir string) func(func(evidence.Case) bool) {
	t.Helper()
	return func(yield func(evidence.Case) bool) {
		for _, commit := range commitsOf(t, dir) {
			for c, err := range sinks.ReadCases(dir, commit.Chunk) {
				if err != nil {
					t.Fatal(err)
				}
				if !yield(c) {
					return
				}
			}
		}
	}
}

// When the dark outlasts the pause limit the run goes on: what cannot be told
// says inc_vantage_down, and nothing false is said of anybody.
func TestPauseLimit(t *testing.T) {
	for _, what := range []lab.Dark{lab.DarkResolver, lab.DarkReject, lab.DarkAll} {
		t.Run(string(what), func(t *testing.T) {
			if testing.Short() && what != lab.DarkReject {
				t.Skip("one will do")
			}
			out := t.TempDir()
			bubble(t, func(t *testing.T) {
				world := darkWorld(t)
				defer world.Close()
				world.Darken(what, time.Now().Add(darkFrom), time.Now().Add(1000*time.Hour))
				result, err := slowScan(t, world, out, func(j *job) { j.watched.pauseLimit = 5 * time.Minute })
				if err != nil || result.State != stateComplete {
					t.Fatalf("%s %v", result.State, err)
				}
				down := 0
				for _, v := range verdicts(t, result.Snapshot) {
					truth := world.Truth(v.Domain)
					if slices.Contains(v.Codes, taxonomy.IncVantageDown) {
						down++
					}
					if v.Status == truth.Status || v.Status == taxonomy.StatusInconclusive {
						continue
					}
					t.Errorf("%s: %s, the truth is %s: %v", v.Domain, v.Status, truth.Status, v.Codes)
				}
				if down == 0 {
					t.Error("no row says inc_vantage_down")
				}
			})
		})
	}
}

// A list on which everything is broken is scanned to its end: what is broken is
// not our network.
func TestEverythingBroken(t *testing.T) {
	out := t.TempDir()
	bubble(t, func(t *testing.T) {
		var broken lab.Mixture
		for _, s := range lab.Scenarios() {
			if strings.HasPrefix(string(s.For), "ptcp_") && !s.NearMiss {
				broken = append(broken, lab.Weighted{Scenario: &s, Weight: 1})
			}
		}
		if len(broken) < 3 {
			t.Fatalf("%d scenarios", len(broken))
		}
		world := newWorld(t, lab.Config{Seed: 1, Mixture: broken, Latency: 50 * time.Millisecond})
		defer world.Close()
		result, err := slowScan(t, world, out, nil)
		if err != nil || result.State != stateComplete {
			t.Fatalf("%s %v", result.State, err)
		}
		expectTruth(t, world, result.Snapshot)
		m, err := sinks.ReadManifest(result.Snapshot)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range m.Controls {
			if c.State == evidence.ControlsFailed {
				t.Errorf("the controls failed: %s", c.Detail)
			}
		}
	})
}

// Where no name answers there is nothing to ask: the controls are off, and
// manifest and rows say so.
func TestControlsWithoutNames(t *testing.T) {
	out := t.TempDir()
	bubble(t, func(t *testing.T) {
		absent := scenarioNamed(t, "none-nxdomain")
		world := newWorld(t, lab.Config{Seed: 1, Mixture: lab.Mixture{{Scenario: absent, Weight: 1}}})
		defer world.Close()
		result, err := inMemory(t, world, out, names(100), nil)
		if err != nil || result.State != stateComplete {
			t.Fatalf("%s %v", result.State, err)
		}
		m, err := sinks.ReadManifest(result.Snapshot)
		if err != nil {
			t.Fatal(err)
		}
		if len(m.Controls) != 1 || m.Controls[0].State != evidence.ControlsOff || !strings.Contains(m.Controls[0].Detail, "0 answered") {
			t.Errorf("history %+v", m.Controls)
		}
		for c := range cases(t, result.Snapshot) {
			if c.Domain.Controls != evidence.ControlsOff {
				t.Errorf("%s: controls %s", c.Domain.Target.Domain, c.Domain.Controls)
			}
		}
	})
}

// Where port 25 never leaves our network, the run stops, and says what to do.
func TestPort25Blocked(t *testing.T) {
	for _, what := range []lab.Dark{lab.DarkSMTP, lab.DarkReject} {
		t.Run(string(what), func(t *testing.T) {
			out := t.TempDir()
			bubble(t, func(t *testing.T) {
				world := darkWorld(t)
				defer world.Close()
				world.Darken(what, time.Now(), time.Now().Add(1000*time.Hour))
				_, err := slowScan(t, world, out, nil)
				var e *exitError
				if !errors.As(err, &e) || e.code != exitFailure || !strings.Contains(e.Error(), "port 25") ||
					!strings.Contains(e.Error(), "--probe-mx none") || !strings.Contains(e.Error(), "scan doctor") {
					t.Fatalf("%v", err)
				}
			})
		})
	}
}

// Without a second pass what fell into the dark is collected again when it is
// over, and so is a name of the second pass. Controls may be asked for by name.
func TestDarkIsCollectedAgain(t *testing.T) {
	out := t.TempDir()
	bubble(t, func(t *testing.T) {
		world := darkWorld(t)
		defer world.Close()
		began := time.Now()
		world.Darken(lab.DarkAll, began.Add(10*time.Second), began.Add(3*time.Minute))
		list := names(400)
		result, err := inMemory(t, world, out, list, func(j *job) {
			j.chunkSize, j.inFlight, j.noRetry = 50, 10, true
			j.watched.mode, j.watched.names = "", strings.Fields(list)[:4]
		})
		if err != nil || result.State != stateComplete {
			t.Fatalf("%s %v", result.State, err)
		}
		expectPause(t, result.Snapshot, "DNS", began.Add(10*time.Second), began.Add(3*time.Minute))
		for _, v := range verdicts(t, result.Snapshot) {
			if v.Attempt != 1 || slices.Contains(v.Codes, taxonomy.IncVantageDown) {
				t.Errorf("%s: attempt %d, %v", v.Domain, v.Attempt, v.Codes)
			}
			if truth := world.Truth(v.Domain); v.Status != truth.Status && v.Status != taxonomy.StatusInconclusive {
				t.Errorf("%s: %s, the truth is %s: %v", v.Domain, v.Status, truth.Status, v.Codes)
			}
		}
	})
}

// A run that was stopped in a pause is taken up by the same command, with
// controls of its own.
func TestStoppedInAPause(t *testing.T) {
	out := t.TempDir()
	bubble(t, func(t *testing.T) {
		world := darkWorld(t)
		defer world.Close()
		world.Darken(lab.DarkResolver, time.Now().Add(20*time.Second), time.Now().Add(2*time.Minute))
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		small := func(j *job) { j.chunkSize, j.inFlight = 50, 10 }
		first, err := newMemoryJob(t, world, out, names(600), small).run(ctx)
		if err != nil || first.State != string(sinks.StatePartial) {
			t.Fatalf("%s %v", first.State, err)
		}
		time.Sleep(2 * time.Minute)
		second, err := inMemory(t, world, out, names(600), small)
		if err != nil || second.State != stateComplete {
			t.Fatalf("%s %v", second.State, err)
		}
		expectTruth(t, world, second.Snapshot)
		expectWhole(t, second.Snapshot)
		m, err := sinks.ReadManifest(second.Snapshot)
		if err != nil {
			t.Fatal(err)
		}
		var states []string
		for _, c := range m.Controls {
			states = append(states, c.State)
		}
		if !slices.Equal(states, []string{evidence.ControlsOK, evidence.ControlsFailed, evidence.ControlsOK}) || !m.Controls[1].Paused || m.Controls[1].To == nil {
			t.Errorf("history %+v", m.Controls)
		}
	})
}
