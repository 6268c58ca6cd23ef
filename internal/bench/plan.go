//go:build linux

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
)

// plan is what is measured, and how often.
type plan struct {
	dir                string // of the programs, and of all that is written
	runs               int
	silent, signalling int
	only               string
	hold               bool // start the servers, and measure nothing
}

// work is one thing that is measured; it prints its lines of the table.
type work struct {
	name    string
	servers bool // it needs them
	measure func(plan, context.Context, world, *table) error
}

func all() []work {
	return []work{
		{"lookups", true, plan.lookups},
		{"scan", true, plan.silentScan},
		{"contacts", true, plan.contacts},
		{"rows", false, plan.rows},
	}
}

func works() []string {
	var names []string
	for _, w := range all() {
		names = append(names, w.name)
	}
	return names
}

// Targets, in CPU-seconds per 1,000.
const (
	lookupTarget = 0.010
	scanTarget   = 0.035
	probeTarget  = 0.65
	fetchTarget  = 0.85
)

func (p plan) measure(ctx context.Context, out io.Writer) error {
	chosen := all()
	if p.only != "" {
		chosen = slices.DeleteFunc(chosen, func(w work) bool { return w.name != p.only })
		if len(chosen) == 0 {
			return fmt.Errorf("-only %q: want one of %v", p.only, works())
		}
	}
	w := world{dir: p.dir, silent: p.silent, signalling: p.signalling}
	if slices.ContainsFunc(chosen, func(c work) bool { return c.servers }) {
		for _, step := range []func() error{w.writeLists, w.writeZone, w.writeCertificates} {
			if err := step(); err != nil {
				return err
			}
		}
		if err := w.serve(ctx); err != nil {
			return err
		}
	}
	if p.hold {
		fmt.Fprintf(out, "the servers run, on ports %d, %d and %d of 127/8; lists and roots are in %s; interrupt to end\n", dnsPort, httpsPort, smtpPort, p.dir)
		<-ctx.Done()
		return nil
	}
	t := &table{out: out}
	t.head()
	for _, c := range chosen {
		if err := c.measure(p, ctx, w, t); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return nil
}

// lookups asks for TXT at _mta-sts of names of which 98 in 100 have none.
func (p plan) lookups(ctx context.Context, w world, t *table) error {
	server := fmt.Sprintf("127.0.0.1:%d", dnsPort)
	s := &series{units: p.silent}
	queries := 0.0
	for range p.runs {
		c, text, err := spend(ctx, filepath.Join(p.dir, "bench"), lookupsCommand, "-server", server, "-list", w.path(lookupList))
		if err != nil {
			return err
		}
		var got asked
		if err := json.Unmarshal(text, &got); err != nil {
			return err
		}
		present := min(p.signalling, p.silent/50)
		if got.Names != p.silent || got.RCodes["NOERROR"] != present || got.RCodes["NXDOMAIN"] != p.silent-present {
			return fmt.Errorf("not the truth: %s", text)
		}
		queries = max(queries, float64(got.Queries)/float64(got.Names))
		s.add(c)
	}
	t.line("DNS lookups: TXT at _mta-sts", s.perThousand(), queries, s.peak(), lookupTarget)
	return p.dnsperf(ctx, w, t)
}

// dnsperf is what a tool that does nothing but send and count needs here.
func (p plan) dnsperf(ctx context.Context, w world, t *table) error {
	program, err := exec.LookPath("dnsperf")
	if err != nil {
		t.note("dnsperf is not installed")
		return nil
	}
	if err := w.writeQuestions(); err != nil {
		return err
	}
	s := &series{units: p.silent}
	for range p.runs {
		c, _, err := spend(ctx, program, "-s", "127.0.0.1", "-p", strconv.Itoa(dnsPort), "-d", w.path(questions), "-q", "256", "-c", "4", "-T", "2")
		if err != nil {
			return err
		}
		s.add(c)
	}
	t.line("  the same by dnsperf", s.perThousand(), 1, s.peak(), 0)
	return nil
}

// silentScan scans names that signal nothing.
func (p plan) silentScan(ctx context.Context, w world, t *table) error {
	s := &series{units: p.silent}
	queries := 0.0
	for range p.runs {
		got, err := p.scan(ctx, w, silentList)
		if err != nil {
			return err
		}
		if err := got.want(p.silent, "not_deployed", "unprotected", 0, 0); err != nil {
			return err
		}
		queries = max(queries, float64(got.contacts.Queries)/float64(p.silent))
		s.add(got.cost)
	}
	t.line("scan of silent names, no checks", s.perThousand(), queries, s.peak(), scanTarget)
	return nil
}

// contacts scans the deployments: in full, without the mail hosts, and without the
// policy hosts as well. What one takes beyond the next is the cost of a probe, of
// a fetch: connection, dialogue, handshake, judgement, rows.
func (p plan) contacts(ctx context.Context, w world, t *table) error {
	full, noMail, bare := &series{units: p.signalling}, &series{units: p.signalling}, &series{units: p.signalling}
	for range p.runs {
		for _, v := range []struct {
			s                *series
			optOut           []string
			status, delivery string
			fetches, probes  int
		}{
			{full, nil, "valid_enforce", "protected", p.signalling, p.signalling},
			{noMail, []string{mailNet}, "", "unknown", p.signalling, 0},
			{bare, []string{mailNet, policyNet}, "inconclusive", "unknown", 0, 0},
		} {
			got, err := p.scan(ctx, w, deployedList, v.optOut...)
			if err != nil {
				return err
			}
			if err := got.want(p.signalling, v.status, v.delivery, v.fetches, v.probes); err != nil {
				return fmt.Errorf("without %v: %w", v.optOut, err)
			}
			v.s.add(got.cost)
		}
	}
	t.line("STARTTLS probe, judged, written", full.beyond(noMail), 0, full.peak(), probeTarget)
	t.line("policy fetch, verified, written", noMail.beyond(bare), 0, noMail.peak(), fetchTarget)
	t.line("  whole scan of a deployment", full.perThousand(), 0, full.peak(), 0)
	return p.curl(ctx, w, t)
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
	t.line("  the fetches alone by curl", s.perThousand(), 0, s.peak(), 0)
	return nil
}

// curlHosts is how many hosts curl is given: its list of addresses grows with them.
const curlHosts = 500
