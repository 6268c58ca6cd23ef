package sinks

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"stscan/internal/evidence"
)

// State of a snapshot.
type State string

const (
	StateRunning  State = "running"  // a scan is at it, or was killed
	StatePartial  State = "partial"  // a scan was told to stop; the same command goes on
	StateComplete State = "complete" // every name has its row
)

// Manifest says what a snapshot is of, how it was made and what is in it.
type Manifest struct {
	State         State             `json:"state" doc:"running (a scan is at it, or was killed), partial (a scan was told to stop) or complete (every name has its row)."`
	Identity      string            `json:"identity" doc:"Hash of the identity settings and of the lists; a resume needs the same."`
	Tool          Tool              `json:"tool" doc:"The program that made the snapshot."`
	Format        Format            `json:"format" doc:"How the parts of all tables are written: parquet, or jsonl for JSON lines compressed with zstd. Absent: parquet."`
	SchemaVersion int               `json:"schema_version" doc:"Version of the tables and files; raised when a column changes its name or its meaning."`
	RulesVersion  string            `json:"rules_version" doc:"Version of the rules that judged."`
	Settings      map[string]string `json:"settings" doc:"Every flag by name, as in force."`
	Inputs        []Input           `json:"inputs" doc:"The lists, in order."`
	Rejects       []Reject          `json:"rejects,omitempty" doc:"The first 100 lines of the lists that are no domain name; all of them stand in rejected.jsonl.zst."`
	Names         int               `json:"names" doc:"Distinct valid names to scan."`
	Digest        string            `json:"digest" doc:"Order-free digest of these names."`
	ChunkSize     int               `json:"chunk_size" doc:"Names in a chunk."`
	Chunks        int               `json:"chunks" doc:"Chunks of the first pass."`
	Counts        Counts            `json:"counts" doc:"Sums over the commit records."`

	Resolvers       []string `json:"resolvers" doc:"Recursive resolvers asked."`
	Roots           Bundle   `json:"roots" doc:"Trusted root certificates."`
	Intermediates   *Bundle  `json:"intermediates" doc:"Certificates given by --intermediates; null without."`
	PSL             string   `json:"psl" doc:"Revision of the Public Suffix List."`
	Operators       string   `json:"operators" doc:"Version of the data behind the labels of operators."`
	SourceAddresses []string `json:"source_addresses" doc:"Addresses the scan was made from."`
	EHLOName        string   `json:"ehlo_name" doc:"Name said in EHLO and HELO."`
	Contact         string   `json:"contact" doc:"Contact said in the User-Agent."`
	OptOutSHA256    string   `json:"opt_out_sha256,omitempty" doc:"SHA-256 of the opt-out list."`

	StartedAt     time.Time         `json:"started_at" doc:"Start of the scan, UTC."`
	EndedAt       *time.Time        `json:"ended_at" doc:"End of the scan, UTC; null until it is complete."`
	Interruptions []Interruption    `json:"interruptions" doc:"Stretches of time in which nobody scanned."`
	Changes       []Change          `json:"changes" doc:"Settings that a resume gave another value."`
	Controls      []ControlChange   `json:"controls" doc:"What the control names said, each change."`
	Contacts      evidence.Contacts `json:"contacts" doc:"What was sent to others, but for chunks that were under way when a process was killed."`
	InVain        evidence.Contacts `json:"contacts_in_vain" doc:"Of these, what was sent for chunks that were under way when a process was stopped, and so was sent again."`
	Limits        map[string]string `json:"limits" doc:"Time and byte bounds in force, by name."`
}

// Tool is the program that made a snapshot.
type Tool struct {
	Version string `json:"version" doc:"Version of the program."`
	Commit  string `json:"commit" doc:"Commit it was built from; empty when unknown."`
	Go      string `json:"go" doc:"Version of Go it was built with."`
}

// Input is one list.
type Input struct {
	Name     string         `json:"name" doc:"Name of the list."`
	SHA256   string         `json:"sha256" doc:"SHA-256 of the list as read, lower-case hex."`
	Lines    int            `json:"lines" doc:"Lines read."`
	Names    int            `json:"names" doc:"Lines that gave a name, repetitions included."`
	Rejected map[string]int `json:"rejected" doc:"Lines that gave none, by reason."`
}

// Reject is one line that is no domain name.
type Reject struct {
	List   string `json:"list" doc:"Name of the list."`
	Line   int64  `json:"line" doc:"Line of the list, from 1."`
	Text   string `json:"text" doc:"The line, bounded and escaped."`
	Reason string `json:"reason" doc:"Why it is no domain name, one word."`
}

// Counts are sums over the commit records.
type Counts struct {
	Rows         int            `json:"rows" doc:"Names with a row."`
	Deferred     int            `json:"deferred" doc:"Names that await the second pass and have no row yet."`
	Status       map[string]int `json:"status" doc:"Rows by status."`
	Delivery     map[string]int `json:"delivery" doc:"Rows by delivery."`
	FirstFailure map[string]int `json:"first_failure" doc:"Rows by first failure."`
	Inconclusive map[string]int `json:"inconclusive" doc:"Rows by inconclusive code."`
}

