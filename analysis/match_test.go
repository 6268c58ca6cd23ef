package analysis

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestCauses(t *testing.T) {
	for _, tt := range []struct {
		host, patterns, codes string
	}{
		{"mx.example.com", "mx.example.net", "cause_tld"},
		{"mx.example.com", "*.example.net", "cause_tld"},
		{"mx.example.co.uk", "mx.example.com", "cause_tld"},
		{"mx.example.com", "mx.other.net", "cause_domain"}, // not the top-level domain alone
		{"mx.example.com", "mail.operator.com", "cause_domain"},
		{"mx.example.com", "relay-out.example.com", "cause_3ld_plus"},
		{"mx.example.com", "mta-sts.example.com", "cause_3ld_plus cause_mta_sts_label"},
		{"mx.example.com", "mta-sts.operator.net", "cause_domain cause_mta_sts_label"},
		{"mx.example.com", "mx.exmaple.com", "cause_typo"},
		{"mx.example.com", "*.exmaple.com", "cause_typo"},
		{"mx.example.com", "mx.exmaple.net", "cause_domain"}, // a typo only under the same top-level domain
		{"a.b.example.com", "*.example.com", "cause_multi_label_wildcard"},
		{"example.com", "*.example.com", "cause_3ld_plus"},
		{"mx.example.com", "mail.operator.com relay-out.example.com mx.exmaple.com", "cause_typo"},
		{"mx.example.com", "mail.operator.com relay-out.example.com", "cause_3ld_plus"},
	} {
		var codes []string
		for _, f := range causes(tt.host, strings.Fields(tt.patterns)) {
			codes = append(codes, string(f.Code))
		}
		if got := strings.Join(codes, " "); got != tt.codes {
			t.Errorf("%s with %s: got %s, want %s", tt.host, tt.patterns, got, tt.codes)
		}
	}
}

func TestUnusedPatterns(t *testing.T) {
	policy := func(mx ...string) change {
		return body("version: STSv1\nmode: enforce\nmx: " + strings.Join(mx, "\nmx: ") + "\nmax_age: 604800\n")
	}
	run(t, []expect{
		{"one of two", policy(mxHost, "mx.other.example"), validEnforce, protected, "plint_mx_unused"},
		{"two for the same host", policy(mxHost, "*.example.com"), validEnforce, protected, ""},
		{"null MX: nothing to be used for", all(noSession, answer(domain, "MX", "0 ."), policy("mx.other.example")), validEnforce, noMail, "dom_null_mx"},
		{"MX unknown", all(servfail(domain, "MX"), policy("mx.other.example")), inconclusive, unknown, "inc_dns_servfail"},
		{"mode none", body("version: STSv1\nmode: none\nmx: mx.other.example\nmax_age: 604800\n"), validNone, unprotected, "plint_mode_none"},
		{"capitals", policy("MX1.Example.COM"), validEnforce, protected, ""},
	})
}

// TestNear compares the banded distance with the textbook's.
func TestNear(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringOfN(rapid.RuneFrom([]rune("ab.")), 0, 9, -1)
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		limit := rapid.IntRange(0, 4).Draw(t, "limit")
		if got, want := near(a, b, limit), distance(a, b) <= limit; got != want {
			t.Fatalf("near(%q, %q, %d) = %v, distance %d", a, b, limit, got, distance(a, b))
		}
	})
}

// distance is the definition of the edit distance, written down.
func distance(a, b string) int {
	switch {
	case a == "" || b == "":
		return len(a) + len(b)
	case a[0] == b[0]:
		return distance(a[1:], b[1:])
	}
	return 1 + min(distance(a[1:], b), distance(a, b[1:]), distance(a[1:], b[1:]))
}
