package analysis

import (
	"testing"

	"stscan/internal/evidence"
)

// TestRulesets: the points in which widely deployed senders are more lenient
// than the text. The same evidence, judged by both.
func TestRulesets(t *testing.T) {
	rfc, lenient := newTestRules(t, nil), newTestRules(t, func(c *RulesConfig) { c.Ruleset = RulesetDeployed })
	media := func(ct string) change { return refetch(func(f *evidence.PolicyFetch) { f.ContentType = ct }) }
	policy := func(lines string) change { return body("version: STSv1\nmode: enforce\n" + lines) }
	for _, tt := range []struct {
		name      string
		change    change
		rfc       string // first failure
		lenient   string
		contested bool
	}{
		{"media type", media("text/html"), "phttp_content_type", "", true},
		{"no media type", media(""), "phttp_content_type", "", true},
		{"blank line", body(goodBody + "\n"), "psyn_malformed_line", "", true},
		{"comment", body("# policy\n" + goodBody), "psyn_malformed_line", "", true},
		{"byte-order mark", body("\ufeff" + goodBody), "psyn_bom", "", true},
		{"blank before the colon", policy("mx : mx1.example.com\nmax_age: 604800\n"), "psyn_malformed_line", "", true},
		{"max_age above the limit", policy("mx: mx1.example.com\nmax_age: 31557601\n"), "psyn_max_age_over_limit", "", true},
		{"final dot", policy("mx: mx1.example.com.\nmax_age: 604800\n"), "psyn_mx_trailing_dot", "", true},
		{"one bad mx beside a good one", policy("mx: mx1.example.com\nmx: a@b.example\nmax_age: 604800\n"), "psyn_mx_email", "", true},
		{"record with a blank before the semicolon beside other TXT", txt("v=STSv1 ; id=1;", "x"), "rec_bad_separator", "", true},
		{"TLS 1.1 at the MX", resession(func(s *evidence.Session) { s.TLS.Version = "TLS1.1" }), "mxtls_version_too_old", "", true},
		{"TLS 1.1 at the policy host", refetch(func(f *evidence.PolicyFetch) { f.TLS.Version = "TLS1.1" }),
			"ptls_version_too_old", "ptls_version_too_old", false},
		{"one bad mx alone", policy("mx: a@b.example\nmax_age: 604800\n"), "psyn_mx_email", "psyn_mx_email", false},
		{"no mode", body("version: STSv1\nmx: mx1.example.com\nmax_age: 604800\n"), "psyn_missing_mode", "psyn_missing_mode", false},
		{"404", refetch(status(404)), "phttp_404", "phttp_404", false},
	} {
		c := deployed(tt.change)
		strict, loose := Classify(c, rfc), Classify(c, lenient)
		if string(strict.FirstFailure) != tt.rfc || string(loose.FirstFailure) != tt.lenient {
			t.Errorf("%s: rfc %q, deployed %q", tt.name, strict.FirstFailure, loose.FirstFailure)
		}
		if tt.lenient == "" && (loose.Status != validEnforce || loose.Delivery != protected) {
			t.Errorf("%s: deployed says %s %s [%s]", tt.name, loose.Status, loose.Delivery, joined(loose.Codes))
		}
		for _, f := range strict.Findings {
			if f.Code == strict.FirstFailure && f.Contested != tt.contested {
				t.Errorf("%s: contested is %v", tt.name, f.Contested)
			}
		}
		checkInvariants(t, loose)
	}
	v := Classify(deployed(policy("mx: mx1.example.com\nmax_age: 9999999999\n")), lenient)
	if *v.MaxAge != 31557600 {
		t.Errorf("max_age must be capped: %d", *v.MaxAge)
	}
}
