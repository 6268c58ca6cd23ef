//go:build cgo && !noduckdb

package main

import (
	"strings"
	"testing"

	"stscan/internal/lab"
	"stscan/sinks"
)

// Two names, of which one enforces from the second day on.
func TestReportOverTime(t *testing.T) {
	out := t.TempDir()
	bubble(t, func(t *testing.T) {
		enforced, plain := scenarioNamed(t, "enforce-own"), scenarioNamed(t, "none-own-mx")
		for day, first := range map[string]*lab.Scenario{"day-1": plain, "day-2": enforced} {
			world := newWorld(t, lab.Config{Seed: 1, Assign: map[string]*lab.Scenario{"a.example": first, "b.example": enforced}})
			if _, err := inMemory(t, world, out, "a.example\nb.example\n", func(j *job) { j.named = day }); err != nil {
				t.Fatal(err)
			}
			world.Close()
		}
	})
	days := []string{sinks.Dir(out, "day-1"), sinks.Dir(out, "day-2")}
	for flag, want := range map[string]string{
		"--over-time": "snapshot,mode,n,total,share,unknown\nday-1,enforce,1,1,1,0\nday-2,enforce,2,2,1,0\n",
		"--sample=0":  "mode,n,total,share,unknown\nenforce,2,2,1,0\n",
	} {
		code, stdout, stderr := command(t, "", append([]string{"report", flag, "--metric", "modes", "--format", "csv"}, days...)...)
		if code != exitDone || !strings.HasPrefix(stdout, want) {
			t.Errorf("%s: exit %d %s\n%s", flag, code, stderr, stdout)
		}
	}
	if code, stdout, stderr := command(t, "", append([]string{"report", "--over-time", "--metric", "churn", "--format", "csv"}, days...)...); code != exitDone || !strings.HasPrefix(stdout, "snapshot,change,n,total,share,unknown\nday-2,added,1,2,") {
		t.Errorf("what compares snapshots: exit %d %s\n%s", code, stderr, stdout)
	}
	if code, _, stderr := command(t, "", append([]string{"report", "--over-time", "--sensitivity"}, days...)...); code != exitUsage || !strings.Contains(stderr, "sensitivity") {
		t.Errorf("both: exit %d %s", code, stderr)
	}
}
