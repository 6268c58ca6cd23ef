package resolver

import (
	"encoding/binary"
	"errors"
	"net"
	"runtime"
	"sync"
	"time"

	"golang.org/x/net/ipv4"

	"stscan/internal/evidence"
	"stscan/internal/neterr"
)

var errNoID = neterr.Observation{Kind: evidence.KindLocal, What: "no free query id"}

// socket is one connected UDP socket to a server, with the questions open on
// it by their ids. It is dialled at its first question, and again at the next
// one after it broke.
type socket struct {
	server  *server
	dialing sync.Mutex // held while dialling, so that it happens once

	mu    sync.Mutex
	link  *link // nil: to be dialled
	slots map[uint16]slot
	seq   uint64 // of the last slot filled
}

// slot is what an id is in use for. Without a call it rests: its question was
// given up, and a late reply may still come.
type slot struct {
	call *call
	seq  uint64
}

// ticket names the slot of one question.
type ticket struct {
	id  uint16
	seq uint64
}

// put gives c a slot, under its id if that is free, and its message to the writer.
// After an error c is in no slot; else it is another's to end.
func (s *socket) put(c *call) error {
	deadline := c.sent.Add(c.timeout)
	for fresh := false; ; fresh = true {
		t, open, err := s.fill(c)
		if err != nil {
			return err
		}
		if open {
			s.server.resolver.wheel.add(event{socket: s, seq: t.seq, id: t.id}, deadline)
			return nil
		}
		if fresh {
			return net.ErrClosed // broken as soon as it was made
		}
		if err := s.connect(); err != nil {
			return err
		}
	}
}

// fill puts c into a slot of the open socket, if there is one.
func (s *socket) fill(c *call) (t ticket, open bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case c.withdrew != nil:
		return t, false, c.withdrew
	case s.link == nil:
		return t, false, nil
	case len(s.slots) >= maxSlots:
		return t, false, errNoID
	}
	for {
		if _, taken := s.slots[c.id]; !taken {
			break
		}
		next, err := s.server.resolver.ids.next()
		if err != nil {
			return t, false, err
		}
		c.id = uint16(next)
	}
	s.seq++
	c.seat = ticket{id: c.id, seq: s.seq}
	s.slots[c.id] = slot{call: c, seq: s.seq}
	c.setID(c.id)
	s.link.write(c.query, c.seat)
	return c.seat, true, nil
}

// connect dials, and starts the reader and the writer.
func (s *socket) connect() error {
	s.dialing.Lock()
	defer s.dialing.Unlock()
	s.mu.Lock()
	open := s.link != nil
	s.mu.Unlock()
	if open {
		return nil
	}
	r := s.server.resolver
	conn, err := r.dial(r.life, "udp", s.server.addr)
	if err != nil {
		return err
	}
	if b, ok := conn.(interface{ SetReadBuffer(int) error }); ok {
		// What the kernel gives is enough for the window to begin with.
		_ = b.SetReadBuffer(ReadBuffer)
	}
	l := newLink(conn)
	s.mu.Lock()
	s.link = l
	s.mu.Unlock()
	if !r.start(func() { s.read(l) }) || !r.start(func() { s.write(l) }) {
		s.broken(l, errClosed)
		return errClosed
	}
	return nil
}

// read hands out replies until the link breaks or the resolver is closed.
func (s *socket) read(l *link) {
	in := newInbox()
	for {
		n, err := l.datagrams.ReadBatch(in, 0)
		switch {
		case err == nil:
			s.deliver(in[:n])
		case s.server.resolver.life.Err() != nil:
			s.broken(l, errClosed)
			return
		case refused(err):
			s.failAll(err)
		default:
			s.broken(l, err)
			return
		}
	}
}

// write sends what is put into the link until it breaks.
func (s *socket) write(l *link) {
	for range l.wake {
		// Whoever is about to ask comes first: one call of the system then
		// sends for all of them.
		runtime.Gosched()
		for s.takeOut(l) {
			s.transmit(l)
		}
	}
}

// takeOut gives the writer what there is to send, or has it sleep.
func (s *socket) takeOut(l *link) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.link == l && l.take()
}

// transmit sends what the writer has taken.
func (s *socket) transmit(l *link) {
	queries := &s.server.resolver.queries
	for batch := l.sending.batch(); len(batch) > 0; {
		queries.Add(int64(len(batch))) // before a reply can be there
		n, err := l.datagrams.WriteBatch(batch, 0)
		batch = batch[max(n, 0):]
		queries.Add(-int64(len(batch)))
		switch {
		case err == nil:
			if len(batch) == 0 {
				batch = l.sending.batch()
			}
		case refused(err):
			// The error is of an earlier datagram (ICMP port unreachable), and the
			// next was not sent. All that are open have nobody to answer them.
			s.failAll(err)
			return
		default:
			s.fail(l.sending.ticket(len(batch)), err)
			if batch = batch[1:]; len(batch) == 0 {
				batch = l.sending.batch()
			}
		}
	}
}

