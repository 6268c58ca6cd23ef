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
	t.line(row{work: "DNS lookups: TXT at _mta-sts", cost: s.figures(), queries: queries, peak: s.peak(), target: lookupTarget})
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
	t.line(row{work: "  the same by dnsperf", cost: s.figures(), queries: 1, peak: s.peak()})
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
	t.line(row{work: "scan of silent names, no checks", cost: s.figures(), queries: queries, peak: s.peak(), target: scanTarget})
	return nil
}
