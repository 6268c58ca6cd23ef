package main

import (
	"sync/atomic"
	"testing"
	"time"

	"stscan/internal/lab"
	"stscan/pipeline/admission"
	"stscan/sinks"
)

// One question in fifty is lost, one in a hundred gets a SERVFAIL that passes,
// and one of three resolvers falls silent half way: every verdict is the truth,
// and little is asked twice.
func TestLossAndDeadResolver(t *testing.T) {
	out := t.TempDir()
	bubble(t, func(t *testing.T) {
		const n = 2000
		var asked atomic.Int64
		var seen contactLog
		var world *lab.World
		world = newWorld(t, lab.Config{Preset: demoPreset, Seed: demoSeed, Latency: 20 * time.Millisecond,
			Loss: 0.02, ServFail: 0.01, Resolvers: 3,
			Observe: func(e lab.Event) {
				seen.add(e)
				if e.Kind != lab.Asked {
					return
				}
				if asked.Add(1) == 5*n { // of some ten a name
					world.Silence(world.Resolvers()[1], true)
				}
			}})
		defer world.Close()
		limits := admission.Limits{DNSRate: 1000}
		result, err := inMemory(t, world, out, names(n), func(j *job) {
			j.network.servers = world.Resolvers()
			j.conduct.limits = limits
		})
		if err != nil || result.State != stateComplete {
			t.Fatalf("%+v %v", result, err)
		}
		expectTruth(t, world, result.Snapshot)
		expectWhole(t, result.Snapshot)
		seen.expectWithin(t, limits)
		m, err := sinks.ReadManifest(result.Snapshot)
		if err != nil {
			t.Fatal(err)
		}
		questions := len(world.Counters().Queries)
		each := float64(m.Contacts.Queries) / float64(questions)
		if each >= 1.3 {
			t.Errorf("%d queries for %d questions: %.2f each", m.Contacts.Queries, questions, each)
		}
		deferred := 0
		for _, c := range commitsOf(t, result.Snapshot) {
			deferred += len(c.Deferred)
		}
		t.Logf("%d queries for %d questions: %.3f each; %d of %d names in the second pass", m.Contacts.Queries, questions, each, deferred, m.Names)
	})
}
