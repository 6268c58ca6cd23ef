package resolver

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"time"

	"stscan/internal/evidence"
)

var (
	// errTimeout and errClosed wrap the errors from which neterr knows them.
	errTimeout = fmt.Errorf("no reply in time: %w", os.ErrDeadlineExceeded)
	errClosed  = fmt.Errorf("resolver closed: %w", context.Canceled)
)

// call is one question under way and the memory it needs, used again for later
// ones. It belongs to the goroutine of its Probe, but from the moment it is
// given to a server until done is signalled.
type call struct {
	query   []byte // the id is its first two octets
	message []byte // the reply
	err     error  // why there is none
	done    chan struct{}
	reply   reply

	// Where it goes.
	socket  *socket
	id      uint16 // if it is free there
	timeout time.Duration

	sent     time.Time     // when the window let it in; zero = not yet
	held     time.Duration // how long it waited for that
	heldTCP  time.Duration // how long it then waited for a free connection
	waiting  bool          // for the window; guarded by the mutex of the server
	seat     ticket        // guarded by the mutex of the socket, like the next; seq 0 = none yet
	withdrew error         // nobody waits for it any more, for this reason

	prev, next *call // in a queue
}

func newCall() *call {
	return &call{
		// Both only grow to what they have to hold.
		query:   make([]byte, 0, headerLen+maxWireName+4+optLen),
		message: make([]byte, 0, 512),
		done:    make(chan struct{}, 1),
	}
}

// pack makes the message that asks q.
func (c *call) pack(q evidence.Question) (err error) {
	c.query, err = appendQuery(c.query[:0], q)
	return err
}

// address says where c goes next, by a random number.
func (c *call) address(s *server, random uint32, timeout time.Duration) {
	c.socket = s.sockets[int(random>>16)%len(s.sockets)]
	c.id = uint16(random)
	c.timeout = timeout
	c.err, c.sent, c.held, c.heldTCP = nil, time.Time{}, 0, 0
	c.seat, c.withdrew = ticket{}, nil
}

func (c *call) setID(id uint16) { binary.BigEndian.PutUint16(c.query, id) }

// trim lets go of what a giant reply has made large.
func (c *call) trim() {
	if cap(c.message) > keepBytes {
		c.message = make([]byte, 0, 512)
		c.reply = reply{}
	}
}

// queue is a list of calls, first come first served. A call is in one at most.
type queue struct {
	first, last *call
	length      int
}

func (q *queue) add(c *call) {
	c.prev, c.next = q.last, nil
	if q.last == nil {
		q.first = c
	} else {
		q.last.next = c
	}
	q.last = c
	q.length++
}

func (q *queue) remove(c *call) {
	if c.prev == nil {
		q.first = c.next
	} else {
		c.prev.next = c.next
	}
	if c.next == nil {
		q.last = c.prev
	} else {
		c.next.prev = c.prev
	}
	q.length--
	c.prev, c.next = nil, nil
}

// pop takes the first call, if there is one.
func (q *queue) pop() (c *call, ok bool) {
	if q.first == nil {
		return nil, false
	}
	c = q.first
	q.remove(c)
	return c, true
}
