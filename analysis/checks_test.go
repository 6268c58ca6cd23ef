package analysis

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stscan/internal/evidence"
)

func TestTLSRPT(t *testing.T) {
	r := newTestRules(t, nil)
	const name = "_smtp._tls.example.com"
	has := func(records ...string) change { return answer(name, "TXT", records...) }
	for _, tt := range []struct {
		name   string
		change change
		state  AdoptionState
		detail string
	}{
		{"mail", has("v=TLSRPTv1; rua=mailto:tls@example.com"), AdoptsYes, "ok"},
		{"two of both kinds", has("v=TLSRPTv1;rua=https://example.com/r,mailto:tls@example.com;"), AdoptsYes, "ok"},
		{"beside others", has("v=spf1 -all", "v=TLSRPTv1; rua=mailto:tls@example.com"), AdoptsYes, "ok"},
		{"none", nxdomain(name, "TXT"), AdoptsNo, "absent"},
		{"no data", nodata(name, "TXT"), AdoptsNo, "absent"},
		{"foreign", has("v=spf1 -all"), AdoptsNo, "rpt_foreign_txt"},
		{"two", has("v=TLSRPTv1; rua=mailto:a@b.example", "v=TLSRPTv1; rua=mailto:c@b.example"), AdoptsBroken, "rpt_multiple"},
		{"no rua", has("v=TLSRPTv1;"), AdoptsBroken, "rpt_missing_rua"},
		{"scheme", has("v=TLSRPTv1; rua=http://example.com/"), AdoptsBroken, "rpt_bad_scheme"},
		{"version", has("v=tlsrptv1; rua=mailto:a@b.example"), AdoptsBroken, "rpt_bad_version"},
		{"unknown", servfail(name, "TXT"), AdoptsUnknown, "unanswered"},
	} {
		v := Classify(deployed(tt.change), r)
		if diff := cmp.Diff([]Adoption{{Check: "tlsrpt", State: tt.state, Detail: tt.detail}}, v.Adopts); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
		if strings.Contains(joined(v.Codes), "rpt_") {
			t.Errorf("%s: codes of a check in %v", tt.name, v.Codes)
		}
	}
	if v := Classify(deployed(), r); v.Adopts != nil {
		t.Errorf("not asked, and yet: %v", v.Adopts)
	}
}

func TestChecksAreComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range Checks() {
		if c.Name == "" || c.Cite == "" || c.Doc == "" || c.Judge == nil || c.AskDomain == nil && c.AskMX == nil || seen[c.Name] {
			t.Errorf("check %q lacks something, or is there twice", c.Name)
		}
		seen[c.Name] = true
		if a := c.Judge(&evidence.Case{}); a != (Adoption{}) {
			t.Errorf("%s judges what was not asked: %v", c.Name, a)
		}
	}
}
