package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"stscan/analysis"
	"stscan/inputs"
	"stscan/internal/escape"
	"stscan/internal/evidence"
	"stscan/pipeline"
)

// checked is all there is to say of one domain.
type checked struct {
	seen    evidence.Case
	verdict analysis.Verdict
	advice  analysis.Advice
	reason  string // why it was looked at twice; "" if it was not
}

// checker looks at one domain at a time, with the collector and the judge of a run.
type checker struct {
	scanner *scanner
	rules   *analysis.Rules
	waits   *waits
}

// newChecker wires a collector that looks at everything, signalled or not: who
// asks about one domain wants to know whether it could deploy MTA-STS, too.
func newChecker(e equipment) (*checker, error) {
	s, err := newScanner(e.network, e.conduct, 1, pipeline.All, pipeline.Always, analysis.Checks())
	if err != nil {
		return nil, err
	}
	s.slots <- struct{}{} // who looks holds the one slot
	c := &checker{scanner: s, rules: e.rules, waits: &waits{}}
	question := func(q evidence.Question) string { return "DNS, " + q.Type + " " + q.Name }
	to := func(what string) func(evidence.Endpoint) string {
		return func(e evidence.Endpoint) string { return what + " " + e.Host + " " + e.Addr.String() }
	}
	p := s.collector
	p.DNS = awaited[evidence.Question, evidence.Lookup]{p.DNS, c.waits, question}
	p.SharedDNS = awaited[evidence.Question, evidence.Lookup]{p.SharedDNS, c.waits, question}
	p.Policy = awaited[evidence.Endpoint, evidence.PolicyFetch]{p.Policy, c.waits, to("policy host")}
	p.MX = awaited[evidence.Endpoint, evidence.Session]{p.MX, c.waits, to("mail server")}
	return c, nil
}

func (c *checker) close() { c.scanner.Close() }

// check collects and judges; what may pass is collected again at once. The
// error is that of ctx: half a look is not shown.
func (c *checker) check(ctx context.Context, domain string) (checked, error) {
	r, err := c.look(ctx, domain, 1, nil)
	if err != nil {
		return r, err
	}
	reason, earlier := analysis.Deferrable(r.verdict, r.seen)
	if reason != "" {
		c.scanner.forgetFailures()
		if r, err = c.look(ctx, domain, 2, earlier); err != nil {
			return r, err
		}
		r.reason = reason
	}
	r.advice = analysis.Mend(r.verdict, r.seen)
	return r, nil
}

func (c *checker) look(ctx context.Context, domain string, attempt int, earlier []evidence.Earlier) (checked, error) {
	seen := c.scanner.collector.Collect(ctx, targetOf(domain), attempt, earlier)
	return checked{seen: seen, verdict: analysis.Classify(seen, c.rules)}, ctx.Err()
}

func targetOf(domain string) evidence.Target {
	t := evidence.Target{Domain: domain, Input: domain, TLD: domain[strings.LastIndexByte(domain, '.')+1:]}
	t.Registrable, t.RegistrablePrivate = inputs.Registrable(domain)
	return t
}

// Most answers are there before anything is said of them.
const (
	hintEvery = 5 * time.Second
	hintAfter = 3 * time.Second // what began just before is not worth a line
)

// waits knows what is being waited for, so that a person does not wonder.
type waits struct {
	mu    sync.Mutex
	what  string
	since time.Time
}

func (w *waits) set(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.what, w.since = what, time.Now()
}

func (w *waits) now() (what string, since time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.what, w.since
}

// watch says on stderr what takes long, until stop is called.
func (w *waits) watch(stderr io.Writer) (stop func()) {
	quit, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(hintEvery)
		defer ticker.Stop()
		for {
			select {
			case <-quit:
				return
			case now := <-ticker.C:
				if what, since := w.now(); what != "" && now.Sub(since) >= hintAfter {
					fmt.Fprintf(stderr, "waiting for %s (%s)\n", escape.String(what), now.Sub(since).Round(time.Second))
				}
			}
		}
	}()
	return func() { close(quit); <-ended }
}

// awaited is the decorator that tells what is being waited for.
type awaited[K comparable, E any] struct {
	next  pipeline.Prober[K, E]
	waits *waits
	name  func(K) string
}

func (a awaited[K, E]) Probe(ctx context.Context, key K) E {
	a.waits.set(a.name(key))
	defer a.waits.set("")
	return a.next.Probe(ctx, key)
}
