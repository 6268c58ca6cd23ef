package main

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"stscan/analysis"
	"stscan/internal/lab"
	"stscan/internal/taxonomy"
	"stscan/pipeline/admission"
	"stscan/sinks"
)

// names are the first n names of the demo's list.
func names(n int) string {
	lines := strings.SplitAfterN(demoNames, "\n", n+1)
	return strings.Join(lines[:min(n, len(lines))], "")
}

// bubble runs a test in simulated time. The Parquet library keeps its codecs in
// pools, and one made in a bubble must not be used outside of it: two
// collections empty the pools. The race detector of Go 1.26 crashes now and then
// (a fault in the runtime's timers) where a bubble holds as much as a whole scan;
// under it the scans over loopback show the same code to it.
func bubble(t *testing.T, test func(*testing.T)) {
	t.Helper()
	if raceDetector {
		t.Skip("the race detector crashes in a bubble of this size")
	}
	synctest.Test(t, test)
	runtime.GC()
	runtime.GC()
}

// inMemory runs a job against a world in memory; synctest makes its timeouts
// pass at once.
func inMemory(t *testing.T, world *lab.World, out, list string, adjust func(*job)) (summary, error) {
	t.Helper()
	return newMemoryJob(t, world, out, list, adjust).run(t.Context())
}

func newMemoryJob(t *testing.T, world *lab.World, out, list string, adjust func(*job)) *job {
	t.Helper()
	j, err := memoryJob(world, out, strings.NewReader(list))
	if err != nil {
		t.Fatal(err)
	}
	j.stderr, j.log, j.progress, j.named = io.Discard, slog.New(slog.DiscardHandler), progressOff, "test"
	if adjust != nil {
		adjust(j)
	}
	return j
}

func newWorld(t *testing.T, cfg lab.Config) *lab.World {
	t.Helper()
	world, err := lab.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return world
}

