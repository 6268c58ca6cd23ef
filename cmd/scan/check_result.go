package main

import (
	"strings"

	"stscan/analysis"
	"stscan/internal/evidence"
	"stscan/internal/taxonomy"
)

// resultOf sums up a domain. Lists are never null.
func resultOf(r checked) checkResult {
	v := &r.verdict
	out := checkResult{
		Domain: v.Domain, CheckedAt: v.ScannedAt, Attempt: v.Attempt,
		Status: v.Status, Delivery: v.Delivery, DeliveryIfEnforced: v.DeliveryIfEnforced, FirstFailure: v.FirstFailure,
		Codes: list(v.Codes), Findings: findingsOf(v), TLSRPT: list(reportedResults(v)),
		Record: recordOf(r), PolicyHost: policyHostOf(r),
		Policy:   checkPolicy{Valid: v.PolicyValid, Mode: v.Mode, MaxAge: v.MaxAge, MX: list(v.PolicyMX)},
		MXStatus: v.MXStatus, MX: mxOf(r), Skipped: []checkSkip{}, Adopts: []checkAdoption{},
		Advice: checkAdvice{TXT: r.advice.TXT, Policy: r.advice.Policy, Steps: list(r.advice.Steps)},
	}
	for _, s := range r.seen.Domain.Skipped {
		out.Skipped = append(out.Skipped, checkSkip(s))
	}
	for _, a := range v.Adopts {
		out.Adopts = append(out.Adopts, checkAdoption(a))
	}
	return out
}

// list is s, and never null in JSON.
func list[S ~[]E, E any](s S) []E {
	if s == nil {
		return []E{}
	}
	return s
}

func findingsOf(v *analysis.Verdict) []checkFinding {
	out := []checkFinding{}
	for _, f := range v.Findings {
		e, _ := taxonomy.Of(f.Code)
		out = append(out, checkFinding{
			Code: f.Code, Class: f.Class, Layer: f.Layer, Where: f.Where, Got: f.Got,
			Text: strings.ReplaceAll(e.Text, "<domain>", v.Domain), Cite: f.Cite, TLSRPT: f.Result, Contested: f.Contested,
		})
	}
	return out
}

func recordOf(r checked) checkRecord {
	name := analysis.RecordName(r.verdict.Domain)
	l, _ := r.seen.Lookup(name, evidence.TypeTXT)
	return checkRecord{Name: name, RCode: l.RCode, CNAME: list(l.Chain), TXT: list(l.Records), Valid: r.verdict.RecordValid, ID: r.verdict.RecordID}
}

func policyHostOf(r checked) checkPolicyHost {
	v := &r.verdict
	out := checkPolicyHost{Host: analysis.PolicyHost(v.Domain), CNAME: list(v.PolicyCNAME), Addrs: list(v.PolicyAddrs), Fetched: v.PolicyFetched, Fetches: []checkFetch{}}
	for _, f := range r.seen.Domain.Fetches {
		out.Fetches = append(out.Fetches, checkFetch{
			Address: f.Endpoint.Addr.String(), HTTPStatus: f.Status, ContentType: f.ContentType, Body: evidence.Text(f.Body),
			TLSVersion: f.TLS.Version, Certificate: leafOf(f.TLS), Failure: checkFailure(f.Failure),
		})
	}
	return out
}

func leafOf(s evidence.TLS) *certificate {
	if len(s.Chain) == 0 {
		return nil
	}
	c := summaryOfChain(s.Chain)
	c.Names = list(c.Names)
	return &c
}

func mxOf(r checked) []checkMX {
	out := []checkMX{}
	for _, h := range r.verdict.MX {
		m := checkMX{
			Host: h.Host, Preference: h.Preference, Addrs: list(h.Addrs), Match: h.PolicyMatch, Pattern: h.MatchedPattern,
			StartTLS: h.StartTLS, CertValid: h.CertValid, EnforceOK: h.EnforceOK, Sessions: []checkSession{},
		}
		for _, s := range r.seen.Sessions {
			if s.Endpoint.Host == h.Host {
				m.Sessions = append(m.Sessions, checkSession{
					Address: s.Endpoint.Addr.String(), Greeting: list([]string(s.Greeting)), EHLO: list([]string(s.EHLO)), StartTLS: list([]string(s.StartTLS)),
					TLSVersion: s.TLS.Version, Certificate: leafOf(s.TLS), Failure: checkFailure(s.Failure),
				})
			}
		}
		out = append(out, m)
	}
	return out
}
