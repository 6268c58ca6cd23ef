package mtasts

import (
	"strings"
	"testing"
)

type patternCase struct{ pattern, state, codes string }

// patternCases are sts-policy-mx-value, ["*."] Domain (RFC 8461 section 3.2,
// RFC 5321 section 4.1.2).
func patternCases() []patternCase {
	label63 := strings.Repeat("l", 63)
	long253 := strings.Repeat(label63+".", 3) + strings.Repeat("m", 61)
	return []patternCase{
		{"mail.example.com", "valid", ""},
		{"MAIL.Example.COM", "valid", ""},
		{"*.example.com", "valid", ""},
		{"xn--bcher-kva.example", "valid", ""},
		{"1.2.example", "valid", ""},
		{"a--b.example", "valid", ""},
		{"ab--c.example", "valid", ""},
		{"xn--a.example", "valid", ""},
		{"localhost", "valid", ""},
		{label63 + ".example", "valid", ""},
		{long253, "valid", ""},
		{"192.0.2.1", "valid", "plint_mx_ip"},
		{"192.0.2.256", "valid", ""},
		{"1.192.0.2.1", "valid", ""},
		{"*.com", "valid", "plint_mx_overbroad"},
		{"*.co.uk", "valid", "plint_mx_overbroad"},
		{"*.COM", "valid", "plint_mx_overbroad"},
		{"*.example", "valid", "plint_mx_overbroad"},
		{"*.github.io", "valid", ""},
		{"com", "valid", ""},

		{"", "bad", "psyn_mx_empty"},
		{"postmaster@example.com", "bad", "psyn_mx_email"},
		{"https://mail.example.com", "bad", "psyn_mx_url"},
		{"mail.example.com/", "bad", "psyn_mx_url"},
		{"smtp://u@mail.example.com", "bad", "psyn_mx_email psyn_mx_url"},
		{"a.example, b.example", "bad", "psyn_mx_list_in_line"},
		{"a.example,b.example", "bad", "psyn_mx_list_in_line"},
		{"a.example;b.example", "bad", "psyn_mx_list_in_line"},
		{"a.example b.example", "bad", "psyn_mx_list_in_line"},
		{"*.a.example\t*.b.example", "bad", "psyn_mx_list_in_line"},
		{"x@a.example, y@b.example", "bad", "psyn_mx_email psyn_mx_list_in_line"},
		{"*", "bad", "psyn_mx_bad_wildcard"},
		{"*.", "bad", "psyn_mx_bad_wildcard"},
		{"**.example.com", "bad", "psyn_mx_bad_wildcard"},
		{"*.*.example.com", "bad", "psyn_mx_bad_wildcard"},
		{"mx*.example.com", "bad", "psyn_mx_bad_wildcard"},
		{"*mail.example.com", "bad", "psyn_mx_bad_wildcard"},
		{"mail.*.example.com", "bad", "psyn_mx_bad_wildcard"},
		{"*.*.", "bad", "psyn_mx_bad_wildcard psyn_mx_trailing_dot"},
		{"bücher.example", "bad", "psyn_mx_unicode"},
		{"mail。example", "bad", "psyn_mx_unicode"},
		{"*.bücher.example.", "bad", "psyn_mx_trailing_dot psyn_mx_unicode"},
		{"caf\xe9.example", "bad", "psyn_mx_bad_domain"},
		{"mail.example.com:25", "bad", "psyn_mx_bad_domain"},
		{"[192.0.2.1]", "bad", "psyn_mx_bad_domain"},
		{"2001:db8::1", "bad", "psyn_mx_bad_domain"},
		{"10 mail.example.com", "bad", "psyn_mx_bad_domain"},
		{"mail.example.com # first", "bad", "psyn_mx_bad_domain"},
		{`"mail.example.com"`, "bad", "psyn_mx_bad_domain"},
		{".example.com", "bad", "psyn_mx_bad_domain"},
		{"mail..example.com", "bad", "psyn_mx_bad_domain"},
		{"mail.example.com..", "bad", "psyn_mx_bad_domain psyn_mx_trailing_dot"},
		{".", "bad", "psyn_mx_bad_domain psyn_mx_trailing_dot"},
		{"-a.example", "bad", "psyn_mx_bad_domain"},
		{"a-.example", "bad", "psyn_mx_bad_domain"},
		{label63 + "l.example", "bad", "psyn_mx_bad_domain"},
		{long253 + "m", "bad", "psyn_mx_bad_domain"},
		{"a_b.-c.example", "bad", "psyn_mx_bad_domain"},

		{"mail.example.com.", "contested", "psyn_mx_trailing_dot"},
		{"*.example.com.", "contested", "psyn_mx_trailing_dot"},
		{"192.0.2.1.", "contested", "plint_mx_ip psyn_mx_trailing_dot"},
		{"mail_1.example.com", "contested", "psyn_mx_bad_domain"},
		{"*.mail_1.example.com", "contested", "psyn_mx_bad_domain"},
		{"_mta.example.com.", "contested", "psyn_mx_bad_domain psyn_mx_trailing_dot"},
	}
}

