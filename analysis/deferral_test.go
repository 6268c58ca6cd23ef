package analysis

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"stscan/internal/evidence"
)

func TestDeferrable(t *testing.T) {
	r := newTestRules(t, nil)
	masked := resession(ehlo("250-x", "250 XXXXXXXX"))
	dialTimeout := stops(evidence.OpDial, evidence.KindTimeout)
	for _, tt := range []struct {
		name   string
		change change
		want   string
	}{
		{"good", func(*evidence.Case) {}, ""},
		{"broken for good", refetch(status(404)), ""},
		{"DNS", servfail(recordName, "TXT"), "inc_dns_servfail"},
		{"MX of a name that signals nothing", all(silent, servfail(domain, "MX")), "inc_dns_servfail"},
		{"policy timeout", refetch(fetchFails(evidence.OpDial, evidence.KindTimeout)), "inc_tcp_timeout"},
		{"429", refetch(status(429)), "inc_rate_limited"},
		{"MX timeout", resession(dialTimeout), "inc_tcp_timeout"},
		{"MX timeout beside a good one", second(dialTimeout), "inc_tcp_timeout"},
		{"greylisted", resession(stops(evidence.OpGreet, evidence.KindStatus, "450 later")), "inc_greylisted"},
		{"454", resession(stops(evidence.OpStartTLS, evidence.KindStatus, "454 later")), "inc_starttls_tempfail"},
		{"budget", all(noSession, skip("mx", mxHost, mxAt, "budget")), "inc_budget_exhausted"},
		{"masked: only the whole run can tell", masked, "smtp_starttls_stripped"},
		{"blocked for good", resession(stops(evidence.OpGreet, evidence.KindStatus, "554 blocked")), ""},
		{"opted out", skip("domain", domain, "", "opted_out"), ""},
		{"second attempt", all(masked, func(c *evidence.Case) { c.Domain.Attempt = 2 }), ""},
	} {
		c := deployed(tt.change)
		reason, earlier := Deferrable(Classify(c, r), c)
		if reason != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, reason, tt.want)
		}
		if reason == "" && earlier != nil {
			t.Errorf("%s: failures of a final row: %v", tt.name, earlier)
		}
	}
}

func TestEarlier(t *testing.T) {
	c := deployed(servfail(domain, "NS"), servfail(policyHost, "AAAA"), refetch(status(429)),
		resession(stops(evidence.OpGreet, evidence.KindStatus, "450-not", "450 now")))
	_, got := Deferrable(Classify(c, newTestRules(t, nil)), c)
	dns := func(step, host string) evidence.Earlier {
		return evidence.Earlier{Step: step, Host: host, Op: evidence.OpResolve, Kind: evidence.KindStatus, Reply: "SERVFAIL", At: observed}
	}
	want := []evidence.Earlier{
		dns("checks", domain),
		dns("policy", policyHost),
		{Step: "policy", Host: policyHost, Address: policyAt, Op: evidence.OpRequest, Kind: evidence.KindStatus, Reply: "429", At: observed},
		{Step: "mx", Host: mxHost, Address: mxAt, Op: evidence.OpGreet, Kind: evidence.KindStatus, Reply: "450 now", At: observed},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestSecondPass: what was deferred and fails again in the same way is judged
// with what Deferrable handed on.
func TestSecondPass(t *testing.T) {
	r := newTestRules(t, nil)
	for _, tt := range []struct {
		change change
		want   string
	}{
		{refetch(fetchFails(evidence.OpDial, evidence.KindTimeout)), "ptcp_timeout"},
		{refetch(fetchFails(evidence.OpHandshake, evidence.KindTimeout)), "ptcp_timeout"},
		{refetch(fetchFails(evidence.OpRequest, evidence.KindTimeout)), "ptcp_timeout"},
		{refetch(fetchFails(evidence.OpBody, evidence.KindTimeout)), "ptcp_timeout"},
		{refetch(status(429)), "phttp_4xx_other"},
		{resession(stops(evidence.OpStartTLS, evidence.KindStatus, "454 later")), "smtp_starttls_refused"},
		{resession(stops(evidence.OpDial, evidence.KindTimeout)), "inc_tcp_timeout"},
		{resession(ehlo("250-x", "250 XXXXXXXX")), "smtp_starttls_stripped"},
	} {
		c := deployed(tt.change)
		_, earlier := Deferrable(Classify(c, r), c)
		c.Domain.Attempt, c.Domain.Earlier = 2, earlier
		if got := joined(Classify(c, r).Codes); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}
