package analysis

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"stscan/internal/evidence"
	"stscan/internal/taxonomy"
)

// The domain of most tests: one MX host, a policy in mode enforce that lists it.
const (
	domain     = "example.com"
	policyAt   = "192.0.2.1"
	mxAt       = "198.51.100.1"
	recordName = "_mta-sts.example.com"
	policyHost = "mta-sts.example.com"
	mxHost     = "mx1.example.com"
	goodBody   = "version: STSv1\nmode: enforce\nmx: mx1.example.com\nmax_age: 604800\n"
)

// change makes a case into another one.
type change func(*evidence.Case)

// deployed is a healthy deployment, changed.
func deployed(changes ...change) evidence.Case {
	c := evidence.Case{Domain: evidence.Domain{
		Target:    evidence.Target{Domain: domain, TLD: "com", Registrable: domain, RegistrablePrivate: domain},
		ScannedAt: observed, Attempt: 1, Controls: evidence.ControlsOK,
	}}
	for _, f := range slices.Concat([]change{
		txt("v=STSv1; id=1;"),
		answer(policyHost, "A", policyAt), nodata(policyHost, "AAAA"),
		fetch(policyAt, goodBody),
		answer(domain, "MX", "10 mx1.example.com."),
		answer(mxHost, "A", mxAt), nodata(mxHost, "AAAA"),
		session(mxHost, mxAt),
	}, changes) {
		f(&c)
	}
	return c
}

// lookup puts l in the place of what the case has for its question.
func lookup(l evidence.Lookup) change {
	return func(c *evidence.Case) {
		c.Domain.Lookups = slices.DeleteFunc(c.Domain.Lookups, func(o evidence.Lookup) bool { return o.Question == l.Question })
		c.Domain.Lookups = append(c.Domain.Lookups, l)
	}
}

func question(name, rrtype string) evidence.Lookup {
	return evidence.Lookup{Question: evidence.Question{Name: name, Type: rrtype}, Transport: evidence.TransportUDP,
		Span: evidence.Span{Start: observed}}
}

func answer(name, rrtype string, records ...string) change {
	l := question(name, rrtype)
	l.RCode, l.Records, l.Total = "NOERROR", records, len(records)
	return lookup(l)
}

// alias is an answer behind a chain of CNAMEs; without records it is NODATA.
func alias(name, rrtype string, chain []string, records ...string) change {
	l := question(name, rrtype)
	l.RCode, l.Chain, l.Records, l.Total = "NOERROR", chain, records, len(records)
	return lookup(l)
}

func nodata(name, rrtype string) change { return answer(name, rrtype) }

func nxdomain(name, rrtype string, chain ...string) change {
	l := question(name, rrtype)
	l.RCode, l.Chain = "NXDOMAIN", chain
	return lookup(l)
}

// fails is a lookup without a conclusive answer.
func fails(name, rrtype, rcode string, kind evidence.Kind, ede ...uint16) change {
	l := question(name, rrtype)
	l.RCode, l.EDE, l.Failure = rcode, ede, evidence.Failure{Op: evidence.OpResolve, Kind: kind}
	return lookup(l)
}

func servfail(name, rrtype string) change {
	return fails(name, rrtype, "SERVFAIL", evidence.KindStatus)
}

// both applies a change to A and AAAA of host.
func both(host string, f func(name, rrtype string) change) change {
	return all(f(host, "A"), f(host, "AAAA"))
}

func all(changes ...change) change {
	return func(c *evidence.Case) {
		for _, f := range changes {
			f(c)
		}
	}
}

func txt(records ...string) change { return answer(recordName, "TXT", records...) }

// fetch is a successful try at an address of the policy host.
func fetch(address, body string, changes ...func(*evidence.PolicyFetch)) change {
	return func(c *evidence.Case) {
		f := evidence.PolicyFetch{
			Endpoint: evidence.Endpoint{Host: policyHost, Addr: netip.MustParseAddr(address)},
			Status:   200, ContentType: "text/plain", Body: []byte(body),
			TLS:  evidence.TLS{Version: "TLS1.3", SNI: policyHost, Chain: goodChain(policyHost)},
			Span: evidence.Span{Start: observed},
		}
		for _, g := range changes {
			g(&f)
		}
		c.Domain.Fetches = append(c.Domain.Fetches, f)
	}
}

// refetch replaces all tries by one that differs.
func refetch(changes ...func(*evidence.PolicyFetch)) change {
	return all(noFetch, fetch(policyAt, goodBody, changes...))
}

func noFetch(c *evidence.Case) { c.Domain.Fetches = nil }

