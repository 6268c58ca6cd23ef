package mtasts

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type policyCase struct {
	name  string
	body  string
	state string // "valid", "invalid", or "contested": only the strict reading refuses it
	codes string
	read  string // mode, max_age and mx as read, joined by blanks; "" = not looked at
}

// policyCases are RFC 8461 section 3.2, case by case.
func policyCases() []policyCase {
	const head = "version: STSv1\nmode: enforce\nmax_age: 604800\n"
	const good = head + "mx: mail.example.com\n"
	return []policyCase{
		{"LF", good, "valid", "", "enforce 604800 mail.example.com"},
		{"CRLF", strings.ReplaceAll(good, "\n", "\r\n"), "valid", "", "enforce 604800 mail.example.com"},
		{"both line ends", "version: STSv1\r\nmode: testing\nmx: *.example.com\r\nmax_age: 86400\n", "valid", "", "testing 86400 *.example.com"},
		{"last line without an end", strings.TrimSuffix(good, "\n"), "valid", "", "enforce 604800 mail.example.com"},
		{"any order", "mx: a.example.com\nmax_age: 604800\nmx: b.example.com\nmode: testing\nversion: STSv1", "valid", "", "testing 604800 a.example.com b.example.com"},
		{"no blank behind the colon", "version:STSv1\nmode:enforce\nmax_age:604800\nmx:mail.example.com\n", "valid", "", "enforce 604800 mail.example.com"},
		{"blanks and tabs behind the colon", "version: \t STSv1\nmode:\tenforce\nmax_age: 604800\nmx:   mail.example.com\n", "valid", "", "enforce 604800 mail.example.com"},
		{"trailing blanks and tabs", "version: STSv1 \nmode: enforce\t\nmax_age: 604800  \r\nmx: mail.example.com \t", "valid", "", "enforce 604800 mail.example.com"},
		{"mode none needs no mx", "version: STSv1\nmode: none\nmax_age: 604800\n", "valid", "plint_mode_none", "none 604800"},
		{"mode none may have a short max_age", "version: STSv1\nmode: none\nmax_age: 60\n", "valid", "plint_mode_none", "none 60"},
		{"mode none with mx", strings.Replace(good, "enforce", "none", 1), "valid", "plint_mode_none", "none 604800 mail.example.com"},
		{"max_age zero", strings.Replace(good, "604800", "0", 1), "valid", "plint_max_age_short", "enforce 0 mail.example.com"},
		{"max_age under a day", strings.Replace(good, "604800", "86399", 1), "valid", "plint_max_age_short", ""},
		{"max_age of a day", strings.Replace(good, "604800", "86400", 1), "valid", "", ""},
		{"largest max_age", strings.Replace(good, "604800", "31557600", 1), "valid", "", "enforce 31557600 mail.example.com"},
		{"max_age with leading zeros, ten digits", strings.Replace(good, "604800", "0000604800", 1), "valid", "", "enforce 604800 mail.example.com"},
		{"unknown field", good + "reports: yes please\n", "valid", "plint_unknown_field", ""},
		{"unknown field with UTF-8", good + "note: Grüße = ; ! 例え\n", "valid", "plint_unknown_field", ""},
		{"unknown name of 32", good + "x" + strings.Repeat("_-.", 10) + "9: y\n", "valid", "plint_unknown_field", ""},
		{"duplicate mode, first counts", "mode: testing\n" + good, "valid", "plint_duplicate_field", "testing 604800 mail.example.com"},
		{"duplicate version, second of no meaning", good + "version: STSv2\n", "valid", "plint_duplicate_field", ""},
		{"duplicate max_age", good + "max_age: x\n", "valid", "plint_duplicate_field", "enforce 604800 mail.example.com"},
		{"unknown field with a colon in its value", good + "a: b:c\n", "valid", "plint_unknown_field", ""},
		{"duplicate unknown field", good + "a: b\na: c\n", "valid", "plint_duplicate_field plint_unknown_field", ""},
		{"mx twice, in two cases", good + "mx: MAIL.example.com\n", "valid", "plint_mx_duplicate", "enforce 604800 mail.example.com MAIL.example.com"},
		{"mx under a top-level domain", head + "mx: *.com\n", "valid", "plint_mx_overbroad", ""},
		{"mx that is an address", head + "mx: 192.0.2.1\n", "valid", "plint_mx_ip", "enforce 604800 192.0.2.1"},

		{"empty", "", "invalid", "psyn_empty", ""},
		{"blank lines and blanks only", "\n \r\n\t\n", "invalid", "psyn_empty", ""},
		{"byte-order mark only", "\ufeff", "invalid", "psyn_bom psyn_empty", ""},
		{"HTML", "<!DOCTYPE html>\n<html><body>404: not found</body></html>\n", "invalid", "psyn_html", ""},
		{"HTML in another case, indented", "\r\n  <HTML>", "invalid", "psyn_html", ""},
		{"XML", "<?xml version='1.0'?>", "invalid", "psyn_html", ""},
		{"NUL", good + "\x00", "invalid", "psyn_not_text", ""},
		{"UTF-16", "\xff\xfev\x00e\x00r\x00s\x00", "invalid", "psyn_not_text", ""},
		{"binary", "\x89PNG\r\n\x1a\n\x01\x02\xff\xee", "invalid", "psyn_not_text", ""},
		{"JSON", `{"version": "STSv1"}`, "invalid", "psyn_malformed_line psyn_missing_max_age psyn_missing_mode psyn_missing_mx psyn_missing_version", ""},

		{"no version", "mode: enforce\nmax_age: 604800\nmx: mail.example.com", "invalid", "psyn_missing_version", ""},
		{"version in lower case", strings.Replace(good, "STSv1", "stsv1", 1), "invalid", "psyn_bad_version", ""},
		{"another version", strings.Replace(good, "STSv1", "STSv2", 1), "invalid", "psyn_bad_version", ""},
		{"empty version", strings.Replace(good, "STSv1", "", 1), "invalid", "psyn_bad_version", ""},
		{"name of a field in upper case", strings.Replace(good, "version", "Version", 1), "invalid", "plint_unknown_field psyn_missing_version", ""},
		{"no mode", "version: STSv1\nmax_age: 604800\nmx: mail.example.com", "invalid", "psyn_missing_mode", ""},
		{"mode in upper case", strings.Replace(good, "enforce", "Enforce", 1), "invalid", "psyn_bad_mode", ""},
		{"mode that is none", strings.Replace(good, "enforce", "report", 1), "invalid", "psyn_bad_mode", ""},
		{"no-break space behind the mode", strings.Replace(good, "enforce", "enforce\u00a0", 1), "invalid", "psyn_bad_mode", ""},
		{"the first mode decides whether mx is needed", head + "mode: none\n", "invalid", "plint_duplicate_field psyn_missing_mx", ""},
		{"empty mode", strings.Replace(good, " enforce", "", 1), "invalid", "psyn_bad_mode", ""},
		{"first of two modes is bad", "mode: x\n" + good, "invalid", "plint_duplicate_field psyn_bad_mode", ""},
		{"empty second mode", good + "mode:\n", "invalid", "psyn_malformed_line", ""},
		{"no max_age", "version: STSv1\nmode: enforce\nmx: mail.example.com", "invalid", "psyn_missing_max_age", ""},
		{"max_age with a unit", strings.Replace(good, "604800", "604800s", 1), "invalid", "psyn_bad_max_age", ""},
		{"max_age with a sign", strings.Replace(good, "604800", "-1", 1), "invalid", "psyn_bad_max_age", ""},
		{"max_age with a comma", strings.Replace(good, "604800", "604,800", 1), "invalid", "psyn_bad_max_age", ""},
		{"empty max_age", strings.Replace(good, "604800", "", 1), "invalid", "psyn_bad_max_age", ""},
		{"max_age of eleven digits", strings.Replace(good, "604800", "00000604800", 1), "invalid", "psyn_bad_max_age", ""},
		{"max_age above the limit", strings.Replace(good, "604800", "31557601", 1), "contested", "psyn_max_age_over_limit", "enforce 31557601 mail.example.com"},
		{"largest number of ten digits", strings.Replace(good, "604800", "9999999999", 1), "contested", "psyn_max_age_over_limit", "enforce 9999999999 mail.example.com"},
		{"no mx", head, "invalid", "psyn_missing_mx", ""},
		{"no mx, mode unknown", strings.Replace(head, "enforce", "x", 1), "invalid", "psyn_bad_mode psyn_missing_mx", ""},
		{"empty mx only", head + "mx:\n", "invalid", "psyn_mx_empty", ""},
		{"bad mx only", head + "mx: postmaster@example.com\n", "invalid", "psyn_mx_email", ""},
		{"one bad mx beside a good one", good + "mx: postmaster@example.com\n", "contested", "psyn_mx_email", "enforce 604800 mail.example.com"},
		{"bad mx with mode none", "version: STSv1\nmode: none\nmax_age: 604800\nmx: *\n", "invalid", "plint_mode_none psyn_mx_bad_wildcard", ""},
		{"final dot only", head + "mx: mail.example.com.\n", "contested", "psyn_mx_trailing_dot", "enforce 604800 mail.example.com"},
		{"underscore only", head + "mx: mail_1.example.com\n", "contested", "psyn_mx_bad_domain", "enforce 604800 mail_1.example.com"},
		{"final dot beside a really bad one", head + "mx: mail.example.com.\nmx: *\n", "contested", "psyn_mx_bad_wildcard psyn_mx_trailing_dot", "enforce 604800 mail.example.com"},

		{"blank line at the end", good + "\n", "contested", "psyn_malformed_line", "enforce 604800 mail.example.com"},
		{"blank line at the start", "\n" + good, "contested", "psyn_malformed_line", ""},
		{"blank line inside, CRLF", strings.ReplaceAll(strings.Replace(good, "\n", "\n\n", 1), "\n", "\r\n"), "contested", "psyn_malformed_line", ""},
		{"line of blanks", good + " \t\n", "contested", "psyn_malformed_line", ""},
		{"line of blanks without an end", good + "  ", "contested", "psyn_malformed_line", ""},
		{"comment", "# policy\n" + good, "contested", "psyn_malformed_line", ""},
		{"comment with a colon", "# our policy: enforce\n" + good, "contested", "psyn_malformed_line", ""},
		{"comment in another style", good + "// end: here\n", "contested", "psyn_malformed_line", ""},
		{"line without a colon", good + "mode enforce\n", "contested", "psyn_malformed_line", ""},
		{"byte-order mark", "\ufeff" + good, "contested", "psyn_bom", "enforce 604800 mail.example.com"},
		{"blank before the colon", strings.Replace(good, "mode:", "mode :", 1), "contested", "psyn_malformed_line", "enforce 604800 mail.example.com"},
		{"indented line", strings.Replace(good, "mode", "  mode", 1), "invalid", "psyn_malformed_line", "enforce 604800 mail.example.com"},
		{"CR alone ends no line", strings.ReplaceAll(good, "\n", "\r"), "invalid", "psyn_malformed_line", "enforce 604800 mail.example.com"},
		{"CR between colon and value", strings.Replace(good, " enforce", " \renforce", 1), "invalid", "psyn_bad_mode psyn_malformed_line", ""},
		{"CR before CRLF", strings.Replace(good, "\n", "\r\r\n", 1), "invalid", "psyn_malformed_line", ""},
		{"CR alone at the end", strings.TrimSuffix(good, "\n") + "\r", "invalid", "psyn_malformed_line", ""},
		{"vertical tab inside a value", good + "a: b\vc\n", "invalid", "psyn_malformed_line", ""},
		{"tab inside a value", good + "a: b\tc\n", "invalid", "psyn_malformed_line", ""},
		{"byte of Latin-1 in a value", good + "a: caf\xe9\n", "invalid", "psyn_malformed_line", ""},
		{"unknown field without value", good + "a:\n", "invalid", "psyn_malformed_line", ""},
		{"unknown name of 33", good + strings.Repeat("x", 33) + ": y\n", "invalid", "psyn_malformed_line", ""},
		{"name with a blank", good + "max age: 1\n", "invalid", "psyn_malformed_line", ""},
		{"name begins with a sign", good + "_a: b\n", "invalid", "psyn_malformed_line", ""},
		{"empty name", good + ": b\n", "invalid", "psyn_malformed_line", ""},
		{"everything is reported", "\ufeff\nmode: Enforce\nmx: a@b\nmx: *\nmax_age: x\n", "invalid",
			"psyn_bad_max_age psyn_bad_mode psyn_bom psyn_malformed_line psyn_missing_version psyn_mx_bad_wildcard psyn_mx_email", ""},
	}
}

