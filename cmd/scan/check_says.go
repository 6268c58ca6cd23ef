package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"stscan/analysis"
	"stscan/internal/taxonomy"
)

func (t *text) findings() {
	t.heading("Findings", plain, "")
	if len(t.verdict.Findings) == 0 {
		t.line(faint, "  none")
	}
	for _, f := range t.verdict.Findings {
		t.put(inkOf(f.Class), "  %-12s %s", f.Class, f.Code)
		if f.Contested {
			t.put(faint, " (contested: not all senders mind)")
		}
		t.end()
		e, _ := taxonomy.Of(f.Code)
		t.line(plain, "    %s", strings.ReplaceAll(e.Text, "<domain>", t.verdict.Domain))
		t.put(plain, "    at %s", f.Where)
		if f.Got != "" {
			t.put(plain, ": %s", f.Got)
		}
		t.end()
		t.line(faint, "    %s", citeText(f))
	}
}

// citeText is what a finding rests on, and how a sender reports it.
func citeText(f analysis.Finding) string {
	cite := cmp.Or(f.Cite, "a fault of this scan")
	if f.Result != taxonomy.ResultNone {
		cite += "; a sender reports it as " + string(f.Result)
	}
	return cite
}

// sender says what a sender does, and what it reports.
func (t *text) sender() {
	v := &t.verdict
	t.heading("A sender", plain, string(v.Delivery))
	t.line(plain, "  %s", v.Status.Meaning())
	t.line(plain, "  %s", v.Delivery.Meaning())
	if d := v.DeliveryIfEnforced; d != nil && *d != v.Delivery {
		t.line(plain, "  In mode enforce (%s): %s", *d, d.Meaning())
	}
	t.line(plain, "  It reports (RFC 8460): %s", reportsText(v))
	t.siblings()
}

// siblings are the other standards that were asked for.
func (t *text) siblings() {
	if len(t.verdict.Adopts) == 0 {
		return
	}
	t.heading("Beside MTA-STS", plain, "")
	for _, a := range t.verdict.Adopts {
		t.line(plain, "  %-8s %s", a.Check, strings.TrimSpace(string(a.State)+" "+a.Detail))
	}
}

// reportedResults are the result types of the policy and of all MX hosts.
func reportedResults(v *analysis.Verdict) []taxonomy.Result {
	out := slices.Clone(v.PolicyTLSRPT)
	for _, h := range v.MX {
		for _, r := range h.TLSRPT {
			if !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
	}
	return out
}

func reportsText(v *analysis.Verdict) string {
	var words []string
	for _, r := range reportedResults(v) {
		words = append(words, string(r))
	}
	text := strings.Join(words, ", ")
	if len(words) == 0 {
		text = "no failure"
	}
	if analysis.NoReports(v) {
		text += "; but to nobody, since the domain has no TLSRPT record"
	}
	return text
}

// change says what to do. The texts to publish stand at the beginning of their
// lines, so that they can be copied.
func (t *text) change() {
	a := &t.advice
	t.heading("To change", plain, "")
	if len(a.Steps) == 0 {
		t.line(green, "  nothing")
	}
	for i, s := range a.Steps {
		t.wrapped(plain, fmt.Sprintf("  %d. ", i+1), s)
	}
	if a.Policy != "" {
		t.end()
		t.line(faint, "  The policy:")
		t.end()
		for line := range strings.Lines(a.Policy) {
			t.line(bold, "%s", strings.TrimRight(line, "\r\n"))
		}
	}
	if a.TXT != "" {
		t.end()
		t.line(faint, "  The record, as a line of a zone file:")
		t.end()
		t.line(bold, "%s. IN TXT \"%s\"", analysis.RecordName(t.verdict.Domain), a.TXT)
	}
}