// refused reports ICMP port unreachable, which says that nobody listens. The
// socket itself stays good.
func refused(err error) bool {
	return neterr.Failure(evidence.OpResolve, err).Kind == evidence.KindRefused
}

// deliver gives messages to the questions they answer. What answers none is
// dropped: the question stays open, and a forger has not ended it.
func (s *socket) deliver(in []ipv4.Message) {
	var answered queue
	s.mu.Lock()
	for i := range in {
		if c := s.match(in[i].Buffers[0][:in[i].N]); c != nil {
			answered.add(c)
		}
	}
	s.mu.Unlock()
	if n := len(in) - answered.length; n > 0 {
		s.server.resolver.dropped.Add(int64(n))
	}
	s.server.settle(answered)
}

// match takes the question out of its slot that msg answers; nil = there is none.
// The caller holds the lock.
func (s *socket) match(msg []byte) *call {
	if len(msg) < 2 {
		return nil
	}
	id := binary.BigEndian.Uint16(msg)
	c := s.slots[id].call
	if c == nil {
		return nil
	}
	switch matches(c.query, msg) {
	case stray:
		return nil
	case broken:
		c.err = errMalformed
	}
	delete(s.slots, id)
	c.message = append(c.message[:0], msg...)
	return c
}

// expire is called by the wheel: a question has waited for its whole time, or
// an id has rested.
func (s *socket) expire(e event) {
	s.mu.Lock()
	at, ok := s.slots[e.id]
	switch {
	case !ok || at.seq != e.seq:
		s.mu.Unlock()
		return
	case at.call == nil:
		delete(s.slots, e.id)
		s.mu.Unlock()
		return
	}
	s.rest(e.id)
	s.mu.Unlock()
	s.end(at.call, errTimeout)
}

// end ends a question that was taken out of its slot.
func (s *socket) end(c *call, err error) {
	c.err = err
	var one queue
	one.add(c)
	s.server.settle(one)
}

// rest keeps the id of a question that was given up out of use for a while.
// The caller holds the lock.
func (s *socket) rest(id uint16) {
	s.seq++
	s.slots[id] = slot{seq: s.seq}
	s.server.resolver.wheel.add(event{socket: s, seq: s.seq, id: id}, time.Now().Add(quarantine))
}

// abandon takes a question out of its slot, for that reason. It reports false
// when somebody else did, who then ends it, or will find that it was withdrawn.
func (s *socket) abandon(c *call, reason error) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.seat.seq == 0 {
		c.withdrew = reason
		return false
	}
	if s.slots[c.seat.id].seq != c.seat.seq {
		return false
	}
	c.err = reason
	s.rest(c.seat.id)
	return true
}

// fail ends a question that could not be sent.
func (s *socket) fail(t ticket, err error) {
	s.mu.Lock()
	at := s.slots[t.id]
	open := at.seq == t.seq && at.call != nil
	if open {
		delete(s.slots, t.id)
	}
	s.mu.Unlock()
	if open {
		s.end(at.call, err)
	}
}

// failAll ends all open questions with err; their ids rest.
func (s *socket) failAll(err error) {
	var failed queue
	s.mu.Lock()
	for id, at := range s.slots {
		if at.call != nil {
			at.call.err = err
			failed.add(at.call)
			s.rest(id)
		}
	}
	s.mu.Unlock()
	s.server.settle(failed)
}

// broken gives a link up. A new one has another port, so no id needs rest.
func (s *socket) broken(l *link, err error) {
	_ = l.conn.Close() // it is of no more use, whatever it says
	var failed queue
	s.mu.Lock()
	if s.link != l {
		s.mu.Unlock()
		return // it was given up before
	}
	for _, at := range s.slots {
		if at.call != nil {
			at.call.err = err
			failed.add(at.call)
		}
	}
	s.slots = make(map[uint16]slot)
	s.link = nil
	close(l.wake)
	s.mu.Unlock()
	s.server.settle(failed)
}

// close makes the reader end, and it the writer.
func (s *socket) close() error {
	s.mu.Lock()
	l := s.link
	s.mu.Unlock()
	if l == nil {
		return nil
	}
	if err := l.conn.Close(); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}
