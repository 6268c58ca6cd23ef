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
	State         State             `json:"state"`
	Identity      string            `json:"identity"` // see Identity; a resume needs the same
	Tool          Tool              `json:"tool"`
	SchemaVersion int               `json:"schema_version"`
	RulesVersion  string            `json:"rules_version"`
	Settings      map[string]string `json:"settings"` // every flag by name, as in force
	Inputs        []Input           `json:"inputs"`
	Rejects       []Reject          `json:"rejects,omitempty"` // the first 100 lines that are no name
	Names         int               `json:"names"`             // distinct valid names to scan
	Digest        string            `json:"digest"`            // evidence.NamesDigest of them
	ChunkSize     int               `json:"chunk_size"`
	Chunks        int               `json:"chunks"` // of the first pass
	Counts        Counts            `json:"counts"`

	Resolvers       []string `json:"resolvers"`
	Roots           Bundle   `json:"roots"`
	Intermediates   *Bundle  `json:"intermediates"`
	PSL             string   `json:"psl"` // revision of the Public Suffix List
	SourceAddresses []string `json:"source_addresses"`
	EHLOName        string   `json:"ehlo_name"`
	Contact         string   `json:"contact"`
	OptOutSHA256    string   `json:"opt_out_sha256,omitempty"`

	StartedAt     time.Time         `json:"started_at"`
	EndedAt       *time.Time        `json:"ended_at"`
	Interruptions []Interruption    `json:"interruptions"`
	Changes       []Change          `json:"changes"`
	Controls      []ControlChange   `json:"controls"`
	Contacts      evidence.Contacts `json:"contacts"`
	Limits        map[string]string `json:"limits"` // time and byte bounds in force, by name
}

// Tool is the program that made a snapshot.
type Tool struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Go      string `json:"go"`
}

// Input is one list.
type Input struct {
	Name     string         `json:"name"`
	SHA256   string         `json:"sha256"`
	Lines    int            `json:"lines"`
	Names    int            `json:"names"`
	Rejected map[string]int `json:"rejected"` // lines by reason
}

// Reject is one line that is no domain name.
type Reject struct {
	List   string `json:"list"`
	Line   int64  `json:"line"`
	Text   string `json:"text"`
	Reason string `json:"reason"`
}

// Counts are sums over the commit records.
type Counts struct {
	Rows         int            `json:"rows"`
	Deferred     int            `json:"deferred"` // names that await the second pass and have no row yet
	Status       map[string]int `json:"status"`
	Delivery     map[string]int `json:"delivery"`
	FirstFailure map[string]int `json:"first_failure"`
	Inconclusive map[string]int `json:"inconclusive"` // rows by inconclusive code
}

// Bundle is a set of certificates.
type Bundle struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	SHA256  string `json:"sha256"`
	Count   int    `json:"count"`
}

// Interruption is a stretch of time in which nobody scanned.
type Interruption struct {
	StoppedAt *time.Time `json:"stopped_at"` // null after a kill, which leaves no note
	ResumedAt time.Time  `json:"resumed_at"`
	Cause     string     `json:"cause"`
}

// Change is a setting that a resume gave another value.
type Change struct {
	At      time.Time `json:"at"`
	Setting string    `json:"setting"`
	From    string    `json:"from"`
	To      string    `json:"to"`
}

// ControlChange is a change in what the controls said.
type ControlChange struct {
	At     time.Time `json:"at"`
	State  string    `json:"state"` // evidence.ControlsOK and so on
	Detail string    `json:"detail"`
}

// CountsOf sums commit records. A name deferred by a record of the first pass
// awaits the second until a record of the second holds it.
func CountsOf(commits []evidence.Commit) Counts {
	c := Counts{Status: map[string]int{}, Delivery: map[string]int{}, FirstFailure: map[string]int{}, Inconclusive: map[string]int{}}
	for i := range commits {
		commit := &commits[i]
		c.Rows += commit.Rows
		if isRetry(commit.Chunk) {
			c.Deferred -= commit.Rows
		} else {
			c.Deferred += len(commit.Deferred)
		}
		sum(c.Status, commit.Status)
		sum(c.Delivery, commit.Delivery)
		sum(c.FirstFailure, commit.FirstFail)
		sum(c.Inconclusive, commit.Inconcl)
	}
	return c
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
