package resolver

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	"stscan/internal/evidence"
	"stscan/internal/neterr"
)

var errNoID = neterr.Observation{Kind: evidence.KindLocal, What: "no free query id"}

// socket is one connected UDP socket to a server, with the questions open on
// it by their ids. It is dialled at its first question, and again at the next
// one after it broke.
type socket struct {
	resolver *Resolver
	addr     netip.AddrPort
	dialing  sync.Mutex // held while dialling, so that it happens once

	mu    sync.Mutex
	conn  net.Conn // nil: to be dialled
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

// send puts c into a free slot, with the given random id if it is free, and writes
// its message. After an error c is in no slot.
func (s *socket) send(ctx context.Context, c *call, id uint16, deadline time.Time) (ticket, error) {
	conn, t, err := s.register(ctx, c, id)
	if err != nil {
		return t, err
	}
	s.resolver.wheel.add(event{socket: s, seq: t.seq, id: t.id}, deadline)
	_, err = conn.Write(c.query)
	if err == nil {
		s.resolver.queries.Add(1)
		return t, nil
	}
	if refused(err) {
		// The error is of an earlier datagram (ICMP port unreachable), and ours
		// was not sent. All that are open, ours too, have nobody to answer them.
		s.failAll(err)
		return t, nil
	}
	if !s.remove(t) {
		<-c.done // the reader found the socket broken first
	}
	return t, err
}

// register dials if need be, and puts c into a slot.
func (s *socket) register(ctx context.Context, c *call, id uint16) (net.Conn, ticket, error) {
	for fresh := false; ; fresh = true {
		conn, t, err := s.fill(c, id)
		if conn != nil || err != nil {
			return conn, t, err
		}
		if fresh {
			return nil, t, net.ErrClosed // broken as soon as it was made
		}
		if err := s.connect(ctx); err != nil {
			return nil, t, err
		}
	}
}

// fill puts c into a slot of the open socket, if there is one.
func (s *socket) fill(c *call, id uint16) (net.Conn, ticket, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn == nil {
		return nil, ticket{}, nil
	}
	if len(s.slots) >= maxSlots {
		return nil, ticket{}, errNoID
	}
	for {
		if _, taken := s.slots[id]; !taken {
			break
		}
		next, err := s.resolver.ids.next()
		if err != nil {
			return nil, ticket{}, err
		}
		id = uint16(next)
	}
	s.seq++
	s.slots[id] = slot{call: c, seq: s.seq}
	c.setID(id)
	return s.conn, ticket{id: id, seq: s.seq}, nil
}

// connect dials and starts the reader.
func (s *socket) connect(ctx context.Context) error {
	s.dialing.Lock()
	defer s.dialing.Unlock()
	s.mu.Lock()
	open := s.conn != nil
	s.mu.Unlock()
	if open {
		return nil
	}
	conn, err := s.resolver.dial(ctx, "udp", s.addr)
	if err != nil {
		return err
	}
	if b, ok := conn.(interface{ SetReadBuffer(int) error }); ok {
		// What the kernel gives is enough for the window to begin with.
		_ = b.SetReadBuffer(readBuffer)
	}
	s.mu.Lock()
	s.conn = conn
	s.mu.Unlock()
	if !s.resolver.start(func() { s.read(conn) }) {
		s.broken(conn, errClosed)
		return errClosed
	}
	return nil
}

// read hands out replies until conn breaks or the resolver is closed.
func (s *socket) read(conn net.Conn) {
	buf := make([]byte, maxMessage)
	for {
		n, err := conn.Read(buf)
		switch {
		case err == nil:
			s.deliver(buf[:n])
		case s.resolver.life.Err() != nil:
			s.broken(conn, errClosed)
			return
		case refused(err):
			s.failAll(err)
		default:
			s.broken(conn, err)
			return
		}
	}
}

// refused reports ICMP port unreachable, which says that nobody listens. The
// socket itself stays good.
func refused(err error) bool {
	return neterr.Failure(evidence.OpResolve, err).Kind == evidence.KindRefused
}

// deliver gives a message to the question it answers. What answers none is
// dropped: the question stays open, and a forger has not ended it.
func (s *socket) deliver(msg []byte) {
	if len(msg) < 2 {
		s.resolver.dropped.Add(1)
		return
	}
	id := binary.BigEndian.Uint16(msg)
	s.mu.Lock()
	c := s.slots[id].call
	f := stray
	if c != nil {
		f = matches(c.query, msg)
	}
	if f == stray {
		s.mu.Unlock()
		s.resolver.dropped.Add(1)
		return
	}
	delete(s.slots, id)
	c.message = append(c.message[:0], msg...)
	s.mu.Unlock()
	if f == broken {
		c.finish(errMalformed)
		return
	}
	c.finish(nil)
}

// expire is called by the wheel: a question has waited for its whole time, or
// an id has rested.
func (s *socket) expire(e event) {
	s.mu.Lock()
	at, ok := s.slots[e.id]
	if !ok || at.seq != e.seq {
		s.mu.Unlock()
		return
	}
	if at.call == nil {
		delete(s.slots, e.id)
		s.mu.Unlock()
		return
	}
	s.rest(ticket{id: e.id, seq: e.seq})
	s.mu.Unlock()
	at.call.finish(errTimeout)
}

// rest keeps the id of a question that was given up out of use for a while.
// The caller holds the lock.
func (s *socket) rest(t ticket) {
	s.seq++
	s.slots[t.id] = slot{seq: s.seq}
	s.resolver.wheel.add(event{socket: s, seq: s.seq, id: t.id}, time.Now().Add(quarantine))
}

// abandon takes a question out of its slot. It reports false when somebody
// else did, who then signals done.
func (s *socket) abandon(t ticket) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, ok := s.slots[t.id]
	if !ok || at.seq != t.seq {
		return false
	}
	s.rest(t)
	return true
}

// remove is abandon for a question that was never sent.
func (s *socket) remove(t ticket) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, ok := s.slots[t.id]
	if !ok || at.seq != t.seq {
		return false
	}
	delete(s.slots, t.id)
	return true
}

// failAll ends all open questions with err; their ids rest.
func (s *socket) failAll(err error) {
	s.mu.Lock()
	var failed []*call
	for id, at := range s.slots {
		if at.call != nil {
			failed = append(failed, at.call)
			s.rest(ticket{id: id, seq: at.seq})
		}
	}
	s.mu.Unlock()
	for _, c := range failed {
		c.finish(err)
	}
}

// broken gives conn up. A new one has another port, so no id needs rest.
func (s *socket) broken(conn net.Conn, err error) {
	_ = conn.Close() // it is of no more use, whatever it says
	s.mu.Lock()
	slots := s.slots
	s.slots = make(map[uint16]slot)
	s.conn = nil
	s.mu.Unlock()
	for _, at := range slots {
		if at.call != nil {
			at.call.finish(err)
		}
	}
}

// close makes the reader end.
func (s *socket) close() error {
	s.mu.Lock()
	conn := s.conn
	s.mu.Unlock()
	if conn == nil {
		return nil
	}
	if err := conn.Close(); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}
