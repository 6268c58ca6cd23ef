package pipeline

import "stscan/internal/evidence"

// Event is something that happened to a run as a whole.
type Event = evidence.Event

// Events is told what happens to a run as a whole: pauses, passes, chunks that
// are done again. It may be called by many goroutines at once; nil: nobody listens.
type Events func(Event)

// Tell tells of something that happens now.
func (e Events) Tell(kind evidence.EventKind, fields map[string]string) {
	if e != nil {
		e(Event{At: now(), Kind: kind, Fields: fields})
	}
}
