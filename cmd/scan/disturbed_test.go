package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stscan/internal/evidence"
	"stscan/internal/lab"
	"stscan/sinks"
)

// Told to stop while its names are in tarpits, a run ends when the grace is over,
// and not later; what could be finished in it is committed.
func TestStoppedInTarpits(t *testing.T) {
	const grace = 10 * time.Second
	out := t.TempDir()
	bubble(t, func(t *testing.T) {
		world := newWorld(t, lab.Config{Seed: 1, Latency: 500 * time.Millisecond, Mixture: lab.Mixture{
			{Scenario: scenarioNamed(t, "none-own-mx"), Weight: 1},
			{Scenario: scenarioNamed(t, "inc-banner-timeout"), Weight: 1},
			{Scenario: scenarioNamed(t, "inc-tls-timeout"), Weight: 1},
		}})
		defer world.Close()
		small := func(j *job) { j.chunkSize, j.inFlight, j.grace = 1, 40, grace }
		const told = 20 * time.Second
		ctx, stop := context.WithTimeout(t.Context(), told)
		defer stop()
		began := time.Now()
		result, err := newMemoryJob(t, world, out, names(60), small).run(ctx)
		if err != nil || result.State != string(sinks.StatePartial) || result.Rows == 0 {
			t.Fatalf("%+v %v", result, err)
		}
		if took := time.Since(began); took < told || took > told+grace {
			t.Errorf("ended after %v, told to after %v with a grace of %v", took, told, grace)
		}
		if result, err = inMemory(t, world, out, names(60), small); err != nil || result.State != stateComplete {
			t.Fatalf("resumed: %+v %v", result, err)
		}
		expectTruth(t, world, result.Snapshot)
		expectWhole(t, result.Snapshot)
	})
}

// Told to stop while nothing can move on, in a pause of the controls or in the wait
// for the second pass, a run ends at once whatever its grace is, and loses nothing.
func TestStoppedWhileNothingMoves(t *testing.T) {
	for _, c := range []struct {
		where   string
		stopped time.Duration // since the run began
		expect  func(t *testing.T, dir string)
	}{
		{"in the dark", darkFrom + 2*time.Minute, expectPaused},
		{"between the passes", darkTo + 5*time.Minute, expectPlanned},
	} {
		t.Run(c.where, func(t *testing.T) {
			out := t.TempDir()
			bubble(t, func(t *testing.T) {
				world := darkWorld(t)
				defer world.Close()
				began := time.Now()
				world.Darken(lab.DarkResolver, began.Add(darkFrom), began.Add(darkTo))
				slow := func(j *job) {
					j.chunkSize, j.inFlight, j.retryAfter, j.grace = 20, 3, 10*time.Minute, time.Hour
				}
				ctx, stop := context.WithTimeout(t.Context(), c.stopped)
				defer stop()
				result, err := newMemoryJob(t, world, out, names(200), slow).run(ctx)
				if took := time.Since(began); took != c.stopped {
					t.Errorf("ended after %v, told to after %v", took, c.stopped)
				}
				if err != nil || result.State != string(sinks.StatePartial) || result.Rows == 0 {
					t.Fatalf("%+v %v", result, err)
				}
				c.expect(t, result.Snapshot)
				time.Sleep(time.Until(began.Add(darkTo)))
				if result, err = inMemory(t, world, out, names(200), slow); err != nil || result.State != stateComplete {
					t.Fatalf("resumed: %+v %v", result, err)
				}
				expectTruth(t, world, result.Snapshot)
				expectWhole(t, result.Snapshot)
			})
		})
	}
}

// expectPaused: the run was ended in a pause.
func expectPaused(t *testing.T, dir string) {
	t.Helper()
	m, err := sinks.ReadManifest(dir)
	if err != nil {
		t.Fatal(err)
	}
	if last := m.Controls[len(m.Controls)-1]; !last.Paused || last.To != nil {
		t.Errorf("the controls said last: %+v", last)
	}
}

// expectPlanned: the run was ended before its second pass.
func expectPlanned(t *testing.T, dir string) {
	t.Helper()
	plan, err := sinks.ReadRetryPlan(dir)
	if err != nil || plan == nil || plan.Names == 0 || !plan.NotBefore.After(time.Now()) {
		t.Errorf("the plan of the second pass is %+v %v", plan, err)
	}
}

// A disk that is full ends the run with the reason; when there is room again, the
// same command does the rest.
func TestDiskFillsUp(t *testing.T) {
	out := smallDisk(t, "4m")
	ballast := filepath.Join(out, "ballast")
	world := quickWorld(t)
	args := runArgs(t, world, filepath.Join(out, "data"), listFile(t, names(1000)))
	dir := sinks.Dir(filepath.Join(out, "data"), "s")
	if err := os.WriteFile(ballast, make([]byte, 7<<19), 0o600); err != nil { // all but half a megabyte
		t.Fatal(err)
	}
	code, _, stderr := command(t, "", args...)
	if code != exitFailure || !strings.Contains(stderr, "no space left on device") || strings.Count(stderr, "\n") != 1 {
		t.Fatalf("exit %d, %q", code, stderr)
	}
	kept := map[evidence.ChunkID]string{}
	for _, c := range commitsOf(t, dir) {
		kept[c.Chunk] = c.Attempt
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := command(t, "", args...); code != exitDone {
		t.Fatalf("with room again: exit %d\n%s", code, stderr)
	}
	expectTruth(t, world, dir)
	expectWhole(t, dir)
	for _, c := range commitsOf(t, dir) {
		if attempt := kept[c.Chunk]; attempt != "" && attempt != c.Attempt {
			t.Errorf("%s was committed by %s, and is now by %s", c.Chunk, attempt, c.Attempt)
		}
	}
	t.Logf("%d chunks were committed before the disk was full", len(kept))
}

// smallDisk is a file system of a size of its own, which takes root to make.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if output, err := exec.Command("mount", "-t", "tmpfs", "-o", "size="+size, "none", dir).CombinedOutput(); err != nil {
		t.Skipf("a small file system cannot be mounted here: %s", output)
	}
	t.Cleanup(func() {
		if output, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %s", output)
		}
	})
	return dir
}
