//go:build linux

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
)

// What the targets allow as a multiple of what a bare client of Go's standard
// library needed on the machine where they were set (probe 0.34, fetch 0.585).
const (
	probeMultiple = probeTarget / 0.34
	fetchMultiple = fetchTarget / 0.585
)

// contactsAtOnce is fewer than Postfix has processes.
const contactsAtOnce = mailProcesses - 10

// contacts scans the deployments: in full, without the mail hosts, and without the
// policy hosts as well. What one takes beyond the next, in the same round, is the
// cost of a probe, of a fetch: connection, dialogue, handshake, judgement, rows.
// Bare clients make the same contacts in the same rounds. Every other round goes
// backwards, so that a machine that becomes slower or faster favours none.
func (p plan) contacts(ctx context.Context, w world, t *table) error {
	full, noMail, neither := &series{units: p.signalling}, &series{units: p.signalling}, &series{units: p.signalling}
	probe, fetch := &series{units: p.signalling}, &series{units: p.signalling}
	round := []func() error{
		func() error { return p.scanDeployments(ctx, w, full, "valid_enforce", "protected", true, true) },
		func() error { return p.bare(ctx, w, probe, bareProbe) },
		func() error { return p.scanDeployments(ctx, w, noMail, "", "unknown", true, false) },
		func() error { return p.bare(ctx, w, fetch, bareFetch) },
		func() error { return p.scanDeployments(ctx, w, neither, "inconclusive", "unknown", false, false) },
	}
	for range p.runs {
		for _, measure := range round {
			if err := measure(); err != nil {
				return err
			}
		}
		slices.Reverse(round)
	}
	probes, fetches := full.figures().beyond(noMail.figures()), noMail.figures().beyond(neither.figures())
	t.line(row{work: "STARTTLS probe, judged, written", cost: probes, peak: full.peak(), target: probeTarget,
		multiple: probes.over(probe.figures()), allowed: probeMultiple})
	t.line(row{work: "  the contacts alone by bare Go", cost: probe.figures(), peak: probe.peak()})
	t.line(row{work: "policy fetch, verified, written", cost: fetches, peak: noMail.peak(), target: fetchTarget,
		multiple: fetches.over(fetch.figures()), allowed: fetchMultiple})
	t.line(row{work: "  the fetches alone by bare Go", cost: fetch.figures(), peak: fetch.peak()})
	t.line(row{work: "  whole scan of a deployment", cost: full.figures(), peak: full.peak()})
	return p.curl(ctx, w, t)
}

// scanDeployments scans them with or without fetches and probes. An empty status
// is not looked at.
func (p plan) scanDeployments(ctx context.Context, w world, s *series, status, delivery string, fetch, probe bool) error {
	var optOut []string
	fetches, probes := p.signalling, p.signalling
	if !probe {
		optOut, probes = append(optOut, mailNet), 0
	}
	if !fetch {
		optOut, fetches = append(optOut, policyNet), 0
	}
	got, err := p.scan(ctx, w, deployedList, optOut...)
	if err != nil {
		return err
	}
	if err := got.want(p.signalling, status, delivery, fetches, probes); err != nil {
		return fmt.Errorf("without %v: %w", optOut, err)
	}
	s.add(got.cost)
	return nil
}

// bare makes the contacts of a kind with the standard library alone.
func (p plan) bare(ctx context.Context, w world, s *series, kind string) error {
	c, text, err := spend(ctx, filepath.Join(p.dir, "bench"), bareCommand, "-kind", kind, "-roots", w.path("roots.pem"), "-hosts", strconv.Itoa(p.signalling))
	if err != nil {
		return err
	}
	var got contacted
	if err := json.Unmarshal(text, &got); err != nil {
		return err
	}
	if got.Good != p.signalling {
		return fmt.Errorf("not the truth, which is %d: %s", p.signalling, text)
	}
	s.add(c)
	return nil
}

// curl is what a tool that does nothing but fetch needs here: beside dnsperf, a
// measure of the machine.
func (p plan) curl(ctx context.Context, w world, t *table) error {
	program, err := exec.LookPath("curl")
	if err != nil {
		t.note("curl is not installed")
		return nil
	}
	if err := w.writeURLs(min(p.signalling, curlHosts)); err != nil {
		return err
	}
	s := &series{units: min(p.signalling, curlHosts)}
	for range p.runs {
		c, _, err := spend(ctx, program, "--silent", "--fail", "--fail-early", "--cacert", w.path("roots.pem"), "--config", w.path(urls))
		if err != nil {
			return err
		}
		s.add(c)
	}
	t.line(row{work: "  the fetches alone by curl", cost: s.figures(), peak: s.peak()})
	return nil
}

// curlHosts is how many hosts curl is given: its list of addresses grows with them.
const curlHosts = 500
