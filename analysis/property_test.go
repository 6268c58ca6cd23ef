package analysis

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"stscan/internal/evidence"
)

var (
	anyOp   = rapid.SampledFrom([]evidence.Op{"", "resolve", "dial", "greet", "ehlo", "starttls", "handshake", "request", "body"})
	anyKind = rapid.SampledFrom([]evidence.Kind{"", "timeout", "refused", "reset", "unreachable", "eof", "alert", "malformed", "oversize",
		"status", "redirect", "local", "no_route", "other", "special_address", "opted_out", "budget", "cancelled"})
	anyHost = rapid.SampledFrom([]string{domain, mxHost, mxHost2, policyHost, recordName, "localhost", "192.0.2.25", ""})
	anyAddr = rapid.SampledFrom([]string{policyAt, mxAt, mxAt2, "2001:db8::1", "10.0.0.1"})
	anyWhy  = rapid.SampledFrom([]string{"cap", "not_asked", "ipv6_unavailable", "answered", "special_address", "opted_out", "budget", "cancelled"})
	anyText = rapid.OneOf(rapid.SampledFrom([]string{"v=STSv1; id=1;", "v=STSv1; id=a-b", "v=stsv1", "v=spf1 -all", "10 mx1.example.com.",
		"20 mx2.example.com.", "0 .", "10 localhost.", "10 192.0.2.25.", mxAt, policyAt, `\x`, "x.example."}), rapid.String())
	anyReply = rapid.SampledFrom([]string{"220 hi", "250 hi", "250 STARTTLS", "250-XXXXXXXA", "421 x", "450 x", "454 x", "554 blocked", "x", "502 no"})
)

func anyChange(t *rapid.T) change {
	host, addr := anyHost.Draw(t, "host"), anyAddr.Draw(t, "address")
	rrtype := rapid.SampledFrom([]string{"TXT", "A", "AAAA", "MX", "NS", "CNAME"}).Draw(t, "type")
	failure := stops(anyOp.Draw(t, "op"), anyKind.Draw(t, "kind"), anyReply.Draw(t, "reply"))
	chain := rapid.SampledFrom([][]evidence.Certificate{nil, goodChain(mxHost), goodChain(policyHost), {der([]byte("junk"))}}).Draw(t, "chain")
	switch rapid.IntRange(0, 11).Draw(t, "change") {
	case 0:
		return answer(host, rrtype, rapid.SliceOfN(anyText, 0, 3).Draw(t, "records")...)
	case 1:
		return fails(host, rrtype, rapid.SampledFrom([]string{"", "NOERROR", "SERVFAIL", "REFUSED", "NXDOMAIN"}).Draw(t, "rcode"), anyKind.Draw(t, "dns kind"))
	case 2:
		return alias(host, rrtype, rapid.SliceOfN(anyHost, 1, 3).Draw(t, "aliases"), rapid.SliceOfN(anyText, 0, 2).Draw(t, "records")...)
	case 3:
		return nxdomain(host, rrtype)
	case 4:
		return fetch(addr, rapid.OneOf(rapid.SampledFrom([]string{goodBody, "version: STSv1\nmode: none\nmax_age: 1\n", "mx: x"}), rapid.String()).Draw(t, "body"),
			fetchFails(anyOp.Draw(t, "fetch op"), anyKind.Draw(t, "fetch kind")))
	case 5:
		return refetch(func(f *evidence.PolicyFetch) {
			f.Status, f.TLS.Chain = rapid.IntRange(0, 600).Draw(t, "status"), chain
		})
	case 6:
		return session(host, addr, failure)
	case 7:
		return resession(failure, shows(chain))
	case 8:
		return skip(rapid.SampledFrom([]string{"domain", "record", "policy", "mx", "checks"}).Draw(t, "step"), host, addr, anyWhy.Draw(t, "why"))
	case 9:
		return secondAttempt(host, addr, anyOp.Draw(t, "earlier op"), anyKind.Draw(t, "earlier kind"), "")
	case 10:
		return controls(rapid.SampledFrom([]string{"ok", "failed", "off"}).Draw(t, "controls"))
	}
	return rapid.SampledFrom([]change{silent, noSession, noFetch, mode("testing"), mode("none"), two, second(), selfSignedMX}).Draw(t, "known")
}

// TestAnyEvidence: whatever is observed, the verdict makes sense, is the same at
// a second look, and does not depend on the cache.
func TestAnyEvidence(t *testing.T) {
	cached, uncached := newTestRules(t, nil), newTestRules(t, func(c *RulesConfig) { c.CacheSize = -1 })
	lenient := newTestRules(t, func(c *RulesConfig) { c.Ruleset = RulesetDeployed })
	rapid.Check(t, func(t *rapid.T) {
		c := deployed()
		for range rapid.IntRange(0, 6).Draw(t, "changes") {
			anyChange(t)(&c)
		}
		v := Classify(c, cached)
		checkInvariants(t, v)
		checkInvariants(t, Classify(c, lenient))
		if diff := cmp.Diff(v, Classify(c, uncached)); diff != "" {
			t.Fatalf("without the cache:\n%s", diff)
		}
		if reason, _ := Deferrable(v, c); reason != "" && c.Domain.Attempt > 1 {
			t.Fatalf("a row of the second attempt is deferred: %s", reason)
		}
	})
}
