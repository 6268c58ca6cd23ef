package probe

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"time"

	"stscan/internal/evidence"
	"stscan/internal/neterr"
)

// DialFunc opens a connection to one address; network is "tcp". It is the only
// way out of this package. An error may be a neterr.Refusal.
type DialFunc func(ctx context.Context, network string, addr netip.AddrPort) (net.Conn, error)

// wire is one connection under the context of its probe. Every step sets one
// absolute deadline, which a peer that drips bytes does not move.
type wire struct {
	conn net.Conn
	ctx  context.Context
	stop func() bool
}

// open dials addr within limit. The end of ctx, for whatever reason, ends the
// pending read or write of the connection at once.
func open(ctx context.Context, dial DialFunc, addr netip.AddrPort, limit time.Duration) (*wire, error) {
	dialCtx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	conn, err := dial(dialCtx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	w := &wire{conn: conn, ctx: ctx}
	w.stop = context.AfterFunc(ctx, w.expire)
	return w, nil
}

// expire makes all present and future reads and writes time out.
func (w *wire) expire() { w.conn.SetDeadline(time.Unix(1, 0)) }

// step begins a step that may take at most limit. The end of the context, its
// own deadline included, comes through expire.
func (w *wire) step(limit time.Duration) {
	w.conn.SetDeadline(time.Now().Add(limit))
	if w.ctx.Err() != nil { // expire may have run before SetDeadline did
		w.expire()
	}
}

// failure is neterr.Failure, with the context's reason in place of the timeout
// by which it ended the step.
func (w *wire) failure(op evidence.Op, err error) evidence.Failure {
	if cause := w.ctx.Err(); cause != nil && errors.Is(err, os.ErrDeadlineExceeded) {
		err = cause
	}
	return neterr.Failure(op, err)
}

// firstCause is why a request got no answer. What can still be read behind a
// failed write is read: a peer that closed may have said why, in an answer or
// in an alert. Only without either is the failed write the cause.
func firstCause(writeErr, readErr error) error {
	if writeErr != nil && readErr != nil && receivedAlert(readErr) == "" {
		return writeErr
	}
	return readErr
}

// dialFailure is the failure of open.
func dialFailure(err error) evidence.Failure { return neterr.Failure(evidence.OpDial, err) }

// source is our address on the connection, or "" when it has none.
func (w *wire) source() string {
	addr, err := netip.ParseAddrPort(w.conn.LocalAddr().String())
	if err != nil {
		return ""
	}
	return addr.Addr().String()
}

func (w *wire) close() {
	w.stop()
	w.conn.Close()
}

// begin is the Span of a probe that starts now, and the end of it. Start has
// the resolution with which it is stored.
func begin() (evidence.Span, func() time.Duration) {
	now := time.Now()
	return evidence.Span{Start: now.UTC().Truncate(time.Microsecond), Tries: 1},
		func() time.Duration { return time.Since(now) }
}
