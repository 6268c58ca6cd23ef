package pipeline

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"stscan/internal/evidence"
)

var fiveNames = chunksOf{[]string{"a.example", "b.example", "c.example", "d.example", "e.example"}, 2}

func expectOnce(t *testing.T, m *memory, names []string) {
	t.Helper()
	for _, name := range names {
		if m.rows[name] != 1 {
			t.Errorf("%s has %d rows", name, m.rows[name])
		}
	}
	if m.open != 0 {
		t.Errorf("%d parts were left open", m.open)
	}
}

func TestEveryNameHasOneRow(t *testing.T) {
	store := newMemory()
	outcome, err := newRun(t, collector(zone{}), fiveNames, store).Do(t.Context())
	if err != nil || !outcome.Complete {
		t.Fatalf("%+v %v", outcome, err)
	}
	expectOnce(t, store, fiveNames.names)
	if len(store.commits) != 3 || store.plan != nil {
		t.Errorf("%d chunks, plan %v", len(store.commits), store.plan)
	}
}

// A name that could not be told is done again in the second pass, after the
// wait, with the failure of the first in hand; the others are final at once.
func TestSecondPass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		began := time.Now()
		c := collector(zone{})
		c.DNS = probeFunc[evidence.Question, evidence.Lookup](func(ctx context.Context, q evidence.Question) evidence.Lookup {
			if q.Name == "_mta-sts.c.example" && asked.Add(1) == 1 {
				return evidence.Lookup{Question: q, Failure: evidence.Failure{Op: evidence.OpResolve, Kind: evidence.KindTimeout}}
			}
			return zone{}.Probe(ctx, q)
		})
		store := newMemory()
		r := newRun(t, c, fiveNames, store)
		r.RetryAfter = 10 * time.Minute
		forgot := false
		r.SecondPass = func() error { forgot = true; return nil }
		outcome, err := r.Do(t.Context())
		if err != nil || !outcome.Complete {
			t.Fatalf("%+v %v", outcome, err)
		}
		expectOnce(t, store, fiveNames.names)
		if waited := time.Since(began); waited != r.RetryAfter {
			t.Errorf("waited %v", waited)
		}
		if !forgot || store.attempt["c.example"] != 2 || store.attempt["a.example"] != 1 {
			t.Errorf("forgot failures %v, attempts %v", forgot, store.attempt)
		}
		i := slices.IndexFunc(store.commits, func(c evidence.Commit) bool { return len(c.Deferred) > 0 })
		if i < 0 {
			t.Fatal("nothing was deferred")
		}
		d := store.commits[i].Deferred
		if len(d) != 1 || d[0].Domain != "c.example" || d[0].Reason != "inc_dns_timeout" || len(d[0].Earlier) != 1 || d[0].Earlier[0].Kind != evidence.KindTimeout {
			t.Errorf("deferred %+v", d)
		}
	})
}

func TestNoRetry(t *testing.T) {
	store := newMemory()
	c := collector(zone{"_mta-sts.c.example TXT": {"SERVFAIL"}})
	r := newRun(t, c, fiveNames, store)
	r.NoRetry = true
	outcome, err := r.Do(t.Context())
	if err != nil || !outcome.Complete || store.plan != nil {
		t.Fatalf("%+v %v %v", outcome, err, store.plan)
	}
	expectOnce(t, store, fiveNames.names)
}

// A full disk ends the run with the error; every chunk is whole or not there,
// and a second run does the rest.
func TestFullDisk(t *testing.T) {
	for _, where := range []string{"write", "commit"} {
		store := newMemory()
		if where == "write" {
			store.writeErr = func(domain string) error {
				if domain == "c.example" {
					return errFull
				}
				return nil
			}
		} else {
			store.commitErr = func(id evidence.ChunkID) error {
				if id == evidence.FirstPass(1) {
					return errFull
				}
				return nil
			}
		}
		outcome, err := newRun(t, collector(zone{}), fiveNames, store).Do(t.Context())
		if !errors.Is(err, errFull) || outcome.Complete {
			t.Errorf("%s: %+v %v", where, outcome, err)
		}
		if store.rows["c.example"] != 0 || store.open != 0 {
			t.Errorf("%s: %v, %d open", where, store.rows, store.open)
		}
		store.writeErr, store.commitErr = nil, nil
		outcome, err = newRun(t, collector(zone{}), fiveNames, store).Do(t.Context())
		if err != nil || !outcome.Complete {
			t.Errorf("%s, again: %+v %v", where, outcome, err)
		}
		expectOnce(t, store, fiveNames.names)
	}
}

// Told to stop, a run gives the names in flight their grace, commits what is
// whole and drops the rest.
func TestStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		c := collector(zone{})
		c.DNS = probeFunc[evidence.Question, evidence.Lookup](func(ctx context.Context, q evidence.Question) evidence.Lookup {
			if q.Name == "_mta-sts.c.example" { // a tarpit
				stop()
				<-ctx.Done()
				return evidence.Lookup{Question: q, Failure: evidence.Failure{Op: evidence.OpResolve, Kind: evidence.KindCancelled}}
			}
			return zone{}.Probe(ctx, q)
		})
		store := newMemory()
		r := newRun(t, c, fiveNames, store)
		r.Grace = 10 * time.Second
		began := time.Now()
		outcome, err := r.Do(ctx)
		if err != nil || outcome.Complete {
			t.Fatalf("%+v %v", outcome, err)
		}
		if took := time.Since(began); took != r.Grace {
			t.Errorf("took %v", took)
		}
		if store.rows["a.example"] != 1 || store.rows["c.example"] != 0 || store.rows["d.example"] != 0 || store.open != 0 {
			t.Errorf("%v, %d open", store.rows, store.open)
		}
	})
}

// Told to stop in the dark, or when it comes in the grace, a run gives up what is
// in flight at once: without a good control nothing would be committed.
func TestStopInTheDark(t *testing.T) {
	for _, c := range []struct {
		what             string
		dark, told, ends time.Duration // since the run began
	}{
		{"the dark came before", time.Minute, 2 * time.Minute, 2 * time.Minute},
		{"the dark comes in the grace", time.Minute + 3*time.Second, time.Minute, time.Minute + 3*time.Second},
		{"the dark comes too late", time.Minute + 20*time.Second, time.Minute, time.Minute + 10*time.Second},
	} {
		t.Run(c.what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				lit, darken := context.WithTimeout(t.Context(), c.dark)
				defer darken()
				ctx, stop := context.WithTimeout(t.Context(), c.told)
				defer stop()
				tarpit := collector(zone{})
				tarpit.DNS = probeFunc[evidence.Question, evidence.Lookup](func(ctx context.Context, q evidence.Question) evidence.Lookup {
					if q.Name == "_mta-sts.c.example" {
						<-ctx.Done()
					}
					return zone{}.Probe(ctx, q)
				})
				store := newMemory()
				r := newRun(t, tarpit, fiveNames, store)
				r.Controls, r.Grace = until{lit}, 10*time.Second
				began := time.Now()
				outcome, err := r.Do(ctx)
				if err != nil || outcome.Complete {
					t.Fatalf("%+v %v", outcome, err)
				}
				if took := time.Since(began); took != c.ends {
					t.Errorf("ended after %v, want %v", took, c.ends)
				}
				if store.rows["a.example"] != 1 || store.rows["c.example"] != 0 || store.rows["d.example"] != 0 || store.open != 0 {
					t.Errorf("%v, %d open", store.rows, store.open)
				}
			})
		})
	}
}
