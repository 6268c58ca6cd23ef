package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"stscan/internal/lab"
	"stscan/sinks"
)

// asCommand makes this test binary behave as the scan command, so that a test
// has a process to kill.
const asCommand = "STSCAN_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
	}
	os.Exit(m.Run())
}

// quickWorld is a test internet on loopback in which nothing takes long in real
// time, with failures of every layer in it.
func quickWorld(t *testing.T) *lab.World {
	t.Helper()
	return loopbackWorld(t, lab.Config{Seed: 1, Mixture: quickMixture(t, 1)})
}

func loopbackWorld(t *testing.T, cfg lab.Config) *lab.World {
	t.Helper()
	world, err := lab.ListenLoopback(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(world.Close)
	return world
}

// quickMixture is half of names that signal nothing; a multiple of these makes
// the others as rare as they are.
func quickMixture(t *testing.T, undeployed int) lab.Mixture {
	t.Helper()
	var mixture lab.Mixture
	for _, s := range lab.Scenarios() {
		weight := map[string]int{
			"none-alpha": 10, "none-own-mx": 5, "none-nxdomain": 5, "none-null-mx": 5, "enforce-own": 5, "enforce-own-two": 5,
			"enforce-alpha": 5, "testing-beta": 5, "none-mode-alpha": 2, "delegated-alpha": 2, "some-mx-broken": 2, "all-mx-refused": 2,
			"two-cert-faults": 2, "testing-broken-match": 2, "rec-missing-id": 2, "phttp-404": 2, "psyn-missing-mode": 2,
			"inc-greylisted-near": 2, "inc-rate-limited-near": 2, // for these a second pass
		}[s.Name]
		if strings.HasPrefix(s.Name, "none-") && s.Name != "none-mode-alpha" {
			weight *= undeployed
		}
		if weight > 0 {
			mixture = append(mixture, lab.Weighted{Scenario: &s, Weight: weight})
		}
	}
	if len(mixture) != 19 {
		t.Fatalf("the catalogue has %d of the 19 scenarios", len(mixture))
	}
	return mixture
}

// runArgs is a command line that scans list against world.
func runArgs(t *testing.T, world *lab.World, out, list string, more ...string) []string {
	t.Helper()
	roots := filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(roots, world.RootsPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	return append(append([]string{"run", "--out", out, "--snapshot", "s", "--contact", "mailto:me@example.org",
		"--resolver", world.Resolver().String(), "--https-port", fmt.Sprint(world.HTTPSPort()), "--smtp-port", fmt.Sprint(world.SMTPPort()),
		"--roots", roots, "--allow-special-addresses", "--retry-after", "0", "--chunk-size", "50", "--in-flight", "40", "--progress", "off"},
		more...), list)
}

func listFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "names.txt")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func start(t *testing.T, args []string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asCommand+"=1")
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, &output
}

// Told to stop, a scan leaves a valid partial snapshot and says so by its exit
// code; the same command finishes it.
func TestStopped(t *testing.T) {
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) { testStopped(t, signal) })
	}
}

func testStopped(t *testing.T, signal os.Signal) {
	world := quickWorld(t)
	out := t.TempDir()
	list := listFile(t, names(1000))
	args := runArgs(t, world, out, list, "--dns-rate", "300", "--grace", "50ms")
	dir := sinks.Dir(out, "s")
	cmd, output := start(t, args)
	waitForCommit(t, dir)
	if err := cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != exitPartial {
		t.Fatalf("exit %d, want %d\n%s", code, exitPartial, output)
	}
	report, err := sinks.Verify(dir)
	if err != nil || !report.OK() || report.State != sinks.StatePartial {
		t.Fatalf("after the stop: %+v %v", report, err)
	}
	if err := os.Remove(list); err != nil { // a resume needs no list
		t.Fatal(err)
	}
	code, _, stderr := command(t, "", withoutLimit(args)...)
	if code != exitDone {
		t.Fatalf("resumed: exit %d\n%s", code, stderr)
	}
	expectTruth(t, world, dir)
	expectWhole(t, dir)
	m, err := sinks.ReadManifest(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Interruptions) != 1 || m.Interruptions[0].Cause != "stopped" {
		t.Errorf("interruptions: %+v", m.Interruptions)
	}
	if len(m.Changes) == 0 || m.Changes[0].Setting != "dns-rate" {
		t.Errorf("changes: %+v", m.Changes)
	}
}

// withoutLimit lifts the limit that made the run slow enough to be stopped.
func withoutLimit(args []string) []string {
	return strings.Fields(strings.Replace(strings.Join(args, " "), "--dns-rate 300", "--dns-rate 0", 1))
}

// waitForCommit returns when the first chunk is committed.
func waitForCommit(t *testing.T, dir string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for ctx.Err() == nil {
		if done, _ := sinks.Committed(dir); len(done) > 0 {
			return
		}
		time.Sleep(5 * time.Millisecond) // polls another process; nothing depends on how long
	}
	t.Fatal("no chunk was committed within a minute")
}

// While one process is at a snapshot, a second one refuses in one line.
func TestTwoAtOnce(t *testing.T) {
	world := quickWorld(t)
	out := t.TempDir()
	args := runArgs(t, world, out, listFile(t, names(1000)), "--dns-rate", "200")
	dir := sinks.Dir(out, "s")
	cmd, _ := start(t, args)
	waitForCommit(t, dir)
	code, _, stderr := command(t, "", args...)
	cmd.Process.Kill()
	cmd.Wait()
	if code != exitFailure || !strings.Contains(stderr, "another process") || strings.Count(stderr, "\n") != 1 {
		t.Errorf("exit %d, %q", code, stderr)
	}
}
