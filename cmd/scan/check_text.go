package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"stscan/analysis"
	"stscan/internal/evidence"
	"stscan/internal/taxonomy"
)

// showText prints a domain for a person.
func showText(w io.Writer, colour bool) func(checked) error {
	return func(r checked) error {
		t := text{page: page{w: bufio.NewWriter(w), colour: colour}, checked: r}
		t.title()
		t.record()
		t.policyHost()
		t.policy()
		t.mailServers()
		t.findings()
		t.sender()
		t.change()
		t.end()
		return t.w.Flush()
	}
}

// text is one domain on a page.
type text struct {
	page
	checked
}

func (t *text) title() {
	v := &t.verdict
	t.put(bold, "%s", v.Domain)
	t.put(plain, ": ")
	t.line(statusInk(v.Status), "%s", v.Status)
	if t.reason != "" {
		t.line(faint, "asked twice, since the first answers gave %s", t.reason)
	}
}

func statusInk(s taxonomy.Status) ink {
	switch s {
	case taxonomy.StatusValidEnforce, taxonomy.StatusValidTesting:
		return green
	case taxonomy.StatusValidNone, taxonomy.StatusNotDeployed:
		return plain
	case taxonomy.StatusInconclusive:
		return violet
	}
	return red
}

// outcome is a heading's word for a three-valued answer.
func outcome(b *bool, yes, no string) (ink, string) {
	switch {
	case b == nil:
		return violet, "could not be told"
	case *b:
		return green, yes
	}
	return red, no
}

func (t *text) record() {
	v := &t.verdict
	i, word := plain, "none"
	if v.RecordPresent == nil || v.RecordValid != nil {
		i, word = outcome(v.RecordValid, "valid", "cannot be used")
	}
	t.heading("Record", i, word)
	t.lookup(analysis.RecordName(v.Domain), evidence.TypeTXT, true)
}

// lookup shows one answer: its aliases and its records.
func (t *text) lookup(name, rrtype string, quoted bool) {
	l, ok := t.seen.Lookup(name, rrtype)
	if !ok {
		t.line(faint, "  %s %s: not asked", rrtype, name)
		return
	}
	t.line(plain, "  %s %s%s: %s", rrtype, name, chainText(l.Chain), answerText(l))
	for _, r := range l.Records {
		if quoted {
			r = `"` + r + `"`
		}
		t.line(plain, "    %s", shortened(r))
	}
}

func chainText(chain []string) string {
	if len(chain) == 0 {
		return ""
	}
	return " -> " + strings.Join(chain, " -> ")
}

// answerText says in a few words what came.
func answerText(l evidence.Lookup) string {
	switch {
	case l.Failure.Failed():
		return strings.TrimSpace("no answer, " + string(l.Failure.Kind) + " " + l.RCode)
	case l.NXDomain():
		return "no such name (NXDOMAIN)"
	case l.NoData():
		return "no such record (NODATA)"
	case !l.Answered():
		return l.RCode
	}
	text := fmt.Sprintf("%d records, TTL %d", l.Total, l.TTL)
	if l.Total == 1 {
		text = fmt.Sprintf("TTL %d", l.TTL)
	}
	if l.AD {
		text += ", DNSSEC validated"
	}
	return text
}

// maxShown is how much is shown of one text from the network, in bytes.
const maxShown = 300

func shortened(s string) string {
	if len(s) <= maxShown {
		return s
	}
	return s[:runeEnd(s, maxShown)] + fmt.Sprintf("... (%d bytes)", len(s))
}

func (t *text) policyHost() {
	v := &t.verdict
	host := analysis.PolicyHost(v.Domain)
	i, word := outcome(v.PolicyFetched, "the policy was fetched", "no policy could be fetched")
	if v.Status == taxonomy.StatusNotDeployed && v.PolicyFetched == nil {
		i, word = plain, "none"
	}
	t.heading("Policy host", i, word)
	t.lookup(host, evidence.TypeA, false)
	t.lookup(host, evidence.TypeAAAA, false)
	for i := range t.seen.Domain.Fetches {
		t.fetch(&t.seen.Domain.Fetches[i])
	}
	t.skipped("  ", evidence.StepPolicy, host)
}

func (t *text) fetch(f *evidence.PolicyFetch) {
	t.put(plain, "  GET https://%s%s at %s: ", f.Endpoint.Host, wellKnown, f.Endpoint.Addr)
	if f.Status != 0 {
		t.put(plain, "status %d, ", f.Status)
		if f.ContentType != "" {
			t.put(plain, "%s, ", shortened(f.ContentType))
		}
		t.put(plain, "%d bytes, ", len(f.Body))
	}
	t.failure(f.Failure)
	t.tls("    ", f.TLS, f.Span.Start)
}

// wellKnown is the path of a policy (RFC 8461 section 3.3).
const wellKnown = "/.well-known/mta-sts.txt"

// failure ends a line with how something ended.
func (t *text) failure(f evidence.Failure) {
	if !f.Failed() {
		t.line(plain, "done")
		return
	}
	detail := ""
	if f.Detail != "" {
		detail = ": " + shortened(f.Detail)
	}
	t.line(red, "failed at %s, %s%s", f.Op, f.Kind, detail)
}

// tls shows a session and the certificate in it.
func (t *text) tls(indent string, s evidence.TLS, at time.Time) {
	if s.Version == "" && s.Alert == "" {
		return
	}
	t.put(plain, "%s%s", indent, strings.TrimSpace(s.Version+" "+s.Cipher))
	if s.Alert != "" {
		t.put(red, " alert %s", s.Alert)
	}
	t.end()
	if len(s.Chain) == 0 {
		return
	}
	c := summaryOfChain(s.Chain)
	if c.Unreadable != "" {
		t.line(red, "%scertificate cannot be read: %s", indent, shortened(c.Unreadable))
		return
	}
	t.line(plain, "%scertificate for %s", indent, c.namesText())
	t.line(plain, "%s  issued by %s, %d sent", indent, shortened(c.Issuer), c.Sent)
	t.put(plain, "%s  valid %s to %s", indent, c.NotBefore.Format(time.DateOnly), c.NotAfter.Format(time.DateOnly))
	days := int(c.NotAfter.Sub(at).Hours() / hoursADay)
	switch {
	case at.Before(c.NotBefore):
		t.line(red, ", not yet")
	case at.After(c.NotAfter):
		t.line(red, ", no more")
	default:
		t.line(plain, ", %d days left", days)
	}
}

const hoursADay = 24

// skipped says what was not contacted, and why.
func (t *text) skipped(indent, step, host string) {
	for _, s := range t.seen.Domain.Skipped {
		if s.Step == step && s.Host == host && s.Why != evidence.WhyAnswered {
			t.line(faint, "%s%s not contacted: %s", indent, strings.TrimSpace(s.Host+" "+s.Address), s.Why)
		}
	}
}
