package evidence

import (
	"fmt"
	"time"
)

// ChunkID names one chunk: the unit of work, of checkpointing and of
// distribution. "chunk-000012" is of the first pass, "retry-000003" of the second.
type ChunkID string

// FirstPass and SecondPass name the n-th chunk of their pass.
func FirstPass(n int) ChunkID  { return ChunkID(fmt.Sprintf("chunk-%06d", n)) }
func SecondPass(n int) ChunkID { return ChunkID(fmt.Sprintf("retry-%06d", n)) }

// Deferred is a name left out of its chunk, to be done in the second pass.
type Deferred struct {
	Domain  string    `json:"domain"`
	Reason  string    `json:"reason"` // the inconclusive code, or "budget_wait"
	Earlier []Earlier `json:"earlier,omitempty"`
}

// Commit is the record that makes a chunk done: the only truth about it.
type Commit struct {
	Chunk       ChunkID           `json:"chunk"`
	Attempt     string            `json:"attempt"` // names the folder whose parts won
	CommittedAt time.Time         `json:"committed_at"`
	Names       int               `json:"names"`    // names the chunk was given
	Rows        int               `json:"rows"`     // names with a row in it
	Digest      string            `json:"digest"`   // order-free, of the names with a row
	Parts       map[string]string `json:"parts"`    // evidence table to SHA-256 of its part
	Verdicts    map[string]string `json:"verdicts"` // ruleset to SHA-256 of its part as first written
	Status      map[string]int    `json:"status"`   // rows by status
	Delivery    map[string]int    `json:"delivery"` // rows by delivery
	FirstFail   map[string]int    `json:"first_failure"`
	Inconcl     map[string]int    `json:"inconclusive"` // rows by inconclusive code
	Reached     []string          `json:"reached,omitempty"`
	Masked      []string          `json:"masked,omitempty"`
	Contacts    Contacts          `json:"contacts"`
	Deferred    []Deferred        `json:"deferred,omitempty"`
}

// Contacts counts what was sent to others.
type Contacts struct {
	Queries  int64 `json:"queries"`  // DNS questions asked (retries included)
	Policies int64 `json:"policies"` // policy fetches: one an address tried
	Sessions int64 `json:"sessions"` // SMTP sessions
	Repeated int64 `json:"repeated"` // sessions beyond one a (host, address) and pass
}

// Add adds o to c.
func (c *Contacts) Add(o Contacts) {
	c.Queries += o.Queries
	c.Policies += o.Policies
	c.Sessions += o.Sessions
	c.Repeated += o.Repeated
}

// Sub takes o from c.
func (c *Contacts) Sub(o Contacts) {
	c.Queries -= o.Queries
	c.Policies -= o.Policies
	c.Sessions -= o.Sessions
	c.Repeated -= o.Repeated
}

// RetryPlan says how the deferred names are cut into the chunks of the second pass.
type RetryPlan struct {
	ChunkSize int       `json:"chunk_size"`
	Chunks    int       `json:"chunks"`
	Names     int       `json:"names"`
	CreatedAt time.Time `json:"created_at"`
	NotBefore time.Time `json:"not_before"`
}
