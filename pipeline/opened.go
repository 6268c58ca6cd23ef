package pipeline

import (
	"context"
	"slices"
	"sync"
)

// opened are the chunks under way. Only so many may be at work at once; as many
// again may stand open whose last names do nothing but wait for budgets. When
// there are more of these, the one opened first waits no longer: its names are
// deferred, so that no slow destination holds up the rest of the list.
type opened struct {
	limit int
	moved chan struct{} // something may have changed

	mu     sync.Mutex
	chunks []*chunk // in the order in which they were opened
}

func newOpened(limit int) *opened { return &opened{limit: limit, moved: make(chan struct{}, 1)} }

// changed lets room look again.
func (o *opened) changed() {
	select {
	case o.moved <- struct{}{}:
	default:
	}
}

// room waits until one more chunk may be opened. One goroutine calls it.
func (o *opened) room(ctx context.Context) error {
	for !o.free() {
		select {
		case <-o.moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return ctx.Err()
}

// free reports whether there is room, and makes some if only chunks that wait
// are in the way.
func (o *opened) free() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	working, waiting := 0, 0
	var longest *patience
	for _, c := range o.chunks {
		waits, endable := c.patience.state()
		if !waits {
			working++
			continue
		}
		waiting++
		if endable && longest == nil {
			longest = c.patience
		}
	}
	switch {
	case working >= o.limit:
		return false
	case waiting < o.limit:
		return true
	case longest != nil:
		longest.end()
	}
	return false
}

func (o *opened) add(c *chunk) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.chunks = append(o.chunks, c)
}

func (o *opened) remove(c *chunk) {
	o.mu.Lock()
	o.chunks = slices.DeleteFunc(o.chunks, func(x *chunk) bool { return x == c })
	o.mu.Unlock()
	o.changed()
}
