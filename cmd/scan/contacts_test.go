package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stscan/internal/evidence"
	"stscan/internal/lab"
	"stscan/sinks"
)

// A resumed run meets no endpoint again whose session is committed: the mail
// operator that most names share is contacted once at each of its addresses.
func TestOneContactAcrossAResume(t *testing.T) {
	out := t.TempDir()
	bubble(t, func(t *testing.T) {
		world := newWorld(t, lab.Config{Preset: demoPreset, Seed: demoSeed, Latency: 20 * time.Millisecond})
		defer world.Close()
		small := func(j *job) { j.chunkSize, j.inFlight, j.grace = 50, 50, 0 }
		first, err := newMemoryJob(t, world, out, names(1500), small).run(amidst(t, world, out, 15))
		if err != nil {
			t.Fatal(err)
		}
		if first.State != string(sinks.StatePartial) || first.Rows == 0 {
			t.Fatalf("%s with %d rows: the test wants a run that was stopped half way", first.State, first.Rows)
		}
		if result, err := inMemory(t, world, out, names(1500), small); err != nil || result.State != stateComplete {
			t.Fatalf("%s %v", result.State, err)
		}
		expectTruth(t, world, first.Snapshot)
		met := 0
		for contact, n := range world.Counters().Contacts {
			if !strings.HasSuffix(contact.Host, ".alpha-mail.test") {
				continue
			}
			met++
			if n != 1 {
				t.Errorf("%s at %s was contacted %d times", contact.Host, contact.Addr, n)
			}
		}
		if met == 0 {
			t.Error("operator alpha was never met")
		}
		expectContacts(t, world, first.Snapshot)
	})
}

// amidst ends when so many chunks are committed and a session has been opened
// since the last of them: for one that is still under way.
func amidst(t *testing.T, world *lab.World, out string, chunks int) context.Context {
	t.Helper()
	const tick = 7*time.Millisecond + 1 // when nothing else of the simulated time is due
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		defer stop()
		committed, sessions := 0, int64(0)
		for ctx.Err() == nil {
			time.Sleep(tick)
			_, now := connects(world)
			var done []evidence.ChunkID
			if dirs, _ := filepath.Glob(filepath.Join(out, "snapshot=*")); len(dirs) == 1 {
				done, _ = sinks.Committed(dirs[0]) // none before its folders are there
			}
			if len(done) >= chunks && len(done) == committed && now > sessions {
				return
			}
			committed, sessions = len(done), now
		}
	}()
	return ctx
}

// connects counts what world was asked for: policies, and SMTP sessions.
func connects(world *lab.World) (policies, sessions int64) {
	for to, n := range world.Counters().Connects {
		switch to.Port() {
		case world.HTTPSPort():
			policies += n
		case world.SMTPPort():
			sessions += n
		}
	}
	return policies, sessions
}

// expectContacts: the manifest counts every connect, those too that were made for
// chunks that were dropped.
func expectContacts(t *testing.T, world *lab.World, dir string) {
	t.Helper()
	m, err := sinks.ReadManifest(dir)
	if err != nil {
		t.Fatal(err)
	}
	policies, sessions := connects(world)
	if m.Contacts.Policies != policies || m.Contacts.Sessions != sessions || m.Contacts.Repeated != 0 {
		t.Errorf("the manifest has %+v, made were %d policy fetches and %d sessions", m.Contacts, policies, sessions)
	}
	if m.InVain.Sessions == 0 || m.InVain.Sessions >= sessions {
		t.Errorf("of %d sessions %d were in vain", sessions, m.InVain.Sessions)
	}
}