func TestParsePattern(t *testing.T) {
	for _, c := range patternCases() {
		t.Run(c.pattern, func(t *testing.T) {
			got := ParsePattern(c.pattern)
			state := "bad"
			if !fatal(got) {
				state = "valid"
			} else if onlyContested(got) {
				state = "contested"
			}
			if state != c.state || codesOf(got) != c.codes {
				t.Errorf("%q is %s with %q, want %s with %q", c.pattern, state, codesOf(got), c.state, c.codes)
			}
			checkPlaces(t, got, func(Issue) int { return len(c.pattern) })
		})
	}
}

type matchCase struct {
	pattern, host string
	want          bool
}

// matchCases are RFC 8461 section 4.1.
func matchCases() []matchCase {
	return []matchCase{
		{"mail.example.com", "mail.example.com", true},
		{"mail.example.com", "MAIL.example.COM", true},
		{"Mail.Example.Com", "mail.example.com", true},
		{"mail.example.com", "mail.example.com.", true},
		{"*.example.com", "mail.example.com", true},
		{"*.EXAMPLE.com", "mail.example.com.", true},
		{"*.xn--bcher-kva.example", "mx.XN--BCHER-KVA.example", true},
		{"*.com", "example.com", true},
		{"*.example.com", "xn--bcher-kva.example.com", true},
		{"xn--bcher-kva.example", "XN--BCHER-KVA.example", true},
		{"mail_1.example.com", "mail_1.example.com", true},
		{"*.example.com", "-x.example.com", true},

		{"*.example.com", "example.com", false},
		{"*.com", "com", false},
		{"*.example.com", "a.b.example.com", false},
		{"*.example.com", ".example.com", false},
		{"*.example.com", "mail.example.org", false},
		{"*.example.com", "mailexample.com", false},
		{"*.example.com", "mail.notexample.com", false},
		{"mail.example.com", "mail.example.com..", false},
		{"mail.example.com", "mx.example.com", false},
		{"example.com", "mail.example.com", false},
		{"mail.example.com.", "mail.example.com", false},
		{"mail.example.com.", "mail.example.com.", false},
		{"*", "mail", false},
		{"*.", "mail.", false},
		{"*.*.com", "mail.example.com", false},
		{"*.*.com", "a.*.com", false},
		{"m*.example.com", "mail.example.com", false},
		{"mail.*.com", "mail.example.com", false},
		{"192.0.2.1", "192.0.2.1", false},
		{"*.0.2.1", "192.0.2.1", false},
		{"*.0.2.1", "192.0.2.1.", false},
		{"bücher.example", "bücher.example", false},
		{"bücher.example", "xn--bcher-kva.example", false},
		{"*.org", "xn--bcher-kva.de", false},
		{"kelvin.example", "\u212aelvin.example", false},
		{"-a.example", "-a.example", false},
		{"*.-a.example", "x.-a.example", false},
		{"*.example.com", "a/b.example.com", false},
		{"*.example.com", `a\.b.example.com`, false},
		{"*.example.com", "*.example.com", false},
		{"", "", false},
		{"", ".", false},
		{"*.example.com", "", false},
	}
}

func TestMatch(t *testing.T) {
	for _, c := range matchCases() {
		if got := Match(c.pattern, c.host); got != c.want {
			t.Errorf("Match(%q, %q) = %v, want %v", c.pattern, c.host, got, c.want)
		}
	}
}

func TestMediaType(t *testing.T) {
	for _, c := range []struct{ in, codes string }{
		{"text/plain", ""},
		{"Text/PLAIN", ""},
		{" text/plain ", ""},
		{"text/plain;", ""},
		{"text/plain; charset=utf-8", ""},
		{"text/plain; charset=UTF-8", ""},
		{`text/plain;charset="us-ascii"`, ""},
		{"text/plain ; format=flowed", ""},
		{"text/plain; charset", ""},
		{"text/plain; charset=iso-8859-1", "plint_charset"},
		{`text/plain; x=y; Charset="utf-16"`, "plint_charset"},
		{"text/plain; charset=", ""},
		{"", "phttp_content_type"},
		{"text/html", "phttp_content_type"},
		{"text/html; charset=utf-8", "phttp_content_type"},
		{"text/plainer", "phttp_content_type"},
		{"text / plain", "phttp_content_type"},
		{"text/plain charset=utf-8", "phttp_content_type"},
		{"text/plain, text/plain", "phttp_content_type"},
		{"text", "phttp_content_type"},
		{"application/octet-stream", "phttp_content_type"},
		{"\x00", "phttp_content_type"},
	} {
		got := MediaType(c.in)
		if codesOf(got) != c.codes {
			t.Errorf("MediaType(%q) has %q, want %q", c.in, codesOf(got), c.codes)
		}
		if fatal(got) && !onlyContested(got) {
			t.Errorf("MediaType(%q): the RFC says SHOULD, so it is contested", c.in)
		}
		checkPlaces(t, got, func(Issue) int { return len(c.in) })
	}
}
