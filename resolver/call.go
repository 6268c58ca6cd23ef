package resolver

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"

	"stscan/internal/evidence"
)

var (
	// errTimeout and errClosed wrap the errors from which neterr knows them.
	errTimeout = fmt.Errorf("no reply in time: %w", os.ErrDeadlineExceeded)
	errClosed  = fmt.Errorf("resolver closed: %w", context.Canceled)
)

// call is one question under way and the memory it needs, used again for later
// ones. It belongs to the goroutine of its Probe, but from the moment it
// stands in a slot until done is signalled, when its socket may write to it.
type call struct {
	query   []byte // as sent; the id is its first two octets
	message []byte // the reply
	err     error  // why there is none
	done    chan struct{}
	reply   reply

	// While it waits for its turn at a server.
	turn       chan bool // true = the turn has come, false = it will not
	prev, next *call
	queued     bool
}

func newCall() *call {
	return &call{
		// Both only grow to what they have to hold.
		query:   make([]byte, 0, headerLen+maxWireName+4+optLen),
		message: make([]byte, 0, 512),
		done:    make(chan struct{}, 1),
		turn:    make(chan bool, 1),
	}
}

// pack makes the message that asks q.
func (c *call) pack(q evidence.Question) (err error) {
	c.query, err = appendQuery(c.query[:0], q)
	return err
}

func (c *call) setID(id uint16) { binary.BigEndian.PutUint16(c.query, id) }

// trim lets go of what a giant reply has made large.
func (c *call) trim() {
	if cap(c.message) > keepBytes {
		c.message = make([]byte, 0, 512)
		c.reply = reply{}
	}
}

// finish ends the wait of the caller. It is called once for each time the call
// stood in a slot, by whoever took it out.
func (c *call) finish(err error) {
	c.err = err
	c.done <- struct{}{}
}
