package pipeline

import (
	"context"
	"time"

	"stscan/analysis"
	"stscan/internal/evidence"
)

// Controls tell our faults from theirs: package controls.
type Controls interface {
	// Light waits while our own network is down. The context it returns ends
	// when it goes down again. The error is that of ctx, if it ended meanwhile, or
	// says why the run cannot go on at all.
	Light(ctx context.Context) (context.Context, error)
	// Judge says what the controls said while a name was collected, and whether
	// it had better be collected again: since it fell into the dark
	// (evidence.ControlsFailed), or since nothing confirms what failed (ControlsOK).
	Judge(ctx context.Context, c *evidence.Case) (state string, again bool, err error)
	// Confirm waits for a good control from now on.
	Confirm(ctx context.Context) error
	// Paused is how long names were held so far, altogether.
	Paused() time.Duration
}

// uncontrolled is a run without controls.
type uncontrolled struct{}

func (uncontrolled) Light(context.Context) (context.Context, error) {
	return context.Background(), nil
}

func (uncontrolled) Judge(context.Context, *evidence.Case) (state string, again bool, err error) {
	return evidence.ControlsOff, false, nil
}

func (uncontrolled) Confirm(context.Context) error { return nil }
func (uncontrolled) Paused() time.Duration         { return 0 }

const (
	// heldNames for each slot may wait for a control without one, so that it
	// delays nobody else; more would be no use, but memory.
	heldNames = 4
	// maxDark is how often a name of the second pass is collected when the dark
	// keeps coming back. Then its row says so.
	maxDark = 3
)

// judge asks the controls about a name that is done. Where they take their time,
// others work in its slot.
func (r *Run) judge(ctx context.Context, c *evidence.Case) (state string, again bool, err error) {
	if len(analysis.Failures(*c)) > 0 {
		select {
		case r.held <- struct{}{}:
			r.Slots.give()
			defer func() {
				r.held.give()
				r.Slots.take()
			}()
		default:
		}
	}
	return r.Controls.Judge(ctx, c)
}

// light waits until names may be worked on. What is collected under the context
// it returns ends when the vantage goes down.
func (c *chunk) light() (context.Context, error) {
	epoch, err := c.run.Controls.Light(c.work)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.epoch != epoch {
		c.dim()
		lit, end := context.WithCancel(c.work)
		unhook := context.AfterFunc(epoch, end)
		c.epoch, c.lit = epoch, lit
		c.dim = func() { unhook(); end() }
	}
	return c.lit, nil
}
