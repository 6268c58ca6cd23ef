package lab

import (
	"errors"
	"net"
)

// Close ends all connections and listeners and waits for what serves them.
func (w *World) Close() {
	w.mu.Lock()
	if !w.closing {
		w.closing = true
		close(w.done)
		for _, f := range w.closers {
			f()
		}
		for c := range w.open {
			c.Close()
		}
	}
	w.mu.Unlock()
	w.running.Wait()
}

// serve runs f for an accepted connection in a goroutine, closes the
// connection after it, and has Close wait for both.
func (w *World) serve(c net.Conn, f func(net.Conn)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closing {
		c.Close()
		return
	}
	w.open[c] = struct{}{}
	w.running.Go(func() {
		defer func() {
			w.mu.Lock()
			delete(w.open, c)
			w.mu.Unlock()
			c.Close()
		}()
		if w.cfg.Latency > 0 {
			f(&slowConn{Conn: c, wait: w.wait, due: true})
			return
		}
		f(c)
	})
}

// wait lets one latency pass, or less when the world is closed.
func (w *World) wait() { w.pause(w.cfg.Latency) }

// slowConn delays the first bytes that are written in answer to bytes read:
// one latency a turn of the dialogue. It is used by one goroutine.
type slowConn struct {
	net.Conn
	wait func()
	due  bool
}

func (c *slowConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.due = c.due || n > 0
	return n, err
}

func (c *slowConn) Write(b []byte) (int, error) {
	if c.due {
		c.due = false
		c.wait()
	}
	return c.Conn.Write(b)
}

// CloseWrite ends what is written, if the connection can.
func (c *slowConn) CloseWrite() error { return closeWrite(c.Conn) }

func closeWrite(c net.Conn) error {
	if h, ok := c.(interface{ CloseWrite() error }); ok {
		return h.CloseWrite()
	}
	return errors.ErrUnsupported
}
