package sinks

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"stscan/internal/evidence"
)

// chunk checks the parts of one commit record. Columns are read only of parts
// whose bytes are those recorded.
func (v *verification) chunk(c *evidence.Commit) {
	v.Rows += c.Rows
	if c.Names != c.Rows+len(c.Deferred) {
		v.problem("%s: %d names given, but %d rows and %d deferred", c.Chunk, c.Names, c.Rows, len(c.Deferred))
	}
	if !c.IsFirstPass() && len(c.Deferred) > 0 {
		v.problem("%s: the second pass deferred %d names", c.Chunk, len(c.Deferred))
	}
	sound := true
	for _, table := range evidenceTables() {
		if !v.intact(v.part(table, c.Chunk), c.Parts[table]) {
			sound = false
		}
	}
	if sound {
		if err := v.domains(c); err != nil {
			v.problem("%s: %v", c.Chunk, err)
		}
		if err := v.references(c.Chunk); err != nil {
			v.problem("%s: %v", c.Chunk, err)
		}
	}
	for ruleset, hash := range c.Verdicts {
		if _, ok := v.sums[ruleset]; !ok {
			v.problem("%s: no verdicts of ruleset %s", c.Chunk, ruleset)
		}
		if hash == "" {
			v.problem("%s: no hash of its verdicts of ruleset %s", c.Chunk, ruleset)
		}
	}
	for _, ruleset := range v.Rulesets {
		if err := v.verdicts(c, ruleset); err != nil {
			v.problem("%s: ruleset %s: %v", c.Chunk, ruleset, err)
		}
	}
}

func (v *verification) part(table string, id evidence.ChunkID) string {
	return PartPath(v.dir, table, id, v.format)
}

// intact reports whether the file is there with this hash.
func (v *verification) intact(name, hash string) bool {
	short, err := filepath.Rel(v.dir, name)
	if err != nil {
		short = name
	}
	switch have, err := fileSHA256(name); {
	case errors.Is(err, fs.ErrNotExist):
		v.problem("%s: missing", short)
	case err != nil:
		v.problem("%s: %v", short, cause(err))
	case hash == "":
		v.problem("%s: no SHA-256 is recorded for it", short)
	case have != hash:
		v.problem("%s: SHA-256 is %s, recorded %s", short, have, hash)
	default:
		return true
	}
	return false
}

// domains checks the names of the domains part.
func (v *verification) domains(c *evidence.Commit) error {
	rows, digest, err := v.namesOf(v.part(TableDomains, c.Chunk))
	if err != nil {
		return err
	}
	if rows != c.Rows || digest.String() != c.Digest {
		v.problem("%s: table domains has %d rows with digest %s, recorded %d with %s", c.Chunk, rows, digest, c.Rows, c.Digest)
	}
	v.names.Merge(digest)
	if !c.IsFirstPass() {
		v.second.retried.Merge(digest)
	}
	return nil
}

func (v *verification) namesOf(part string) (rows int, digest evidence.NamesDigest, err error) {
	err = eachString(v.format, part, "domain", func(name string) {
		rows++
		digest.Add(name)
	})
	return rows, digest, err
}

// references checks that a chunk holds all sessions and certificates it refers to.
func (v *verification) references(id evidence.ChunkID) error {
	certs, err := v.certificates(id)
	if err != nil {
		return err
	}
	mx, domains := v.part(TableMX, id), v.part(TableDomains, id)
	sessions := map[string]bool{}
	err = eachString(v.format, mx, "session_id", func(session string) {
		v.Sessions++
		if sessions[session] {
			v.problem("%s: session %s stands twice in table mx", id, session)
		}
		sessions[session] = true
	})
	if err != nil {
		return err
	}
	missing := func(what string, present map[string]bool) func(string) {
		return func(key string) {
			if !present[key] {
				present[key] = true // told once
				v.problem("%s: %s %s is referred to, but not there", id, what, key)
			}
		}
	}
	return errors.Join(
		eachString(v.format, mx, "chain", missing("certificate", certs)),
		eachString(v.format, domains, "policy_fetches.chain", missing("certificate", certs)),
		eachString(v.format, domains, "sessions", missing("session", sessions)),
	)
}

// certificates checks the certs part and returns the hashes in it.
func (v *verification) certificates(id evidence.ChunkID) (map[string]bool, error) {
	present := map[string]bool{}
	rows := 0
	for row, err := range eachRow[certRef](v.format, v.part(TableCerts, id)) {
		if err != nil {
			return nil, err
		}
		if present[row.SHA256] {
			v.problem("%s: certificate %s stands twice in table certs", id, row.SHA256)
		}
		present[row.SHA256] = true
		sum := sha256.Sum256(row.DER)
		if row.SHA256 != hex.EncodeToString(sum[:]) {
			v.problem("%s: row %d of table certs does not hold the certificate it names", id, rows)
		}
		rows++
	}
	v.Certificates += rows
	return present, nil
}

// verdicts checks the chunk's verdicts under one ruleset.
func (v *verification) verdicts(c *evidence.Commit, ruleset string) error {
	name := VerdictPath(v.dir, ruleset, c.Chunk, v.format)
	first := c.Verdicts[ruleset]
	want := v.sums[ruleset][filepath.Base(name)]
	if want == "" && v.State == StateRunning {
		want = first // checksums are written when the scan stops
	}
	if !v.intact(name, want) {
		return nil
	}
	rows, digest, err := v.namesOf(name)
	if err != nil {
		return err
	}
	if rows != c.Rows || digest.String() != c.Digest {
		v.problem("%s: verdicts of ruleset %s are not of the names of table domains", c.Chunk, ruleset)
	}
	if want != first {
		return nil // derived again, maybe by other rules: the record's counts are of the first
	}
	status := map[string]int{}
	if err := eachString(v.format, name, "status", func(s string) { status[s]++ }); err != nil {
		return err
	}
	if !equalCounts(status, c.Status) {
		v.problem("%s: counts by status %v, the verdicts say %v", c.Chunk, fmt.Sprint(c.Status), fmt.Sprint(status))
	}
	return nil
}
