package main

import (
	"io/fs"
	"path/filepath"
	"testing"
	"time"

	"stscan/internal/lab"
)

// The presets of one percent adoption are what they say, and their files are
// small: a bound on what a name may take that no clock moves. Times are
// simulated; of a chunk this small a third is the frame of its files, so that the
// figures of docs/PERFORMANCE.md are lower.
func TestOnePercentIsTrueAndSmall(t *testing.T) {
	for _, c := range []struct {
		preset string
		bytes  float64 // a name, over all tables
	}{
		{"onepercent", 220},
		{"onepercent-txt", 280},
	} {
		t.Run(c.preset, func(t *testing.T) {
			const n = 3_000
			out := t.TempDir()
			bubble(t, func(t *testing.T) {
				world := newWorld(t, lab.Config{Preset: c.preset, Seed: demoSeed, Latency: time.Millisecond})
				defer world.Close()
				result, err := inMemory(t, world, out, names(n), func(j *job) { j.chunkSize = n })
				if err != nil {
					t.Fatal(err)
				}
				expectTruth(t, world, result.Snapshot)
				silent := 0
				for _, v := range verdicts(t, result.Snapshot) {
					expectAdoption(t, world, v)
					if v.Status == "not_deployed" {
						silent++
					}
				}
				if share := float64(silent) / n; share < 0.985 || share > 0.995 {
					t.Errorf("%.3f of the names are silent, want 0.99", share)
				}
				if got := float64(sizeOf(t, result.Snapshot)) / n; got > c.bytes {
					t.Errorf("%.1f bytes a name, at most %.0f", got, c.bytes)
				} else {
					t.Logf("%.1f bytes a name", got)
				}
			})
		})
	}
}

// sizeOf adds up the files below dir.
func sizeOf(t *testing.T, dir string) (bytes int64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			bytes += info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return bytes
}
