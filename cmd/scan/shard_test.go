package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"stscan/sinks"
)

// Two shards of a list, each begun by the same command but for --shard, lie side
// by side below --out; together they have every name once. A shard is resumed
// only as what it is.
func TestShards(t *testing.T) {
	world := quickWorld(t)
	out := t.TempDir()
	list := listFile(t, names(60))
	args := func(shard string) []string {
		return slices.DeleteFunc(runArgs(t, world, out, list, "--shard", shard), func(a string) bool { return a == "--snapshot" || a == "s" })
	}
	for _, shard := range []string{"1/2", "2/2"} {
		if code, _, stderr := command(t, "", args(shard)...); code != exitDone {
			t.Fatalf("%s: exit %d\n%s", shard, code, stderr)
		}
	}
	dirs, err := filepath.Glob(filepath.Join(out, "snapshot=*of2"))
	if err != nil || len(dirs) != 2 {
		t.Fatalf("%v %v", dirs, err)
	}
	seen := map[string]int{}
	for i, dir := range dirs {
		expectTruth(t, world, dir)
		expectWhole(t, dir)
		for _, v := range verdicts(t, dir) {
			seen[v.Domain]++
		}
		m, err := sinks.ReadManifest(dir)
		if err != nil || m.Settings["shard"] != []string{"1/2", "2/2"}[i] || m.Names == 0 {
			t.Errorf("%s: shard %q of %d names, %v", dir, m.Settings["shard"], m.Names, err)
		}
	}
	for name := range strings.FieldsSeq(names(60)) {
		if seen[strings.ToLower(name)] != 1 {
			t.Errorf("%s has %d rows", name, seen[name])
		}
	}
	id := strings.TrimPrefix(filepath.Base(dirs[0]), "snapshot=")
	code, _, stderr := command(t, "", append(args("2/2"), "--snapshot", id)...)
	if code != exitUsage || !strings.Contains(stderr, "shard: 1/2 there, 2/2 here") {
		t.Errorf("another shard's snapshot: exit %d, %q", code, stderr)
	}
	if code, _, stderr = command(t, "", args("3/2")...); code != exitUsage || !strings.HasPrefix(stderr, "scan: --shard ") {
		t.Errorf("3/2: exit %d, %q", code, stderr)
	}
}
