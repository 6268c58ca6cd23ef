package inputs

import (
	"fmt"
	"strings"
)

// Error is a list that cannot be used: what is wrong, where, and what to do.
// Failures of our own disk are no Error.
type Error struct {
	List string // name of the list
	Line int64  // 1-based; 0 = the list as a whole
	What string
	Mend string
	Err  error // cause, or nil
}

func (e *Error) Error() string {
	var s strings.Builder
	fmt.Fprintf(&s, "list %s: ", e.List)
	if e.Line > 0 {
		fmt.Fprintf(&s, "line %d: ", e.Line)
	}
	s.WriteString(e.What)
	if e.Err != nil {
		fmt.Fprintf(&s, " (%v)", e.Err)
	}
	if e.Mend != "" {
		s.WriteString("; " + e.Mend)
	}
	return s.String()
}

func (e *Error) Unwrap() error { return e.Err }
