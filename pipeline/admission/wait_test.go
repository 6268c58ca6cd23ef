package admission

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"stscan/internal/evidence"
	"stscan/internal/neterr"
)

// Whatever else a contact waits for, its token is spent when the contact is
// made: contacts that waited long for a slot do not come in a bunch.
func TestTokenIsSpentWhenReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := NewGate(GateConfig{Limits: Limits{HostRate: 1}})
		slot := make(chan struct{})
		go func() { // none is free for ten seconds, then one after the other
			time.Sleep(10 * time.Second)
			close(slot)
		}()
		got := &grants{at: map[string][]time.Time{}}
		ready := func(context.Context) error { <-slot; return nil }
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() {
				if _, _, err := gate.Acquire(t.Context(), contact("8.8.8.8"), Wait{Ready: ready}); err != nil {
					t.Error(err)
				}
				got.add("host")
			})
		}
		all.Wait()
		got.check(t, "host", 1)

		failed := errors.New("no slot")
		if _, _, err := gate.Acquire(t.Context(), contact("8.8.8.8"), Wait{Ready: func(context.Context) error { return failed }}); !errors.Is(err, failed) {
			t.Errorf("%v", err)
		}
		if _, _, err := gate.Acquire(t.Context(), contact("8.8.8.8"), Wait{}); err != nil {
			t.Errorf("after one that was not ready: %v", err)
		}
	})
}

// The names that wait for an operator do not hold up, at the addresses they have
// in common, those who want another.
func TestHotOperatorHoldsUpNoAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := NewGate(GateConfig{Limits: Limits{HostRate: 5, OperatorRate: 1}})
		var all sync.WaitGroup
		for n := range 60 {
			all.Go(func() {
				if _, _, err := gate.Acquire(t.Context(), contact("8.8.8.8", fmt.Sprintf("c%d.hot.example", n)), Wait{}); err != nil {
					t.Error(err)
				}
			})
		}
		time.Sleep(time.Second)
		_, wait, err := gate.Acquire(t.Context(), contact("8.8.8.8", "mx.other.example"), Wait{})
		if err != nil || wait > (maxAhead+1)*time.Second {
			t.Errorf("waited %v, %v", wait, err)
		}
		all.Wait()
	})
}

// Patience ends the wait for a destination, and not that for a ceiling.
func TestPatienceIsForDestinations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := NewGate(GateConfig{Limits: Limits{SMTPRate: 0.1, HostRate: 0.01}})
		acquire := func(addr string) (time.Duration, error) {
			patience, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, wait, err := gate.Acquire(t.Context(), contact(addr), Wait{Patience: patience})
			return wait, err
		}
		if _, err := acquire("8.8.8.8"); err != nil {
			t.Fatal(err)
		}
		if wait, err := acquire("9.9.9.9"); err != nil || wait != 10*time.Second {
			t.Errorf("the ceiling: %v after %v", err, wait)
		}
		var r neterr.Refusal
		if wait, err := acquire("8.8.8.8"); !errors.As(err, &r) || r.Kind != evidence.KindBudget || wait > 0 {
			t.Errorf("the host: %v after %v", err, wait)
		}
	})
}
