package main

import (
	"io"
	"os"
	"sync"
)

// What the screen sends to a terminal (ECMA-48, and the private mode 7 of all
// of them): to the start of the line and clear it; cut long lines at the margin
// instead of wrapping them; wrap again.
const (
	clearLine = "\r\x1b[K"
	wrapOff   = "\x1b[?7l"
	wrapOn    = "\x1b[?7h"
)

// screen is a terminal whose last line shows the status and is written over.
// What is logged meanwhile stands above it.
type screen struct {
	mu     sync.Mutex
	w      io.Writer
	status string
}

// onScreen makes a screen of a terminal, and leaves another writer as it is.
func onScreen(w io.Writer, mode string) io.Writer {
	if mode == progressAuto && isTerminal(w) {
		return &screen{w: w}
	}
	return w
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// Write writes whole lines above the status.
func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.status == "" {
		return s.w.Write(p)
	}
	_, err := io.WriteString(s.w, clearLine+string(p)+wrapOff+s.status+wrapOn)
	return len(p), err
}

// show replaces the status; "" leaves none. A terminal that is gone is no
// reason to stop.
func (s *screen) show(status string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.status = status; status == "" {
		_, _ = io.WriteString(s.w, clearLine)
		return
	}
	_, _ = io.WriteString(s.w, clearLine+wrapOff+status+wrapOn)
}
