package sinks

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"

	"stscan/analysis"
	"stscan/internal/evidence"
)

// attemptBytes make an attempt's name: enough that two never meet.
const attemptBytes = 8

// Part is one attempt at one chunk: its parts below _work, which count for
// nothing until Commit. Its methods may be called from several goroutines.
type Part struct {
	snapshot *Snapshot
	chunk    evidence.ChunkID
	attempt  string
	folder   string

	mu       sync.Mutex
	domains  *tableWriter[DomainRow]
	mx       *tableWriter[MXRow]
	certs    *tableWriter[CertRow]
	verdicts *tableWriter[VerdictRow]
	window   window // rows of domains and verdicts not yet written
	rows     int    // names in all, those in the window included
	digest   evidence.NamesDigest
	sessions map[string]struct{} // IDs written
	seen     map[string]struct{} // SHA-256 of certificates written
	err      error               // the first failed write; nothing works after it
	state    partState
}

type partState int

const (
	partOpen      partState = iota
	partClosed              // files closed, folder still there
	partCommitted           // the folder belongs to the commit record
	partGone                // folder removed
)

// errFinished is returned to who uses a part after Commit or Abort.
var errFinished = errors.New("attempt is already committed or aborted")

// Begin starts an attempt at a chunk.
func (s *Snapshot) Begin(id evidence.ChunkID) (*Part, error) {
	if _, ok := chunkOf(string(id), ""); !ok {
		return nil, fmt.Errorf("%q is not the name of a chunk", id)
	}
	var name [attemptBytes]byte
	rand.Read(name[:])
	p := &Part{snapshot: s, chunk: id, attempt: hex.EncodeToString(name[:]),
		sessions: map[string]struct{}{}, seen: map[string]struct{}{}}
	p.folder = attemptDir(s.dir, id, p.attempt)
	if err := os.Mkdir(p.folder, 0o755); err != nil {
		return nil, fmt.Errorf("begin %s: %w", id, cause(err))
	}
	if err := p.open(); err != nil {
		return nil, errors.Join(err, p.Abort())
	}
	return p, nil
}

func (p *Part) open() (err error) {
	s := p.snapshot
	metadata := func(table string) map[string]string { return s.options.metadata(table, p.chunk) }
	at := func(table string) string { return attemptPart(p.folder, table, s.format) }
	if p.domains, err = newTableWriter[DomainRow](s, at(TableDomains), keyDomain, metadata(TableDomains)); err != nil {
		return p.failed(TableDomains, err)
	}
	if p.mx, err = newTableWriter[MXRow](s, at(TableMX), keyHost, metadata(TableMX)); err != nil {
		return p.failed(TableMX, err)
	}
	if p.certs, err = newTableWriter[CertRow](s, at(TableCerts), keySHA256, metadata(TableCerts)); err != nil {
		return p.failed(TableCerts, err)
	}
	if p.verdicts, err = newVerdictWriter(s, attemptVerdicts(p.folder, s.options.Ruleset, s.format), p.chunk); err != nil {
		return p.failed(TableVerdicts, err)
	}
	return nil
}

func newVerdictWriter(s *Snapshot, name string, id evidence.ChunkID) (*tableWriter[VerdictRow], error) {
	return newTableWriter[VerdictRow](s, name, keyDomain, s.options.verdictMetadata(id))
}

// failed remembers and returns err, in the words of a person whose disk is full.
func (p *Part) failed(table string, err error) error {
	if p.err == nil {
		p.err = fmt.Errorf("write %s part of %s: %w", table, p.chunk, cause(err))
	}
	return p.err
}

// Write adds the rows of one name. Sessions and certificates that the part
// already has are not written again. The case and the verdict must not be
// changed afterwards: they wait in a window to be put in order.
func (p *Part) Write(c evidence.Case, v analysis.Verdict) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.err != nil:
		return p.err
	case p.state != partOpen:
		return errFinished
	}
	if err := consistent(&c, &v); err != nil {
		return err
	}
	for i := range c.Sessions {
		if err := p.writeSession(&c.Sessions[i]); err != nil {
			return err
		}
	}
	for i := range c.Domain.Fetches {
		if err := p.writeChain(c.Domain.Fetches[i].TLS.Chain); err != nil {
			return err
		}
	}
	p.digest.Add(c.Domain.Target.Domain)
	p.rows++
	p.window.add(&c.Domain, &v)
	if p.window.full() {
		return p.writeWindow()
	}
	return nil
}

// writeWindow writes the rows that wait.
func (p *Part) writeWindow() error {
	for _, held := range p.window.take() {
		domain, err := p.domains.next()
		if err != nil {
			return p.failed(TableDomains, err)
		}
		domain.set(&held.domain)
		verdict, err := p.verdicts.next()
		if err != nil {
			return p.failed(TableVerdicts, err)
		}
		verdict.set(&held.verdict)
	}
	return nil
}

// consistent refuses rows that could not be read back as the same case.
func consistent(c *evidence.Case, v *analysis.Verdict) error {
	name := c.Domain.Target.Domain
	if v.Domain != name {
		return fmt.Errorf("verdict of %q for the evidence of %q", v.Domain, name)
	}
	if c.Domain.ScannedAt.IsZero() || v.ScannedAt.IsZero() {
		return fmt.Errorf("%s has no time of collection", name)
	}
	if !slices.EqualFunc(c.Domain.Sessions, c.Sessions, func(id string, s evidence.Session) bool { return id == s.ID }) {
		return fmt.Errorf("the sessions of %s are not those it names", name)
	}
	return nil
}

func (p *Part) writeSession(s *evidence.Session) error {
	if _, ok := p.sessions[s.ID]; ok {
		return nil
	}
	p.sessions[s.ID] = struct{}{}
	if err := p.writeChain(s.TLS.Chain); err != nil {
		return err
	}
	row, err := p.mx.next()
	if err != nil {
		return p.failed(TableMX, err)
	}
	row.set(s)
	return nil
}

func (p *Part) writeChain(chain []evidence.Certificate) error {
	for i := range chain {
		if _, ok := p.seen[chain[i].SHA256]; ok {
			continue
		}
		p.seen[chain[i].SHA256] = struct{}{}
		row, err := p.certs.next()
		if err != nil {
			return p.failed(TableCerts, err)
		}
		row.set(&chain[i])
	}
	return nil
}

// Abort removes the attempt. After Commit it does nothing, so it may be deferred.
func (p *Part) Abort() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.state == partCommitted || p.state == partGone {
		return nil
	}
	var errs []error
	if p.state == partOpen {
		for _, w := range p.writers() {
			errs = append(errs, w.abandon())
		}
	}
	p.state = partGone
	return errors.Join(append(errs, os.RemoveAll(p.folder))...)
}

// tableFile is what closing needs of a tableWriter.
type tableFile interface {
	finish() (sha256 string, err error)
	abandon() error
}

// writers are those opened so far, by table.
func (p *Part) writers() map[string]tableFile {
	open := map[string]tableFile{}
	if p.domains != nil {
		open[TableDomains] = p.domains
	}
	if p.mx != nil {
		open[TableMX] = p.mx
	}
	if p.certs != nil {
		open[TableCerts] = p.certs
	}
	if p.verdicts != nil {
		open[TableVerdicts] = p.verdicts
	}
	return open
}
