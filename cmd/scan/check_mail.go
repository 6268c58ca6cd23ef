package main

import (
	"fmt"
	"strings"

	"stscan/analysis"
	"stscan/internal/evidence"
)

func (t *text) mailServers() {
	v := &t.verdict
	i, word := t.mailOutcome()
	t.heading("Mail servers", i, word)
	t.lookup(v.Domain, evidence.TypeMX, false)
	for i := range v.MX {
		t.mailHost(&v.MX[i])
	}
}

// mailOutcome counts the hosts that a sender in mode enforce could use.
func (t *text) mailOutcome() (ink, string) {
	v := &t.verdict
	switch v.MXStatus {
	case analysis.MXNull:
		return plain, "none: the domain says that it takes no mail (RFC 7505)"
	case analysis.MXNone:
		return plain, "none"
	case analysis.MXInconclusive:
		return violet, "could not be told"
	}
	good, bad := 0, 0
	for _, h := range v.MX {
		if h.PolicyMatch != nil && !*h.PolicyMatch || h.StartTLS != nil && !*h.StartTLS || h.CertValid != nil && !*h.CertValid {
			bad++
		} else if h.StartTLS != nil && h.CertValid != nil {
			good++
		}
	}
	word := fmt.Sprintf("%d of %d fit for mode enforce", good, len(v.MX))
	if unknown := len(v.MX) - good - bad; unknown > 0 {
		word += fmt.Sprintf(", %d could not be told", unknown)
	}
	switch {
	case bad > 0:
		return red, word
	case good > 0:
		return green, word
	}
	return violet, word
}

func (t *text) mailHost(h *analysis.MXVerdict) {
	t.put(bold, "  %d %s", h.Preference, h.Host)
	if h.PolicyMatch != nil {
		if *h.PolicyMatch {
			t.put(green, "  listed in the policy as %s", *h.MatchedPattern)
		} else {
			t.put(red, "  not listed in the policy")
		}
	}
	t.end()
	for _, rrtype := range []string{evidence.TypeA, evidence.TypeAAAA} {
		if l, ok := t.seen.Lookup(h.Host, rrtype); ok && len(l.Records) == 0 {
			t.line(faint, "    %s%s: %s", rrtype, chainText(l.Chain), answerText(l))
		} else if ok {
			t.line(plain, "    %s%s: %s", rrtype, chainText(l.Chain), shortened(strings.Join(l.Records, ", ")))
		}
	}
	for i := range t.seen.Sessions {
		if s := &t.seen.Sessions[i]; s.Endpoint.Host == h.Host {
			t.session(s)
		}
	}
	t.skipped("    ", evidence.StepMX, h.Host)
}

func (t *text) session(s *evidence.Session) {
	t.put(plain, "    %s: ", s.Endpoint.Addr)
	if s.StartTLS != nil {
		t.put(plain, "STARTTLS, ")
	}
	t.failure(s.Failure)
	if last := lastReplyOf(s); s.Failure.Failed() && last != "" {
		t.line(plain, "      it said: %s", shortened(last))
	}
	t.tls("      ", s.TLS, s.Span.Start)
}

// lastReplyOf is the last line that the server sent before TLS.
func lastReplyOf(s *evidence.Session) string {
	for _, r := range [...]evidence.Reply{s.StartTLS, s.HELO, s.EHLO, s.Greeting} {
		if len(r) > 0 {
			return r[len(r)-1]
		}
	}
	return ""
}
