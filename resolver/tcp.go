package resolver

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"time"
)

// tcpDetail begins the Detail of a Failure over TCP.
const tcpDetail = "tcp: "

// askTCP asks the question in c over a connection of its own (RFC 7766), with
// the whole of timeout for all of it but the wait for leave and a free connection.
func (s *server) askTCP(ctx context.Context, c *call, timeout time.Duration) error {
	began := time.Now()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.resolver.life, cancel)()
	if _, err := s.resolver.permit(ctx); err != nil {
		c.heldTCP = time.Since(began)
		return err
	}
	select {
	case s.tcp <- struct{}{}:
		defer func() { <-s.tcp }()
	case <-ctx.Done():
		c.heldTCP = time.Since(began)
		return ctx.Err()
	}
	c.heldTCP = time.Since(began)

	n, err := s.resolver.ids.next()
	if err != nil {
		return err
	}
	c.setID(uint16(n))
	ctx, stop := context.WithTimeout(ctx, timeout)
	defer stop()
	err = s.exchangeTCP(ctx, c)
	if ended := ctx.Err(); err != nil && ended != nil {
		err = ended // what the connection says is the consequence
	}
	return err
}

func (s *server) exchangeTCP(ctx context.Context, c *call) error {
	conn, err := s.resolver.dial(ctx, "tcp", s.addr)
	if err != nil {
		return err
	}
	// Ends any read or write, and with it the exchange.
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer func() {
		if stop() {
			_ = conn.Close()
		}
	}()
	s.resolver.queries.Add(1)
	frame := binary.BigEndian.AppendUint16(make([]byte, 0, 2+len(c.query)), uint16(len(c.query)))
	if _, err := conn.Write(append(frame, c.query...)); err != nil {
		return err
	}
	for range maxStray + 1 {
		if err := c.readFrame(conn); err != nil {
			return err
		}
		f := stray
		if len(c.message) >= 2 && [2]byte(c.message) == [2]byte(c.query) {
			f = matches(c.query, c.message)
		}
		switch f {
		case match:
			return nil
		case broken:
			return errMalformed
		}
		s.resolver.dropped.Add(1)
	}
	return errMalformed
}

// readFrame reads one message with its length before it (RFC 1035 section
// 4.2.2).
func (c *call) readFrame(conn net.Conn) error {
	var length [2]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		return fmt.Errorf("reading the length: %w", err)
	}
	n := int(binary.BigEndian.Uint16(length[:]))
	if cap(c.message) < n {
		c.message = make([]byte, n)
	}
	c.message = c.message[:n]
	if _, err := io.ReadFull(conn, c.message); err != nil {
		return fmt.Errorf("reading the message: %w", err)
	}
	return nil
}
