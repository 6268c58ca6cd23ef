package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stscan/internal/lab"
	"stscan/pipeline/admission"
	"stscan/pipeline/dryrun"
	"stscan/sinks"
)

// What a dry run tells of a list from a third of it, against what a run over all
// of it then counts. Each range is two standard errors wide (or, for what names
// share, from "no others" to "each its own"); seed and list are fixed, so it is
// one draw that either holds or does not. The second pass is off: it is not in
// the estimate.
func TestDryRunAgainstARun(t *testing.T) {
	const n, sample = 600, 200
	out := t.TempDir()
	bubble(t, func(t *testing.T) {
		cfg := lab.Config{Preset: demoPreset, Seed: demoSeed}
		world := newWorld(t, cfg)
		once := func(j *job) { j.noRetry = true }
		plan, err := newMemoryJob(t, world, filepath.Join(out, "dry"), names(n), once).dryRun(t.Context(), sample)
		if err != nil {
			t.Fatal(err)
		}
		expectOnlyDNS(t, world, filepath.Join(out, "dry"))
		world.Close()

		world = newWorld(t, cfg)
		defer world.Close()
		result, err := inMemory(t, world, out, names(n), once)
		if err != nil || result.State != stateComplete {
			t.Fatalf("%s %v", result.State, err)
		}
		m, err := sinks.ReadManifest(result.Snapshot)
		if err != nil {
			t.Fatal(err)
		}
		signalled := int64(result.Rows - result.Status["not_deployed"] - result.Status["inconclusive"])
		expectWithin(t, "signalling", plan.Signalling, signalled)
		expectWithin(t, "queries", plan.Queries, m.Contacts.Queries)
		expectWithin(t, "policies", plan.Policies, m.Contacts.Policies)
		expectWithin(t, "sessions", plan.Sessions, m.Contacts.Sessions)
		if plan.Names != result.Names || plan.Sample != sample {
			t.Errorf("%d of %d names", plan.Sample, plan.Names)
		}
		// The lab's certificates are half as large as those of the Internet, and few.
		disk, err := sizeBelow(result.Snapshot, "")
		if err != nil || plan.Evidence < disk/2 || plan.Evidence > disk*3 {
			t.Errorf("%d bytes of evidence planned, %d written, %v", plan.Evidence, disk, err)
		}
		t.Logf("planned %+v %+v %+v, made %+v; %d bytes planned, %d written", plan.Queries, plan.Policies, plan.Sessions, m.Contacts, plan.Evidence, disk)
	})
}

func expectWithin(t *testing.T, what string, c dryrun.Count, truth int64) {
	t.Helper()
	if truth < c.Low || truth > c.High || c.Estimate < c.Low || c.Estimate > c.High {
		t.Errorf("%s: %d, planned %+v", what, truth, c)
	}
}

// expectOnlyDNS: nobody was contacted, and nothing is left below out.
func expectOnlyDNS(t *testing.T, world *lab.World, out string) {
	t.Helper()
	c := world.Counters()
	if len(c.Connects) > 1 || len(c.Contacts) > 0 || c.Questions == 0 {
		t.Errorf("connects %v, contacts %v, %d questions", c.Connects, c.Contacts, c.Questions)
	}
	if _, err := os.Stat(out); !os.IsNotExist(err) {
		t.Errorf("something is left at %s (%v)", out, err)
	}
}

// As a command: a list shorter than the sample is told exactly but for sharing;
// the budget that binds stands first; --out is left as it was.
func TestDryRunCommand(t *testing.T) {
	world := quickWorld(t)
	out := t.TempDir()
	args := append(runArgs(t, world, out, listFile(t, names(60)), "--dns-rate", "1000", "--smtp-rate", "0.001"), "--dry-run")
	code, stdout, stderr := command(t, "", append(args, "--json")...)
	if code != exitDone {
		t.Fatalf("exit %d\n%s", code, stderr)
	}
	var plan dryRunResult
	if err := json.Unmarshal([]byte(stdout), &plan); err != nil {
		t.Fatal(err)
	}
	if plan.Names != 60 || plan.Sample != 60 || plan.Sessions.Low != plan.Sessions.High || plan.Signalling.Low != plan.Signalling.High || plan.Spool == 0 || plan.Evidence == 0 {
		t.Errorf("%+v", plan)
	}
	if len(plan.Bounds) == 0 || plan.Bounds[0].Budget != admission.FlagSMTPRate || plan.Seconds != 1000*float64(plan.Sessions.Estimate) {
		t.Errorf("bounds %+v", plan.Bounds)
	}
	code, stdout, _ = command(t, "", args...)
	if code != exitDone || !strings.Contains(stdout, "smtp-rate") || !strings.Contains(stdout, "<- this one") || !strings.Contains(stdout, "alpha") {
		t.Errorf("exit %d\n%s", code, stdout)
	}
	if left, err := os.ReadDir(out); err != nil || len(left) > 0 {
		t.Errorf("left below --out: %v %v", left, err)
	}
	if c := world.Counters(); c.Questions == 0 || len(c.Contacts) > 0 {
		t.Errorf("%d questions, contacts %v", c.Questions, c.Contacts)
	}
}
