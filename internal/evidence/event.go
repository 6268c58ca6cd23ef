package evidence

import "time"

// EventKind says what happened to a run as a whole. The list is closed: what
// each means stands in the data dictionary.
type EventKind string

// What happens to a run as a whole.
const (
	EventRunStarted   EventKind = "run_started"
	EventRunResumed   EventKind = "run_resumed"
	EventRunEnded     EventKind = "run_ended"
	EventSetting      EventKind = "setting_changed"
	EventPaused       EventKind = "paused"
	EventWentOn       EventKind = "went_on"
	EventResolverGone EventKind = "resolver_gone"
	EventResolverBack EventKind = "resolver_back"
	EventRetryPlanned EventKind = "second_pass_planned"
	EventRetryBegun   EventKind = "second_pass_begun"
	EventChunkDropped EventKind = "chunk_dropped"
	EventOptOutRead   EventKind = "opt_out_read"
	EventOptOutWrong  EventKind = "opt_out_wrong"
	EventLogFull      EventKind = "log_full"
)

// Event is something that happened to a run as a whole, not to one of its names.
type Event struct {
	At     time.Time         `json:"at" doc:"When, UTC."`
	Kind   EventKind         `json:"kind" doc:"What happened: a word of the list event."`
	Fields map[string]string `json:"fields,omitempty" doc:"More about it, by name; numbers are written as text."`
}
