package lab

import (
	"io"
	"net"
	"strings"
	"time"
)

// Stream is bytes that a hostile server sends without regard to what the
// protocol wants at that place. The zero Stream stands for good manners.
type Stream struct {
	Head   string        // first of all
	Drip   time.Duration // before each byte of Head
	Repeat string        // behind it, over and over
	Times  int           // so often; 0 = until the client has had enough
	Pause  time.Duration // before each Repeat
	Then   Then
}

// Then is what comes behind a Stream.
type Then string

const (
	ThenOn    Then = ""      // what the protocol has there
	ThenClose Then = "close" // the end of the connection, in good order
	ThenHold  Then = "hold"  // silence
)

func (s Stream) set() bool { return s != Stream{} }

// batch is about how much of a Repeat without Pause is written at once.
const batch = 4 << 10

// play sends s to out, which speaks over raw. It reports whether the protocol
// goes on.
func (w *World) play(out io.Writer, raw net.Conn, s Stream) bool {
	if !w.drip(out, s.Head, s.Drip) || !w.repeat(out, s) {
		return false
	}
	if s.Then == ThenHold {
		_ = raw.SetDeadline(time.Now().Add(hold))
		stall(raw)
	}
	return s.Then == ThenOn
}

// drip writes text, with a pause before each byte if there is one.
func (w *World) drip(out io.Writer, text string, pause time.Duration) bool {
	if pause == 0 {
		_, err := io.WriteString(out, text)
		return err == nil
	}
	for i := range len(text) {
		if !w.pause(pause) {
			return false
		}
		if _, err := io.WriteString(out, text[i:i+1]); err != nil {
			return false
		}
	}
	return true
}

func (w *World) repeat(out io.Writer, s Stream) bool {
	if s.Repeat == "" {
		return true
	}
	many := 1
	if s.Pause == 0 {
		many = max(1, batch/len(s.Repeat))
	}
	text := strings.Repeat(s.Repeat, many)
	for sent := 0; s.Times == 0 || sent < s.Times; sent += many {
		if s.Times > 0 && s.Times-sent < many {
			text = strings.Repeat(s.Repeat, s.Times-sent)
		}
		if s.Pause > 0 && !w.pause(s.Pause) {
			return false
		}
		if _, err := io.WriteString(out, text); err != nil {
			return false
		}
	}
	return true
}

// pause lets time pass, and reports whether the world is still open behind it.
func (w *World) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-w.done:
		return false
	}
}

// trickle is a connection on which every byte is written after a pause.
type trickle struct {
	net.Conn
	w     *World
	pause time.Duration
}

func (c *trickle) Write(b []byte) (int, error) {
	if c.pause == 0 {
		return c.Conn.Write(b)
	}
	if !c.w.drip(c.Conn, string(b), c.pause) {
		return 0, net.ErrClosed
	}
	return len(b), nil
}

// CloseWrite ends what is written, if the connection can.
func (c *trickle) CloseWrite() error { return closeWrite(c.Conn) }
