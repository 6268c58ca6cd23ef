package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stscan/internal/lab"
	"stscan/internal/taxonomy"
)

const (
	hostilePreset = "hostile"
	// hostileMemory is what a scan of some hundred hostile names may take from
	// the machine: several times what it does take, and a small part of what
	// the servers would send to who reads on.
	hostileMemory = 512 << 20
)

// hostileNames are n names for each hostile deployment.
func hostileNames(n int) (assign map[string]*lab.Scenario, list string) {
	assign = map[string]*lab.Scenario{}
	var b strings.Builder
	for _, s := range lab.HostileScenarios() {
		for i := range n {
			name := fmt.Sprintf("%s-%d.example.com", s.Name, i)
			assign[name] = &s
			fmt.Fprintln(&b, name)
		}
	}
	return assign, b.String()
}

// Every hostile server and zone ends in bounded time and memory with one row,
// and that row is the truth; healthy names between them come out as ever. A
// goroutine left over fails the bubble.
func TestHostile(t *testing.T) {
	each := 3
	if testing.Short() {
		each = 1
	}
	out := t.TempDir()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	bubble(t, func(t *testing.T) {
		assign, list := hostileNames(each)
		const drawn = 100 // by the preset, which has healthy names too
		list += names(drawn)
		world := newWorld(t, lab.Config{Preset: hostilePreset, Seed: demoSeed, Assign: assign})
		defer world.Close()
		result, err := inMemory(t, world, out, list, nil)
		if err != nil {
			t.Fatal(err)
		}
		if result.State != stateComplete || result.Rows != len(assign)+drawn {
			t.Errorf("%d rows of %d names, %s", result.Rows, len(assign)+drawn, result.State)
		}
		expectTruth(t, world, result.Snapshot)
		expectGoodConduct(t, world)
		expectWhole(t, result.Snapshot)
		expectAdoptions(t, world, result.Snapshot)
		expectTheSameAgain(t, world, result.Snapshot)
	})
	// Sys never falls: what it has grown by is the peak.
	if runtime.ReadMemStats(&after); after.Sys-before.Sys > hostileMemory {
		t.Errorf("%d MiB more from the machine", (after.Sys-before.Sys)>>20)
	}
}

// expectTheSameAgain classifies a snapshot anew: the stored evidence of hostile
// servers says what was judged live, and nothing of it comes out raw.
func expectTheSameAgain(t *testing.T, world *lab.World, dir string) {
	t.Helper()
	roots := filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(roots, world.RootsPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	before := verdicts(t, dir)
	for _, args := range [][]string{{"classify", "--roots", roots, dir}, {"verify", dir}} {
		code, stdout, stderr := command(t, "", args...)
		if code != exitDone {
			t.Errorf("%s: exit %d\n%s", args[0], code, stderr)
		}
		expectPrintable(t, stdout+stderr)
	}
	if diff := cmp.Diff(before, verdicts(t, dir)); diff != "" {
		t.Errorf("classify gives other rows (-run +classify):\n%.4000s", diff)
	}
}

// What strangers wrote is shown escaped, whatever they wrote.
func TestHostileShown(t *testing.T) {
	bubble(t, func(t *testing.T) {
		assign, _ := hostileNames(1)
		found, hints, _ := look(t, assign)
		expectPrintable(t, hints)
		if len(found) != len(assign) {
			t.Errorf("%d of %d names were shown", len(found), len(assign))
		}
		for _, r := range found {
			text, line := shown(t, r)
			expectPrintable(t, text)
			expectPrintable(t, line)
		}
	})
}

// Most tricks deny something: were more of the truths protected, the catalogue
// would test little.
func TestHostileIsRarelyValid(t *testing.T) {
	servers, valid := 0, 0
	for _, s := range lab.HostileScenarios() {
		servers++
		if s.Truth.Delivery == taxonomy.DeliveryProtected {
			valid++
		}
	}
	if servers < 60 || valid*4 > servers {
		t.Errorf("%d of %d hostile deployments are protected", valid, servers)
	}
}
