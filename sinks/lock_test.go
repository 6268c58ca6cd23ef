package sinks

import (
	"os"
	"path/filepath"
	"testing"
)

// A process killed between the last manifest and the removal of its working
// folder leaves the folder; the next one takes it away, but not from under somebody.
func TestTidy(t *testing.T) {
	dir := completed(t, FormatParquet)
	work := filepath.Join(dir, workDir)
	held, err := acquire(dir, FormatParquet, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := Tidy(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(work); err != nil {
		t.Errorf("taken from under another process: %v", err)
	}
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := Tidy(dir); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(work); !os.IsNotExist(err) {
			t.Errorf("still there: %v", err)
		}
	}
}
