package analysis

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"stscan/internal/evidence"
)

// adoptionCase is what a check must say of a healthy deployment, changed.
type adoptionCase struct {
	name   string
	change change
	state  AdoptionState
	detail string
}

// runCheck judges every case, and asks that the cases leave out none of the
// states and none of the details.
func runCheck(t *testing.T, check Check, cases []adoptionCase) {
	t.Helper()
	r := newTestRules(t, nil)
	states, details := map[AdoptionState]bool{}, map[string]bool{}
	for _, tt := range cases {
		c := deployed(tt.change)
		want := Adoption{Check: check.Name, State: tt.state, Detail: tt.detail}
		v := Classify(c, r)
		i := slices.IndexFunc(v.Adopts, func(a Adoption) bool { return a.Check == check.Name })
		if i < 0 {
			t.Errorf("%s: not asked", tt.name)
			continue
		}
		if v.Adopts[i] != want {
			t.Errorf("%s: got %s %s, want %s %s", tt.name, v.Adopts[i].State, v.Adopts[i].Detail, want.State, want.Detail)
		}
		if strings.Contains(joined(v.Codes), "rpt_") {
			t.Errorf("%s: codes of a check in %v", tt.name, v.Codes)
		}
		states[tt.state], details[tt.detail] = true, true
	}
	for _, s := range []AdoptionState{AdoptsYes, AdoptsNo, AdoptsBroken, AdoptsUnknown} {
		if !states[s] {
			t.Errorf("%s: no case with state %s", check.Name, s)
		}
	}
	for _, d := range check.Details {
		if !details[d] {
			t.Errorf("%s: no case with detail %s", check.Name, d)
		}
	}
}

func TestChecksAreComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range Checks() {
		if c.Name == "" || c.Cite == "" || !strings.HasSuffix(c.Doc, ".") || c.Judge == nil || c.AskDomain == nil && c.AskMX == nil || seen[c.Name] {
			t.Errorf("check %q lacks something, or is there twice", c.Name)
		}
		if len(c.Details) == 0 || len(c.Details) != len(slices.Compact(slices.Sorted(slices.Values(c.Details)))) {
			t.Errorf("%s: details %v", c.Name, c.Details)
		}
		seen[c.Name] = true
		if a := c.Judge(&evidence.Case{}); a != (Adoption{}) {
			t.Errorf("%s judges what was not asked: %v", c.Name, a)
		}
	}
	if v := Classify(deployed(), newTestRules(t, nil)); v.Adopts != nil {
		t.Errorf("not asked, and yet: %v", v.Adopts)
	}
}

// TestAnotherCheck: a check needs no more than its place in the slice.
func TestAnotherCheck(t *testing.T) {
	r := newTestRules(t, nil)
	r.checks = append(Checks(), Check{Name: "dkim", Judge: func(c *evidence.Case) Adoption {
		if _, ok := c.Lookup("_domainkey."+c.Domain.Target.Domain, evidence.TypeTXT); ok {
			return Adoption{State: AdoptsYes, Detail: detailOK}
		}
		return Adoption{}
	}})
	v := Classify(deployed(nodata("_domainkey.example.com", "TXT")), r)
	if want := (Adoption{"dkim", AdoptsYes, detailOK}); len(v.Adopts) != 1 || v.Adopts[0] != want {
		t.Errorf("got %v, want %v", v.Adopts, want)
	}
}

// asked answers what a check asks, and what it asks then, by respond. It fails
// where there is no end.
func asked(t interface {
	Helper()
	Fatalf(string, ...any)
}, c *evidence.Case, next func(*evidence.Case) []evidence.Question, respond func(evidence.Question) evidence.Lookup) []string {
	t.Helper()
	var out []string
	for more := true; more; {
		more = false
		for _, q := range next(c) {
			if _, known := c.Find(q); known {
				continue
			}
			more = true
			l := respond(q)
			l.Question = q
			c.Domain.Lookups = append(c.Domain.Lookups, l)
			text := q.Name + " " + q.Type
			if q.CD {
				text += " CD"
			}
			if out = append(out, text); len(out) > 100 {
				t.Fatalf("no end of questions: %v", out[:10])
			}
		}
	}
	return out
}

var anyRecord = rapid.OneOf(rapid.SampledFrom([]string{"v=spf1 -all", "v=spf1 mx/24//64 redirect=x", "v=DMARC1; p=none", "v=DMARC1; p=x; rua=mailto:a@b.example",
	"v=BIMI1; l=https://example.com/l.svg", "v=BIMI1; l=", "v=TLSRPTv1; rua=mailto:a@b.example", "3 1 1 00", "2 0 0 3003020100", "0 0 1 00", "a.example.", "example.com."}),
	rapid.StringMatching(`(v=spf1|v=DMARC1|v=BIMI1|3 1 1)[ ;=:a-z0-9/.~?+-]{0,20}`), rapid.String())

// TestAnyAnswers: whatever the DNS says, a check comes to an end, and its
// details are of its list.
func TestAnyAnswers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := deployed()
		c.Domain.Target.RegistrablePrivate = rapid.SampledFrom([]string{domain, "com", ""}).Draw(t, "registrable")
		c.Domain.Validating = rapid.SampledFrom([][]string{nil, {"a"}, {"a", "b"}}).Draw(t, "validating")
		respond := func(q evidence.Question) evidence.Lookup {
			l := evidence.Lookup{RCode: rapid.SampledFrom([]string{"NOERROR", "NOERROR", "NXDOMAIN", "SERVFAIL", ""}).Draw(t, "rcode"),
				AD: rapid.Bool().Draw(t, "ad"), Server: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "server")}
			switch l.RCode {
			case "NOERROR":
				l.Records = rapid.SliceOfN(anyRecord, 0, 3).Draw(t, "records")
				l.Total = len(l.Records)
			case "NXDOMAIN":
			default:
				l.Failure = evidence.Failure{Op: evidence.OpResolve, Kind: evidence.KindStatus}
			}
			return l
		}
		for _, check := range Checks() {
			if check.AskDomain != nil {
				asked(t, &c, check.AskDomain, respond)
			}
			if check.AskMX != nil {
				asked(t, &c, func(c *evidence.Case) []evidence.Question { return check.AskMX(c, mxHost) }, respond)
			}
			if a := check.Judge(&c); a == (Adoption{}) || !slices.Contains(check.Details, a.Detail) {
				t.Fatalf("%s: %v", check.Name, a)
			}
		}
	})
}
