package main

import (
	"crypto/sha256"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"stscan/inputs"
	"stscan/internal/evidence"
	"stscan/internal/lab"
	"stscan/sinks"
)

// The environment variable with which `make chaos` has the tests of disturbed
// runs in their full size.
const fullChaos = "STSCAN_CHAOS"

// disturbance is how large a disturbed run is. In its short form controls are off:
// no process lives long enough to hear the second of them, without which nothing
// is committed.
type disturbance struct {
	names, kills int
	undeployed   int           // the multiple of names that signal nothing
	life         time.Duration // of one process, at most
	args         []string
	open         int // chunks that may be open at once: as many at work as eight names a slot need, as many again that wait
}

func chaosSize() disturbance {
	if os.Getenv(fullChaos) == "full" {
		return disturbance{names: 200_000, kills: 50, undeployed: 50, life: 3 * time.Second, open: 16,
			args: []string{"--chunk-size", "1000", "--in-flight", "1000", "--checks", "none"}}
	}
	return disturbance{names: 1000, kills: 12, undeployed: 1, life: 1500 * time.Millisecond, open: 12, args: []string{"--controls", "off"}}
}

// Killed at random moments and started again with the same command, a scan ends
// with every name once and the verdicts of an undisturbed run. What is repeated
// is at most the chunks in flight.
func TestKilled(t *testing.T) {
	size := chaosSize()
	lives := newLives()
	world := loopbackWorld(t, lab.Config{Seed: 1, Mixture: quickMixture(t, size.undeployed), Observe: lives.observe})
	list := listFile(t, manyNames(size.names))
	out := t.TempDir()
	args := runArgs(t, world, out, list, size.args...)
	random := rand.New(rand.NewPCG(1, 2))
	dir := sinks.Dir(out, "s")
	began := time.Now()
	for kill := range size.kills {
		asks := lives.begin(t, dir, size.open)
		cmd, _ := start(t, args)
		ended, died := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(died)
			if kill%2 == 1 { // every other one gets as far as to ask, however slow the machine is
				select {
				case <-asks:
				case <-ended:
				}
			}
			time.Sleep(time.Duration(random.Int64N(int64(size.life))))
			cmd.Process.Kill() // at worst it is over already
		}()
		cmd.Wait()
		close(ended)
		<-died
	}
	lives.begin(t, dir, size.open)
	cmd, output := start(t, args)
	if err := cmd.Wait(); err != nil {
		t.Fatalf("the last start: %v\n%s", err, output)
	}
	disturbed := time.Since(began)
	expectTruth(t, world, dir)
	expectWhole(t, dir)
	lives.expectNothingTwice(t)

	lives.stop()
	calm, began := t.TempDir(), time.Now()
	if code, _, stderr := command(t, "", runArgs(t, world, calm, list, size.args...)...); code != exitDone {
		t.Fatalf("undisturbed: exit %d\n%s", code, stderr)
	}
	undisturbed := time.Since(began)
	expectSameVerdicts(t, sinks.Dir(calm, "s"), dir)

	m, err := sinks.ReadManifest(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d names, %d of %d kills while the snapshot was under way; %s with them, %s without; %s of the names asked about more than once",
		m.Names, len(m.Interruptions), size.kills, disturbed.Round(time.Second/10), undisturbed.Round(time.Second/10), percent(lives.repeated(), m.Names))
}

// lives is which names each process of a run asked about, and what was committed
// when it began.
type lives struct {
	mu     sync.Mutex
	off    bool
	of     map[string]evidence.ChunkID // chunk of the first pass, by name; nil before the spool is there
	asked  []map[string]bool           // by life
	before []map[evidence.ChunkID]bool // committed, by life
	later  map[string]bool             // names left to the second pass
	first  chan struct{}               // closed at the first question of this life
}

func newLives() *lives { return &lives{later: map[string]bool{}} }

func (l *lives) observe(e lab.Event) {
	name, isRecord := strings.CutPrefix(e.Host, "_mta-sts.")
	if e.Kind != lab.Asked || !isRecord {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.off || len(l.asked) == 0 {
		return
	}
	now := l.asked[len(l.asked)-1]
	if len(now) == 0 {
		close(l.first)
	}
	now[name] = true
}

func (l *lives) stop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.off = true
}

// begin looks at what the last process left, and counts for the next. The channel
// is closed when that asks its first question.
func (l *lives) begin(t *testing.T, dir string, open int) (asks <-chan struct{}) {
	t.Helper()
	if l.of == nil {
		l.of = chunksOf(t, dir)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	done := map[evidence.ChunkID]bool{}
	for _, c := range commitsOf(t, dir) {
		done[c.Chunk] = true
		for _, d := range c.Deferred {
			l.later[d.Domain] = true
		}
	}
	attempts, _ := filepath.Glob(filepath.Join(workDir(dir), "chunk-*.*"))
	inFlight := 0
	for _, a := range attempts {
		id, _, _ := strings.Cut(filepath.Base(a), ".")
		if !done[evidence.ChunkID(id)] {
			inFlight++
		}
	}
	if inFlight > open {
		t.Errorf("a kill left %d chunks in flight, at most %d are", inFlight, open)
	}
	l.asked, l.before = append(l.asked, map[string]bool{}), append(l.before, done)
	l.first = make(chan struct{})
	return l.first
}

// chunksOf is the chunk of each name in the spool, nil if there is none yet.
func chunksOf(t *testing.T, dir string) map[string]evidence.ChunkID {
	t.Helper()
	spool, err := inputs.OpenSpool(workDir(dir))
	if err != nil {
		return nil
	}
	defer spool.Close()
	of := map[string]evidence.ChunkID{}
	for n := range spool.Chunks() {
		targets, err := spool.Targets(n)
		if err != nil {
			t.Fatal(err)
		}
		for _, target := range targets {
			of[target.Domain] = evidence.FirstPass(n)
		}
	}
	return of
}

// expectNothingTwice: no process asked about a name whose chunk was committed
// when it began.
func (l *lives) expectNothingTwice(t *testing.T) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for life, asked := range l.asked {
		again := 0
		for name := range asked {
			if l.before[life][l.of[name]] && !l.later[name] {
				again++
			}
		}
		if again > 0 {
			t.Errorf("process %d asked about %d names whose chunks were committed", life, again)
		}
	}
}

// repeated is how many names more than one process asked about.
func (l *lives) repeated() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	processes := map[string]int{}
	for _, asked := range l.asked {
		for name := range asked {
			processes[name]++
		}
	}
	n := 0
	for _, of := range processes {
		if of > 1 {
			n++
		}
	}
	return n
}

// expectSameVerdicts: two runs found out the same, but for when and in which
// attempt.
func expectSameVerdicts(t *testing.T, a, b string) {
	t.Helper()
	digests := func(dir string) map[string][32]byte {
		all := map[string][32]byte{}
		for v, err := range sinks.ReadVerdicts(dir, "rfc") {
			if err != nil {
				t.Fatal(err)
			}
			v.ScannedAt, v.Attempt = time.Time{}, 0
			text, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			all[v.Domain] = sha256.Sum256(text)
		}
		return all
	}
	first, second := digests(a), digests(b)
	differ := 0
	for name, digest := range first {
		if second[name] != digest {
			differ++
		}
	}
	if differ > 0 || len(first) != len(second) {
		t.Errorf("%d of %d verdicts differ; %d in the other run", differ, len(first), len(second))
	}
}
