package analysis

import (
	"strings"
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
		{"the same beside a near miss", txt("v=STSv1 ; id=1;", "v=stsv1; id=2;"), "rec_bad_version", "", true},
		{"two such records", txt("v=STSv1 ; id=1;", "v=STSv1 ; id=2;"), "rec_bad_separator", "rec_bad_separator", false},
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

// TestContested: a finding is contested if one ruleset makes it and the other
// does not, whichever is asked, and what follows from such a point is, too.
func TestContested(t *testing.T) {
	rfc, lenient := newTestRules(t, nil), newTestRules(t, func(c *RulesConfig) { c.Ruleset = RulesetDeployed })
	policy := func(lines string) change { return body("version: STSv1\nmode: enforce\n" + lines) }
	old := resession(func(s *evidence.Session) { s.TLS.Version = "TLS1.1" })
	for _, tt := range []struct {
		name         string
		changes      []change
		rfc, lenient string // code of each finding, those that are contested with a star
	}{
		{"nothing", nil, "", ""},
		{"a point alone", []change{body("# policy\n" + goodBody)}, "psyn_malformed_line*", ""},
		{"a fault of both beside it", []change{body("# policy\nversion: STSv1\nmx: mx1.example.com\nmax_age: 604800\n")},
			"psyn_malformed_line* psyn_missing_mode", "psyn_missing_mode"},
		{"what the policy then does not list", []change{policy("mx: x.example.org.\nmax_age: 604800\n")},
			"psyn_mx_trailing_dot*", "plint_mx_unused* match_none* cause_domain*"},
		{"a fault that counts in one only", []change{body("# policy\n" + goodBody), selfSignedMX},
			"psyn_malformed_line* mxcert_self_signed", "mxcert_self_signed"},
		{"another address is better", []change{answer(mxHost, "A", mxAt, "198.51.100.2"), old, session(mxHost, "198.51.100.2")},
			"mxtls_version_too_old* mxcert_addr_inconsistent*", ""},
	} {
		c := deployed(tt.changes...)
		if got := starred(Classify(c, rfc)); got != tt.rfc {
			t.Errorf("%s, rfc: %s, want %s", tt.name, got, tt.rfc)
		}
		if got := starred(Classify(c, lenient)); got != tt.lenient {
			t.Errorf("%s, deployed: %s, want %s", tt.name, got, tt.lenient)
		}
	}
}

func starred(v Verdict) string {
	var out []string
	for _, f := range v.Findings {
		code := string(f.Code)
		if f.Contested {
			code += "*"
		}
		out = append(out, code)
	}
	return strings.Join(out, " ")
}