func body(text string) change { return all(noFetch, fetch(policyAt, text)) }

// fetchFails ends a try at a step; what comes after it was not seen.
func fetchFails(op evidence.Op, kind evidence.Kind) func(*evidence.PolicyFetch) {
	return func(f *evidence.PolicyFetch) {
		f.Failure = evidence.Failure{Op: op, Kind: kind}
		switch op {
		case evidence.OpDial, evidence.OpHandshake:
			f.TLS = evidence.TLS{}
			fallthrough
		case evidence.OpRequest:
			f.Status, f.Body, f.ContentType = 0, nil, ""
		}
	}
}

func status(code int) func(*evidence.PolicyFetch) {
	return func(f *evidence.PolicyFetch) {
		f.Status = code
		f.Failure = evidence.Failure{Op: evidence.OpRequest, Kind: evidence.KindStatus}
	}
}

// session is a good STARTTLS dialogue.
func session(host, address string, changes ...func(*evidence.Session)) change {
	return func(c *evidence.Case) {
		s := evidence.Session{
			ID:       "id" + strconv.Itoa(len(c.Sessions)),
			Endpoint: evidence.Endpoint{Host: host, Addr: netip.MustParseAddr(address)},
			Greeting: evidence.Reply{"220 " + host + " ESMTP"},
			EHLO:     evidence.Reply{"250-" + host, "250-SIZE 1000", "250 STARTTLS"},
			StartTLS: evidence.Reply{"220 go ahead"},
			TLS:      evidence.TLS{Version: "TLS1.3", SNI: host, Chain: goodChain(host)},
			Span:     evidence.Span{Start: observed},
		}
		for _, g := range changes {
			g(&s)
		}
		c.Sessions = append(c.Sessions, s)
		c.Domain.Sessions = append(c.Domain.Sessions, s.ID)
	}
}

// resession replaces all sessions by one with the MX host that differs.
func resession(changes ...func(*evidence.Session)) change {
	return all(noSession, session(mxHost, mxAt, changes...))
}

func noSession(c *evidence.Case) { c.Sessions, c.Domain.Sessions = nil, nil }

// stops ends a session at a step with the reply that ended it, if any.
func stops(op evidence.Op, kind evidence.Kind, reply ...string) func(*evidence.Session) {
	return func(s *evidence.Session) {
		s.Failure = evidence.Failure{Op: op, Kind: kind}
		switch op {
		case evidence.OpDial:
			s.Greeting, s.EHLO, s.StartTLS, s.TLS = nil, nil, nil, evidence.TLS{}
		case evidence.OpGreet:
			s.Greeting, s.EHLO, s.StartTLS, s.TLS = reply, nil, nil, evidence.TLS{}
		case evidence.OpEHLO:
			s.EHLO, s.StartTLS, s.TLS = reply, nil, evidence.TLS{}
		case evidence.OpStartTLS:
			s.StartTLS, s.TLS = reply, evidence.TLS{}
		case evidence.OpHandshake:
			s.TLS.Chain, s.TLS.Version = nil, ""
		}
	}
}

func ehlo(lines ...string) func(*evidence.Session) {
	return func(s *evidence.Session) { s.EHLO, s.StartTLS, s.TLS = lines, nil, evidence.TLS{} }
}

func shows(chain []evidence.Certificate) func(*evidence.Session) {
	return func(s *evidence.Session) { s.TLS.Chain = chain }
}

func skip(step, host, address, why string) change {
	return func(c *evidence.Case) {
		c.Domain.Skipped = append(c.Domain.Skipped, evidence.Skip{Step: step, Host: host, Address: address, Why: why})
	}
}

func reached(networks ...string) change {
	return func(c *evidence.Case) { c.Domain.Reached = networks }
}

// secondAttempt comes after a failure of the first.
func secondAttempt(host, address string, op evidence.Op, kind evidence.Kind, reply string) change {
	return func(c *evidence.Case) {
		c.Domain.Attempt = 2
		c.Domain.Earlier = append(c.Domain.Earlier, evidence.Earlier{Host: host, Address: address, Op: op, Kind: kind,
			Reply: reply, At: observed.Add(-time.Hour)})
	}
}

func controls(state string) change {
	return func(c *evidence.Case) { c.Domain.Controls = state }
}

// expect is what a test expects of a case.
type expect struct {
	name     string
	change   change
	status   taxonomy.Status
	delivery taxonomy.Delivery
	codes    string // sorted, separated by blanks
}

