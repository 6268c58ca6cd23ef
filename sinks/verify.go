package sinks

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"stscan/internal/evidence"
)

// maxProblems bounds a report: what is broken in a thousand places is broken.
const maxProblems = 1000

// Report is what Verify found.
type Report struct {
	State        State    `json:"state"`
	Names        int      `json:"names"`    // to scan
	Rows         int      `json:"rows"`     // names with a row
	Deferred     int      `json:"deferred"` // names that await the second pass
	Chunks       int      `json:"chunks"`   // of both passes
	Sessions     int      `json:"sessions"` // rows of table mx
	Certificates int      `json:"certificates"`
	Rulesets     []string `json:"rulesets"`
	Problems     []string `json:"problems"` // one line each, at most 1000
	Omitted      int      `json:"omitted"`  // problems beyond these
}

// OK reports whether nothing is wrong.
func (r *Report) OK() bool { return len(r.Problems) == 0 }

func (r *Report) problem(format string, args ...any) {
	if len(r.Problems) == maxProblems {
		r.Omitted++
		return
	}
	r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
}

// verification is one run of Verify.
type verification struct {
	Report
	dir      string
	format   Format
	manifest Manifest
	chunks   []evidence.ChunkID   // with a commit record, sorted
	sums     map[string]Checksums // by ruleset present
	counts   Counts               // of the commit records
	names    evidence.NamesDigest // of all rows
	second   secondPass
}

// secondPass is what the commit records say of it.
type secondPass struct {
	deferred int                  // names left to it
	names    evidence.NamesDigest // of these
	chunks   int                  // committed
	rows     int                  // in these
	retried  evidence.NamesDigest // of these
}

// Verify checks the snapshot in dir against itself: hashes, counts, digests,
// references between the tables, one row a name, and nothing beside. What it
// finds is in the report; the error says that there is no snapshot to check.
// It changes nothing, and needs no lock; but a scan at work moves what it reads.
func Verify(dir string) (Report, error) {
	m, err := ReadManifest(dir)
	if err != nil {
		return Report{}, err
	}
	v := &verification{dir: dir, format: m.Format, manifest: m, sums: map[string]Checksums{}, counts: NewCounts()}
	v.State, v.Report.Names = m.State, m.Names
	if v.chunks, err = Committed(dir); err != nil {
		return v.Report, err
	}
	v.Chunks = len(v.chunks)
	if err := v.rulesets(); err != nil {
		return v.Report, err
	}
	for _, id := range v.chunks {
		record, err := ReadCommit(dir, id)
		if err != nil {
			return v.Report, err
		}
		v.add(&record)
		v.chunk(&record)
	}
	v.wholes()
	v.passes()
	v.events()
	if err := v.uniqueness(); err != nil {
		v.problem("names could not be compared: %v", err)
	}
	if err := v.strays(); err != nil {
		return v.Report, err
	}
	return v.Report, nil
}

// add counts what a commit record says, so that it need not be kept: the
// deferred names in it may be many.
func (v *verification) add(c *evidence.Commit) {
	v.counts.Add(c)
	if !c.IsFirstPass() {
		v.second.chunks++
		v.second.rows += c.Rows
		return
	}
	for _, d := range c.Deferred {
		v.second.names.Add(d.Domain)
	}
	v.second.deferred += len(c.Deferred)
}

// committed reports whether the chunk has a commit record.
func (v *verification) committed(id evidence.ChunkID) bool {
	_, ok := slices.BinarySearch(v.chunks, id)
	return ok
}

// rulesets finds those present, and their checksums.
func (v *verification) rulesets() error {
	entries, err := os.ReadDir(filepath.Join(v.dir, TableVerdicts))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, entry := range entries {
		ruleset, ok := strings.CutPrefix(entry.Name(), rulesetPrefix)
		if !ok || !entry.IsDir() {
			continue // strays tells
		}
		sums, err := ReadChecksums(v.dir, ruleset)
		if err != nil {
			v.problem("checksums of ruleset %s: %v", ruleset, err)
		}
		if len(sums) == 0 && v.State == StateComplete {
			v.problem("checksums of ruleset %s: none", ruleset)
		}
		for name := range sums {
			if id, ok := chunkOf(name, v.format.ext()); !ok || !v.committed(id) {
				v.problem("checksums of ruleset %s: %s is of no committed chunk", ruleset, name)
			}
		}
		v.sums[ruleset] = sums
		v.Rulesets = append(v.Rulesets, ruleset)
	}
	return nil
}

// wholes compares the sums over all chunks with the manifest.
func (v *verification) wholes() {
	counts := v.counts
	v.Deferred = counts.Deferred
	switch v.State {
	case StateComplete:
		if v.Rows != v.manifest.Names {
			v.problem("manifest: %d names, but %d rows", v.manifest.Names, v.Rows)
		}
		if digest := v.names.String(); digest != v.manifest.Digest {
			v.problem("manifest: digest of names is %s, that of the rows %s", v.manifest.Digest, digest)
		}
		if counts.Deferred != 0 {
			v.problem("complete, but %d deferred names have no row", counts.Deferred)
		}
	case StatePartial, StateRunning:
		if v.Rows+counts.Deferred > v.manifest.Names {
			v.problem("manifest: %d names, but %d rows and %d deferred", v.manifest.Names, v.Rows, counts.Deferred)
		}
	default:
		v.problem("manifest: unknown state %q", v.State)
	}
	if v.State != StateRunning { // while running they may lag behind
		v.compareCounts(counts)
	}
}

func (v *verification) compareCounts(counts Counts) {
	m := v.manifest.Counts
	if m.Rows != counts.Rows || m.Deferred != counts.Deferred {
		v.problem("manifest: counts %d rows and %d deferred, the commit records %d and %d", m.Rows, m.Deferred, counts.Rows, counts.Deferred)
	}
	for _, c := range []struct {
		what      string
		have, sum map[string]int
	}{
		{"status", m.Status, counts.Status},
		{"delivery", m.Delivery, counts.Delivery},
		{"first_failure", m.FirstFailure, counts.FirstFailure},
		{"inconclusive", m.Inconclusive, counts.Inconclusive},
	} {
		if !equalCounts(c.have, c.sum) {
			v.problem("manifest: counts by %s are not those of the commit records", c.what)
		}
	}
}

// equalCounts takes a missing key for zero.
func equalCounts(a, b map[string]int) bool {
	for key, n := range a {
		if b[key] != n {
			return false
		}
	}
	for key, n := range b {
		if a[key] != n {
			return false
		}
	}
	return true
}

// passes compares the deferred names with the plan and the rows of the second pass.
func (v *verification) passes() {
	second := &v.second
	plan, err := ReadRetryPlan(v.dir)
	switch {
	case err != nil:
		v.problem("%v", err)
	case plan == nil && second.chunks > 0:
		v.problem("%d chunks of the second pass, but no %s", second.chunks, retryPlanName)
	case plan != nil && plan.Names != second.deferred:
		v.problem("%s: %d names, the commit records deferred %d", retryPlanName, plan.Names, second.deferred)
	}
	if second.rows == second.deferred && second.names != second.retried {
		v.problem("the names of the second pass are not those deferred by the first")
	}
	if second.rows > second.deferred {
		v.problem("the second pass has %d rows for %d deferred names", second.rows, second.deferred)
	}
}

func fileSHA256(name string) (hash string, err error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
