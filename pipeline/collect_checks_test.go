package pipeline

import (
	"context"
	"slices"
	"testing"

	"stscan/analysis"
	"stscan/internal/evidence"
)

// heard is a resolver that notes what it is asked, answers as another does, and
// says of the names in signed that it validated.
type heard struct {
	Resolver
	server string
	signed []string
	asked  []string
}

func (h *heard) Probe(ctx context.Context, q evidence.Question) evidence.Lookup {
	h.asked = append(h.asked, q.Name+" "+q.Type)
	l := h.Resolver.Probe(ctx, q)
	l.Server, l.AD = h.server, slices.Contains(h.signed, q.Name)
	return l
}

// dkim is a check as anybody may add it: one thing of the domain, one of the zone
// above it, and of a host what its alias leads to.
func dkim() analysis.Check {
	return analysis.Check{
		AskDomain: func(c *evidence.Case) []evidence.Question {
			return []evidence.Question{
				{Name: "_domainkey." + c.Domain.Target.Domain, Type: evidence.TypeTXT},
				{Name: "above.example", Type: evidence.TypeTXT},
			}
		},
		AskMX: func(c *evidence.Case, host string) []evidence.Question {
			l, ok := c.Lookup(host, evidence.TypeCNAME)
			if !ok || len(l.Records) == 0 {
				return []evidence.Question{{Name: host, Type: evidence.TypeCNAME}}
			}
			return []evidence.Question{{Name: l.Records[0], Type: evidence.TypeTLSA}}
		},
	}
}

// What belongs to the name is asked of its own resolver, what names may share
// of the shared one; a question may follow from an answer.
func TestAskChecks(t *testing.T) {
	z := zone{"example.com MX": {"10 mx1.example.com.", "20 mx2.example.com."}, "mx1.example.com CNAME": {"end.example"}}
	own, shared := &heard{Resolver: z}, &heard{Resolver: z}
	c := collector(z)
	c.DNS, c.SharedDNS, c.Checks = own, shared, []analysis.Check{dkim()}
	one(t, c)
	if want := []string{"_mta-sts.example.com TXT", "example.com MX", "_domainkey.example.com TXT"}; !slices.Equal(own.asked, want) {
		t.Errorf("asked of the name's own resolver: %v, want %v", own.asked, want)
	}
	if want := []string{"above.example TXT", "mx1.example.com CNAME", "end.example TLSA", "mx2.example.com CNAME"}; !slices.Equal(shared.asked, want) {
		t.Errorf("asked of the shared resolver: %v, want %v", shared.asked, want)
	}
}

func TestAskChecksSparesOptedOutHosts(t *testing.T) {
	z := zone{"example.com MX": {"10 mx1.example.com.", "20 mx2.example.com."}}
	shared := &heard{Resolver: z}
	c := collector(z)
	c.SharedDNS, c.Checks, c.Admission = shared, []analysis.Check{dkim()}, open{"mx1.example.com": evidence.KindOptedOut}
	one(t, c)
	if want := []string{"above.example TXT", "mx2.example.com CNAME"}; !slices.Equal(shared.asked, want) {
		t.Errorf("asked %v, want %v", shared.asked, want)
	}
}

// Once a resolver has validated an answer, every later row says so, and its
// unsigned answers count: of a name without DNSSEC the first row needs the
// control, the second does not.
func TestValidatingResolver(t *testing.T) {
	resolver := &heard{Resolver: zone{}, server: "192.0.2.53:53", signed: []string{"example", "signed.example"}}
	c := collector(zone{})
	c.DNS, c.SharedDNS, c.Checks = resolver, resolver, analysis.Checks()
	rules, err := analysis.NewRules(analysis.RulesConfig{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, domain string
		control      bool
		want         string
	}{
		{"the first", "one.example", true, "unsigned"},
		{"the second", "two.example", false, "unsigned"},
		{"a signed one", "signed.example", false, "ok"},
	} {
		resolver.asked = nil
		seen := c.Collect(t.Context(), evidence.Target{Domain: tt.domain, TLD: "example", RegistrablePrivate: tt.domain}, 1, nil)
		if got := slices.Contains(resolver.asked, "example DS"); got != tt.control {
			t.Errorf("%s: control asked: %v; %v", tt.name, got, resolver.asked)
		}
		if !slices.Equal(seen.Domain.Validating, []string{"192.0.2.53:53"}) {
			t.Errorf("%s: validating %v", tt.name, seen.Domain.Validating)
		}
		i := slices.IndexFunc(analysis.Classify(seen, rules).Adopts, func(a analysis.Adoption) bool { return a.Check == "dnssec" && a.Detail == tt.want })
		if i < 0 {
			t.Errorf("%s: adopts %v, want dnssec %s", tt.name, analysis.Classify(seen, rules).Adopts, tt.want)
		}
	}
}

// A resolver that fails says nothing of itself, whatever bits its reply has.
func TestLearnLookup(t *testing.T) {
	var v Vantage
	v.LearnLookup(evidence.Lookup{Server: "a"})
	v.LearnLookup(evidence.Lookup{Server: "b", AD: true, Failure: evidence.Failure{Kind: evidence.KindStatus}})
	if got := v.Validating(); got != nil {
		t.Errorf("nobody validated, and yet %v", got)
	}
	for range 2 {
		v.LearnLookup(evidence.Lookup{Server: "c", AD: true})
	}
	if got := v.Validating(); !slices.Equal(got, []string{"c"}) {
		t.Errorf("validating: %v", got)
	}
}
