package pipeline

import (
	"context"
	"net/netip"
	"sync/atomic"
	"time"

	"stscan/internal/evidence"
	"stscan/internal/neterr"
	"stscan/pipeline/admission"
)

// Admission answers one question: may I contact this address now?
type Admission interface {
	// Refuses names why a host, or the address of a host, is never contacted:
	// special_address or opted_out. The zero address asks for the name alone.
	Refuses(host string, addr netip.Addr) evidence.Kind
	// Acquire waits for the budgets of one contact, then for ready, and only then
	// spends them. It fails with a refusal of kind budget when those of the
	// destination cannot serve the contact before w's patience is over.
	Acquire(ctx context.Context, c admission.Contact, w admission.Wait) (release func(), wait time.Duration, err error)
}

// Slots bounds how much is worked on at once: a name holds one while it works,
// and a probe holds one while it is on the network. Nobody holds one while
// waiting for a budget or for somebody else's probe, so that a slow destination
// holds up only those who want it.
type Slots chan struct{}

// NewSlots makes n slots.
func NewSlots(n int) Slots { return make(Slots, n) }

// Take waits for a slot.
func (s Slots) Take(ctx context.Context) error {
	select {
	case s <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// ready waits for a slot, if there are slots at all. Where the work was ended
// meanwhile, nothing is begun.
func (s Slots) ready(ctx context.Context) error {
	if err := ctx.Err(); err != nil || s == nil {
		return err
	}
	return s.Take(ctx)
}

func (s Slots) take() { s <- struct{}{} }
func (s Slots) give() { <-s }

// Parked is the decorator that gives the caller's slot back while the answer is
// under way, and lets the caller's chunk know that one of its names waits.
type Parked[K comparable, E any] struct {
	Next  Prober[K, E]
	Slots Slots
}

// Probe asks Next without the caller's slot.
func (p Parked[K, E]) Probe(ctx context.Context, key K) E {
	p.Slots.give()
	defer p.Slots.take()
	if w := patienceOf(ctx); w != nil {
		w.rest()
		defer w.resume()
		ctx = impatient{ctx, w}
	}
	return p.Next.Probe(ctx, key)
}

// Limited is the decorator that waits for admission, then probes in a slot. It
// counts the contacts that were made.
type Limited[K comparable, E any] struct {
	Next      Prober[K, E]
	Admission Admission
	Slots     Slots // nil: the caller's slot will do
	Contact   func(K) admission.Contact
	Refused   func(K, evidence.Failure) E // the evidence of a contact that was not made

	made atomic.Int64
}

// Made is how many contacts were made.
func (l *Limited[K, E]) Made() int64 { return l.made.Load() }

// Probe waits until key's budgets allow the contact, or as long as the chunk's
// patience lasts; then it probes. The wait counts for no time limit of the probe.
func (l *Limited[K, E]) Probe(ctx context.Context, key K) E {
	contact := l.Contact(key)
	wait := admission.Wait{Patience: ctx, Ready: l.Slots.ready}
	waiting, parked := ctx.(impatient)
	if parked {
		ctx = waiting.Context
	}
	release, _, err := l.Admission.Acquire(ctx, contact, wait)
	if err != nil {
		return l.Refused(key, neterr.Failure(evidence.OpDial, err))
	}
	defer release()
	if l.Slots != nil {
		defer l.Slots.give()
	}
	if parked {
		waiting.patience.resume()
		defer waiting.patience.rest()
	}
	l.made.Add(1)
	if d, ok := ctx.Value(probeTimeKey{}).(time.Duration); ok {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, d)
		defer stop()
	}
	if contact.Kind != admission.DNS { // whose sockets are not dialled for a question
		ctx = admission.For(ctx, contact)
	}
	return l.Next.Probe(ctx, key)
}

type probeTimeKey struct{}

// ProbeTime bounds the probing below ctx, budgets not counted.
func ProbeTime(ctx context.Context, d time.Duration) context.Context {
	return context.WithValue(ctx, probeTimeKey{}, d)
}
