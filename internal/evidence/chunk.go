package evidence

import (
	"fmt"
	"strings"
	"time"
)

// ChunkID names one chunk: the unit of work, of checkpointing and of
// distribution. "chunk-000012" is of the first pass, "retry-000003" of the second.
type ChunkID string

// FirstPass and SecondPass name the n-th chunk of their pass.
func FirstPass(n int) ChunkID  { return ChunkID(fmt.Sprintf("%s%06d", firstPass, n)) }
func SecondPass(n int) ChunkID { return ChunkID(fmt.Sprintf("%s%06d", secondPass, n)) }

const (
	firstPass  = "chunk-"
	secondPass = "retry-"
)

// IsFirstPass reports whether it is a chunk of the first pass.
func (id ChunkID) IsFirstPass() bool { return strings.HasPrefix(string(id), firstPass) }

// Deferred is a name left out of its chunk, to be done in the second pass.
type Deferred struct {
	Domain  string    `json:"domain" doc:"The name."`
	Reason  string    `json:"reason" doc:"The inconclusive code; budget_wait; controls_failed; or unconfirmed, where nothing confirmed that a failure was not ours."`
	Earlier []Earlier `json:"earlier,omitempty" doc:"Failures of the first attempt."`
}

// Commit is the record that makes a chunk done: the only truth about it.
type Commit struct {
	Chunk       ChunkID           `json:"chunk" doc:"Name of the chunk: chunk-N of the first pass, retry-N of the second."`
	Attempt     string            `json:"attempt" doc:"Name of the attempt whose parts won."`
	CommittedAt time.Time         `json:"committed_at" doc:"When, UTC."`
	Names       int               `json:"names" doc:"Names the chunk was given."`
	Rows        int               `json:"rows" doc:"Names with a row in it."`
	Digest      string            `json:"digest" doc:"Order-free digest of the names with a row."`
	Parts       map[string]string `json:"parts" doc:"SHA-256 of the part of each evidence table."`
	Verdicts    map[string]string `json:"verdicts" doc:"SHA-256 of the verdicts as first written, by ruleset."`
	Status      map[string]int    `json:"status" doc:"Rows by status."`
	Delivery    map[string]int    `json:"delivery" doc:"Rows by delivery."`
	FirstFail   map[string]int    `json:"first_failure" doc:"Rows by first failure."`
	Inconcl     map[string]int    `json:"inconclusive" doc:"Rows by inconclusive code."`
	Reached     []string          `json:"reached,omitempty" doc:"Up to two networks in which an SMTP port had accepted a connection."`
	Masked      []string          `json:"masked,omitempty" doc:"Up to two networks in which an EHLO reply had shown a masked STARTTLS."`
	Contacts    Contacts          `json:"contacts" doc:"What was sent to others since the record before."`
	Deferred    []Deferred        `json:"deferred,omitempty" doc:"Names left to the second pass."`
}

// IsFirstPass reports whether the chunk is of the first pass.
func (c Commit) IsFirstPass() bool { return c.Chunk.IsFirstPass() }

// Contacts counts what was sent to others.
type Contacts struct {
	Queries  int64 `json:"queries" doc:"DNS questions asked, retries included."`
	Policies int64 `json:"policies" doc:"Policy fetches: one an address tried."`
	Sessions int64 `json:"sessions" doc:"SMTP sessions."`
	Repeated int64 `json:"repeated" doc:"SMTP sessions beyond one a host, address and pass."`
	Controls int64 `json:"controls" doc:"Connections opened and closed again, to endpoints that had accepted one before, to tell a fault of ours."`
}

// Add adds o to c.
func (c *Contacts) Add(o Contacts) {
	c.Queries += o.Queries
	c.Policies += o.Policies
	c.Sessions += o.Sessions
	c.Repeated += o.Repeated
	c.Controls += o.Controls
}

// Sub takes o from c.
func (c *Contacts) Sub(o Contacts) {
	c.Queries -= o.Queries
	c.Policies -= o.Policies
	c.Sessions -= o.Sessions
	c.Repeated -= o.Repeated
	c.Controls -= o.Controls
}

// RetryPlan says how the deferred names are cut into the chunks of the second pass.
type RetryPlan struct {
	ChunkSize int       `json:"chunk_size" doc:"Names in a chunk of the second pass."`
	Chunks    int       `json:"chunks" doc:"How many chunks that makes."`
	Names     int       `json:"names" doc:"Names in the second pass."`
	CreatedAt time.Time `json:"created_at" doc:"When, UTC."`
	NotBefore time.Time `json:"not_before" doc:"The second pass begins at this time at the earliest, UTC."`
}