func TestParsePolicy(t *testing.T) {
	for _, c := range policyCases() {
		t.Run(c.name, func(t *testing.T) {
			got := ParsePolicy([]byte(c.body))
			state := "invalid"
			if got.Valid {
				state = "valid"
			} else if onlyContested(got.Issues) {
				state = "contested"
			}
			if state != c.state || codesOf(got.Issues) != c.codes {
				t.Errorf("%q is %s with %q\nwant %s with %q", c.body, state, codesOf(got.Issues), c.state, c.codes)
			}
			p := got.Policy
			read := strings.Join(append([]string{string(p.Mode), strconv.FormatInt(p.MaxAge, 10)}, p.MX...), " ")
			if c.read != "" && read != c.read {
				t.Errorf("read %q, want %q", read, c.read)
			}
			checkPlaces(t, got.Issues, func(Issue) int { return len(c.body) })
		})
	}
}

func TestPolicyIssuePlaces(t *testing.T) {
	issue := func(code string, line, off, n int, w weight) Issue {
		cite := "RFC 8461 section 3.2"
		if code == "plint_mode_none" {
			cite = "RFC 8461 section 8.3"
		}
		return Issue{Code: code, Line: line, Offset: off, Length: n, Cite: cite, Fatal: w != lintIssue, Contested: w == contestedIssue}
	}
	for _, c := range []struct {
		name, body string
		want       []Issue
	}{
		{"values", "version: STSv1\r\nmode:  Enforce\r\nmax_age: 1d\r\nmx: a.example", []Issue{
			issue("psyn_bad_mode", 2, 23, 7, fatalIssue),
			issue("psyn_bad_max_age", 3, 41, 2, fatalIssue),
		}},
		{"inside an mx", "version: STSv1\nmode: none\nmax_age: 86400\nmx: x@example.com\n", []Issue{
			issue("plint_mode_none", 2, 21, 4, lintIssue),
			issue("psyn_mx_email", 4, 46, 1, fatalIssue),
		}},
		{"lines passed over, and what is missing at the end", "\n x:y\n", []Issue{
			issue("psyn_malformed_line", 1, 0, 0, contestedIssue),
			issue("psyn_malformed_line", 2, 1, 1, fatalIssue),
			issue("plint_unknown_field", 2, 2, 1, lintIssue),
			issue("psyn_missing_version", 2, 6, 0, fatalIssue),
			issue("psyn_missing_mode", 2, 6, 0, fatalIssue),
			issue("psyn_missing_max_age", 2, 6, 0, fatalIssue),
			issue("psyn_missing_mx", 2, 6, 0, fatalIssue),
		}},
		{"short max_age, told after the mode is known", "version: STSv1\nmax_age: 60\nmode: testing\nmx: a.example\n", []Issue{
			issue("plint_max_age_short", 2, 24, 2, lintIssue),
		}},
		{"blank before the colon behind a byte-order mark", "\ufeffversion : STSv1\nmode: none\nmax_age: 1\n", []Issue{
			issue("psyn_bom", 1, 0, 3, contestedIssue),
			issue("psyn_malformed_line", 1, 10, 1, contestedIssue),
			issue("plint_mode_none", 2, 25, 4, lintIssue),
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, ParsePolicy([]byte(c.body)).Issues); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestPolicyExtensions(t *testing.T) {
	got := ParsePolicy([]byte("b: 1 2\nversion: STSv1\nmode: none\na:ü\nmax_age: 86400\nb: 3\n"))
	if d := cmp.Diff([]Pair{{"b", "1 2"}, {"a", "ü"}}, got.Policy.Extensions); d != "" {
		t.Error(d)
	}
}
