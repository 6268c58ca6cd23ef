package main

import (
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stscan/sinks"
)

// Killed half way, a scan that writes JSON lines goes on with them and with
// nothing else, and ends with the truth; its evidence gives the same verdicts again.
func TestJSONLines(t *testing.T) {
	world := quickWorld(t)
	out := t.TempDir()
	args := runArgs(t, world, out, listFile(t, names(500)), "--format", "jsonl", "--dns-rate", "300")
	dir := sinks.Dir(out, "s")
	cmd, _ := start(t, args)
	waitForCommit(t, dir)
	cmd.Process.Kill()
	cmd.Wait()
	args = withoutLimit(args)
	other := strings.Fields(strings.Replace(strings.Join(args, " "), "jsonl", "parquet", 1))
	if code, _, stderr := command(t, "", other...); code != exitUsage || !strings.Contains(stderr, "format: jsonl there, parquet here") {
		t.Errorf("another format: exit %d, %s", code, stderr)
	}
	if code, _, stderr := command(t, "", args...); code != exitDone {
		t.Fatalf("resumed: exit %d\n%s", code, stderr)
	}
	expectTruth(t, world, dir)
	expectWhole(t, dir)
	if m, err := sinks.ReadManifest(dir); err != nil || m.Format != sinks.FormatJSONL || len(m.Interruptions) != 1 {
		t.Errorf("manifest: %v, format %q, interruptions %v", err, m.Format, m.Interruptions)
	}
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".parquet") {
			t.Errorf("%s in a snapshot of JSON lines", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	before := verdicts(t, dir)
	roots := args[slices.Index(args, "--roots")+1]
	if code, _, stderr := command(t, "", "classify", "--roots", roots, dir); code != exitDone {
		t.Fatalf("classify: exit %d\n%s", code, stderr)
	}
	if diff := cmp.Diff(before, verdicts(t, dir)); diff != "" {
		t.Errorf("classify gives other rows (-run +classify):\n%.4000s", diff)
	}
	expectWhole(t, dir)
}

func TestUnknownFormat(t *testing.T) {
	code, _, stderr := command(t, "", "run", "--format", "csv", "--contact", "mailto:me@example.org", listFile(t, "example.com\n"))
	if code != exitUsage || !strings.Contains(stderr, `--format "csv": want one of parquet, jsonl`) {
		t.Errorf("exit %d, %s", code, stderr)
	}
}