// Bundle is a set of certificates.
type Bundle struct {
	Name    string `json:"name" doc:"mozilla for the embedded roots, file for those of a file."`
	Version string `json:"version" doc:"Version of the set; empty when it has none."`
	SHA256  string `json:"sha256" doc:"SHA-256 over the sorted fingerprints of the certificates."`
	Count   int    `json:"count" doc:"Number of certificates."`
}

// Interruption is a stretch of time in which nobody scanned.
type Interruption struct {
	StoppedAt *time.Time `json:"stopped_at" doc:"When the scan stopped, UTC; null after a kill, which leaves no note."`
	ResumedAt time.Time  `json:"resumed_at" doc:"When it went on, UTC."`
	Cause     string     `json:"cause" doc:"Why it stopped."`
}

// Change is a setting that a resume gave another value.
type Change struct {
	At      time.Time `json:"at" doc:"When, UTC."`
	Setting string    `json:"setting" doc:"Name of the flag."`
	From    string    `json:"from" doc:"Value before."`
	To      string    `json:"to" doc:"Value after."`
}

// ControlChange is a change in what the controls said.
type ControlChange struct {
	At     time.Time  `json:"at" doc:"Since when, UTC."`
	To     *time.Time `json:"to" doc:"Until when, UTC; null for the last, and where a kill left no note."`
	State  string     `json:"state" doc:"ok, failed or off."`
	Paused bool       `json:"paused" doc:"Nothing new was begun in that time."`
	What   []string   `json:"what,omitempty" doc:"What was down: DNS, SMTP or HTTPS over IPv4 or IPv6."`
	Detail string     `json:"detail" doc:"What the controls said."`
}

// NewCounts are the sums over no commit record.
func NewCounts() Counts {
	return Counts{Status: map[string]int{}, Delivery: map[string]int{}, FirstFailure: map[string]int{}, Inconclusive: map[string]int{}}
}

// Add adds a commit record. A name deferred by a record of the first pass awaits
// the second until a record of the second holds it.
func (c *Counts) Add(record *evidence.Commit) {
	c.Rows += record.Rows
	if record.IsFirstPass() {
		c.Deferred += len(record.Deferred)
	} else {
		c.Deferred -= record.Rows
	}
	sum(c.Status, record.Status)
	sum(c.Delivery, record.Delivery)
	sum(c.FirstFailure, record.FirstFail)
	sum(c.Inconclusive, record.Inconcl)
}

func sum(total, part map[string]int) {
	for key, n := range part {
		total[key] += n
	}
}

// Identity is the hash of what must not change at a resume: the identity
// settings (CONTRACT section 1) by name, and the lists by content, in order.
func Identity(settings map[string]string, inputs []Input) string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		// Quoted, so that no two lists of settings give the same bytes. A hash
		// does not fail.
		fmt.Fprintf(h, "%q=%q\n", name, settings[name])
	}
	for _, in := range inputs {
		fmt.Fprintf(h, "list %q %q\n", in.Name, in.SHA256)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// ReadManifest reads the manifest of the snapshot in dir. Without one the error
// is fs.ErrNotExist.
func ReadManifest(dir string) (Manifest, error) {
	var m Manifest
	if err := readJSON(filepath.Join(dir, manifestName), &m); err != nil {
		return m, err
	}
	if m.SchemaVersion > SchemaVersion {
		return m, fmt.Errorf("%s: schema version %d is newer than this program's %d", dir, m.SchemaVersion, SchemaVersion)
	}
	m.Format = m.Format.orDefault()
	if err := m.Format.check(); err != nil {
		return m, fmt.Errorf("%s: %w", dir, err)
	}
	return m, nil
}

// FindUnfinished returns the id of the one snapshot below out that is not
// complete and has this identity, or "" if there is none. With several the
// choice is the user's, and an error names them.
func FindUnfinished(out, identity string) (id string, err error) {
	entries, err := os.ReadDir(out)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	var found []string
	for _, entry := range entries {
		id, ok := strings.CutPrefix(entry.Name(), snapshotPrefix)
		if !ok || !entry.IsDir() {
			continue
		}
		m, err := ReadManifest(Dir(out, id))
		if err != nil {
			continue // another's business: it stops a scan only when asked for by name
		}
		if m.State != StateComplete && m.Identity == identity {
			found = append(found, id)
		}
	}
	switch len(found) {
	case 0:
		return "", nil
	case 1:
		return found[0], nil
	}
	return "", fmt.Errorf("there are several unfinished snapshots of this scan; choose one with --snapshot: %s", strings.Join(found, ", "))
}

// writeManifest replaces the manifest as a whole.
func writeManifest(dir string, m Manifest) error {
	data, err := encode(m)
	if err != nil {
		return err
	}
	return replace(filepath.Join(dir, manifestName), filepath.Join(dir, workDir), data)
}