// run judges every case, by two rules that differ in their cache, twice each.
func run(t *testing.T, tests []expect) {
	t.Helper()
	cached, uncached := newTestRules(t, nil), newTestRules(t, func(c *RulesConfig) { c.CacheSize = -1 })
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := deployed(tt.change)
			v := Classify(c, cached)
			if v.Status != tt.status || v.Delivery != tt.delivery || joined(v.Codes) != tt.codes {
				t.Errorf("got  %s %s [%s]\nwant %s %s [%s]\nfirst failure %q, findings:\n%s",
					v.Status, v.Delivery, joined(v.Codes), tt.status, tt.delivery, tt.codes, v.FirstFailure, findingsText(v))
			}
			checkInvariants(t, v)
			for _, r := range []*Rules{cached, uncached} {
				if diff := cmp.Diff(v, Classify(c, r)); diff != "" {
					t.Errorf("judged again it differs:\n%s", diff)
				}
			}
		})
	}
}

func joined(codes []taxonomy.Code) string {
	words := make([]string, len(codes))
	for i, c := range codes {
		words[i] = string(c)
	}
	return strings.Join(words, " ")
}

func findingsText(v Verdict) string {
	var b strings.Builder
	for _, f := range v.Findings {
		b.WriteString("  " + string(f.Class) + " " + string(f.Code) + " | " + f.Where + " | " + f.Got + " | " + string(f.Result) + "\n")
	}
	return b.String()
}

// checkInvariants holds for every verdict, whatever the evidence.
func checkInvariants(t interface {
	Helper()
	Errorf(string, ...any)
}, v Verdict) {
	t.Helper()
	is := func(b *bool, want bool) bool { return b != nil && *b == want }
	if !slices.IsSorted(v.Codes) || len(slices.Compact(slices.Clone(v.Codes))) != len(v.Codes) {
		t.Errorf("codes are not sorted and unique: %v", v.Codes)
	}
	broken := strings.HasPrefix(string(v.Status), "broken_")
	if broken != (v.FirstFailure != "") {
		t.Errorf("status %s with first failure %q\n%s", v.Status, v.FirstFailure, findingsText(v))
	}
	if v.FirstFailure != "" && !slices.Contains(v.Codes, v.FirstFailure) {
		t.Errorf("first failure %s is no code of %v", v.FirstFailure, v.Codes)
	}
	valid := strings.HasPrefix(string(v.Status), "valid_")
	if valid && (!is(v.RecordValid, true) || !is(v.PolicyValid, true)) {
		t.Errorf("%s without valid record and policy", v.Status)
	}
	if v.Status == taxonomy.StatusNotDeployed && !is(v.RecordPresent, false) {
		t.Errorf("not_deployed without conclusive absence")
	}
	if v.RecordPresent == nil && v.Status != taxonomy.StatusInconclusive {
		t.Errorf("%s, though the record could not be told", v.Status)
	}
	if (v.Mode != nil) != is(v.PolicyValid, true) {
		t.Errorf("mode %v with policy_valid %v", v.Mode, v.PolicyValid)
	}
	if v.Status == "" || v.Delivery == "" || v.MXStatus == "" {
		t.Errorf("no status, delivery or mx_status: %q %q %q", v.Status, v.Delivery, v.MXStatus)
	}
	for _, c := range v.Codes {
		if _, ok := taxonomy.Of(c); !ok || strings.HasPrefix(string(c), "rpt_") {
			t.Errorf("%s does not belong into codes", c)
		}
	}
	for _, m := range v.MX {
		checkMXInvariants(t, v, m)
	}
	for _, f := range v.Findings {
		if f.Result != "" && !is(v.RecordValid, true) {
			t.Errorf("%s is reported as %s without a valid record", f.Code, f.Result)
		}
		if len(f.Got) > maxGot {
			t.Errorf("%s: got has %d bytes", f.Code, len(f.Got))
		}
	}
}

func checkMXInvariants(t interface {
	Helper()
	Errorf(string, ...any)
}, v Verdict, m MXVerdict) {
	t.Helper()
	if m.EnforceOK != nil && *m.EnforceOK {
		for _, b := range []*bool{m.PolicyMatch, m.StartTLS, m.CertValid} {
			if b == nil || !*b {
				t.Errorf("%s: enforce_ok, but not everything behind it is", m.Host)
			}
		}
	}
	if m.PolicyMatch != nil && v.PolicyValid == nil {
		t.Errorf("%s: policy_match without a policy", m.Host)
	}
	for _, c := range m.Codes {
		if !slices.Contains(v.Codes, c) {
			t.Errorf("%s: %s is no code of the domain", m.Host, c)
		}
	}
}