func expectTruth(t *testing.T, world *lab.World, dir string) {
	t.Helper()
	wrong, err := compareWithTruth(world, dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range wrong[:min(len(wrong), 20)] {
		t.Error(w)
	}
	if len(wrong) > 20 {
		t.Errorf("and %d more", len(wrong)-20)
	}
}

// The whole line over real names: every verdict is the truth, the snapshot is
// whole, and classifying its evidence again gives the very same rows.
func TestTenThousandNames(t *testing.T) {
	n := 10_000
	if testing.Short() {
		n = 1_500
	}
	out := t.TempDir()
	bubble(t, func(t *testing.T) {
		world := newWorld(t, lab.Config{Preset: demoPreset, Seed: demoSeed})
		defer world.Close()
		result, err := inMemory(t, world, out, names(n), nil)
		if err != nil {
			t.Fatal(err)
		}
		if result.State != stateComplete || result.Rows != result.Names || result.Names < n*99/100 {
			t.Errorf("%d rows of %d names, %s", result.Rows, result.Names, result.State)
		}
		expectTruth(t, world, result.Snapshot)
		expectGoodConduct(t, world)
		expectWhole(t, result.Snapshot)

		roots := filepath.Join(out, "roots.pem")
		if err := os.WriteFile(roots, world.RootsPEM(), 0o600); err != nil {
			t.Fatal(err)
		}
		before := verdicts(t, result.Snapshot)
		if code, stdout, stderr := command(t, "", "classify", "--roots", roots, result.Snapshot); code != exitDone {
			t.Fatalf("classify: exit %d\n%s%s", code, stdout, stderr)
		}
		if diff := cmp.Diff(before, verdicts(t, result.Snapshot)); diff != "" {
			t.Errorf("classify gives other rows (-run +classify):\n%.4000s", diff)
		}
		expectWhole(t, result.Snapshot)
	})
}

// Every scenario of the catalogue by itself, those too that take long or need
// IPv6 and ICMP: each code is produced by its scenario, and not by its near miss.
func TestEveryScenario(t *testing.T) {
	out := t.TempDir()
	bubble(t, func(t *testing.T) {
		deployments := map[string]*lab.Scenario{}
		var list strings.Builder
		for _, s := range lab.Scenarios() {
			deployments[s.Name+".example"] = &s
			list.WriteString(s.Name + ".example\n")
		}
		world := newWorld(t, lab.Config{Seed: 1, Assign: deployments})
		defer world.Close()
		result, err := inMemory(t, world, out, list.String(), nil)
		if err != nil {
			t.Fatal(err)
		}
		expectTruth(t, world, result.Snapshot)
		expectAdoptions(t, world, result.Snapshot)
		seen := 0
		for _, v := range verdicts(t, result.Snapshot) {
			s := deployments[v.Domain]
			seen++
			if s.For != "" && slices.Contains(v.Codes, s.For) == s.NearMiss {
				t.Errorf("%s: near miss %v, codes %v", s.For, s.NearMiss, v.Codes)
			}
		}
		if seen != len(deployments) {
			t.Errorf("%d of %d scenarios have a row", seen, len(deployments))
		}
	})
}

// expectGoodConduct: no endpoint is met more than once a pass, nothing but the
// dialogue was said, and nobody outside the world was contacted.
func expectGoodConduct(t *testing.T, world *lab.World) {
	t.Helper()
	const passes = 2
	c := world.Counters()
	for contact, n := range c.Contacts {
		if n > passes {
			t.Errorf("%s at %s was contacted %d times", contact.Host, contact.Addr, n)
		}
	}
	if c.Mail > 0 || c.BadRequests > 0 || len(c.Strays) > 0 {
		t.Errorf("mail commands %d, bad requests %d, strays %v", c.Mail, c.BadRequests, c.Strays)
	}
}

func expectWhole(t *testing.T, dir string) {
	t.Helper()
	report, err := sinks.Verify(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range report.Problems {
		t.Errorf("verify: %s", p)
	}
	if _, err := os.Stat(workDir(dir)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("left over: %s (%v)", workDir(dir), err)
	}
}

func verdicts(t *testing.T, dir string) []analysis.Verdict {
	t.Helper()
	var all []analysis.Verdict
	for v, err := range sinks.ReadVerdicts(dir, analysis.RulesetRFC) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	return all
}

// command runs one command line in this process.
func command(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var o, e bytes.Buffer
	code = execute(t.Context(), args, strings.NewReader(stdin), &o, &e)
	return code, o.String(), e.String()
}

// A name is scanned by nobody who was told not to: it has a row that says so.
func TestOptOut(t *testing.T) {
	list := filepath.Join(t.TempDir(), "opt-out.txt")
	deploy := func(name string) *lab.Scenario { return scenarioNamed(t, name) }
	if err := os.WriteFile(list, []byte("example.com\nmx1.other.example\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	optOut, err := admission.LoadOptOut(list)
	if err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	bubble(t, func(t *testing.T) {
		enforced := deploy("enforce-own")
		world := newWorld(t, lab.Config{Seed: 1, Assign: map[string]*lab.Scenario{
			"example.com": enforced, "below.example.com": enforced, "other.example": enforced, "third.example": enforced,
		}})
		defer world.Close()
		result, err := inMemory(t, world, out, "example.com\nbelow.example.com\nother.example\nthird.example\n", func(j *job) {
			j.conduct.optOut = optOut
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range verdicts(t, result.Snapshot) {
			told := slices.Contains(v.Codes, taxonomy.DomOptedOut)
			if want := v.Domain != "third.example"; told != want {
				t.Errorf("%s: dom_opted_out %v, want %v (%s %v)", v.Domain, told, want, v.Status, v.Codes)
			}
		}
		for contact := range world.Counters().Contacts {
			if strings.HasSuffix(contact.Host, "example.com") || contact.Host == "mx1.other.example" {
				t.Errorf("%s was contacted", contact.Host)
			}
		}
		for question := range world.Counters().Queries {
			if strings.Contains(question, "example.com") {
				t.Errorf("%s was asked", question)
			}
		}
	})
}

func scenarioNamed(t *testing.T, name string) *lab.Scenario {
	t.Helper()
	for _, s := range lab.Scenarios() {
		if s.Name == name {
			return &s
		}
	}
	t.Fatalf("no scenario is called %s", name)
	return nil
}
