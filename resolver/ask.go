package resolver

import (
	"context"
	"errors"
	"time"
)

// errElsewhere tells one who waits for a window to look for another server.
var errElsewhere = errors.New("the server is down")

// ask sends the question in c once, over UDP, as soon as the window has room, and
// waits for the reply, which it leaves in c.message. When c.sent is zero then,
// nothing was sent; the error is errElsewhere when the server was found dead
// meanwhile.
//
// All that happens to c is done by those who bring it about: the reader, the
// wheel, the writer, whoever gives room in the window. The caller parks once.
func (s *server) ask(ctx context.Context, c *call, timeout time.Duration) error {
	now := time.Now()
	random, err := s.resolver.ids.next()
	c.address(s, random, timeout)
	if err != nil {
		c.sent = now // a try, though nothing came of it
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	room, err := s.enter(c, now)
	if err != nil {
		return err
	}
	if room {
		s.dispatch(c)
	}
	select {
	case <-c.done:
	case <-ctx.Done():
		s.withdraw(c, ctx.Err())
		<-c.done
	}
	if c.sent.IsZero() {
		c.held = time.Since(now)
	} else {
		c.held = c.sent.Sub(now)
	}
	return c.err
}

// enter opens a question, or has it wait for room in the window.
func (s *server) enter(c *call, now time.Time) (room bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return false, errClosed
	case s.window.take():
		c.sent = now
		s.health.sent(now)
		return true, nil
	}
	c.waiting = true
	s.window.waiting.add(c)
	return false, nil
}

// dispatch puts a question that is open into its socket.
func (s *server) dispatch(c *call) {
	if err := c.socket.put(c); err != nil {
		c.err = err
		var failed queue
		failed.add(c)
		s.settle(failed)
	}
}

// settle closes open questions, with what came of each in its err, puts those into
// their sockets that get room by it, and ends the wait of those that are closed.
func (s *server) settle(done queue) {
	for done.first != nil {
		now := time.Now()
		admitted, inVain, turned := s.close(done, now)
		var failed queue
		for c, more := admitted.pop(); more; c, more = admitted.pop() {
			if err := c.socket.put(c); err != nil {
				c.err = err
				failed.add(c)
			}
		}
		if inVain && s.resolver.otherLives(s, now) {
			s.evict(errElsewhere)
		}
		if turned && s.resolver.report != nil {
			s.resolver.report(s.addr, s.stats().Gone)
		}
		for c, more := done.pop(); more; c, more = done.pop() {
			c.done <- struct{}{}
		}
		done = failed
	}
}

// close closes questions and lets in as many that wait. It reports that others
// wait for a server that is down, and that it is down, or lives, since now.
func (s *server) close(done queue, now time.Time) (admitted queue, inVain, turned bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := done.first; c != nil; c = c.next {
		s.note(c, now)
		s.window.release()
	}
	for c, room := s.window.admit(); room; c, room = s.window.admit() {
		c.waiting, c.sent = false, now
		s.health.sent(now)
		admitted.add(c)
	}
	gone := s.health.down(now)
	turned, s.gone = gone != s.gone, gone
	return admitted, gone && s.window.waiting.first != nil, turned
}

// note learns from what came of one question. The caller holds the lock.
func (s *server) note(c *call, now time.Time) {
	switch err := c.err; {
	case err == nil, errors.Is(err, errMalformed):
		s.answers++
		s.health.heard()
		s.window.heard(now)
	case errors.Is(err, errTimeout):
		s.timeouts++
		s.window.missed(c.sent, now)
	case refused(err):
		s.refusals++
		s.health.refused = true
		s.health.trial = now
	}
}

// withdraw ends a question for which nobody waits any more, wherever it is. If
// somebody else has ended it in the same moment, it stays as it is.
func (s *server) withdraw(c *call, reason error) {
	s.mu.Lock()
	waiting := c.waiting
	if waiting {
		s.window.waiting.remove(c)
		c.waiting = false
	}
	s.mu.Unlock()
	switch {
	case waiting:
		c.err = reason
		c.done <- struct{}{}
	case c.socket.abandon(c, reason):
		var one queue
		one.add(c)
		s.settle(one)
	}
}

// evict sends away who waits.
func (s *server) evict(reason error) {
	s.mu.Lock()
	waiting := s.window.waiting
	s.window.waiting = queue{}
	for c := waiting.first; c != nil; c = c.next {
		c.waiting = false
	}
	s.mu.Unlock()
	for c, more := waiting.pop(); more; c, more = waiting.pop() {
		c.err = reason
		c.done <- struct{}{}
	}
}

// shut sends away who waits, for ever.
func (s *server) shut() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.evict(errClosed)
}
