package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"stscan/analysis"
	"stscan/internal/lab"
)

// shown is a domain as text and as a line of JSON.
func shown(t *testing.T, r checked) (text, line string) {
	t.Helper()
	var a, b bytes.Buffer
	if err := errors.Join(showText(&a, false)(r), showJSON(&b)(r)); err != nil {
		t.Fatal(err)
	}
	return a.String(), b.String()
}

// expectPrintable: nothing moves the cursor, changes colours or turns the text.
func expectPrintable(t *testing.T, out string) {
	t.Helper()
	if i := strings.IndexFunc(out, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }); i >= 0 {
		t.Errorf("%q stands raw in %.200q", out[i:i+1], out[max(0, i-100):])
	}
}

// Whatever the lab has, a person sees every finding with its citation, what a
// sender does, and the texts to publish as lines of their own; a program the same.
func TestCheckShowsEverything(t *testing.T) {
	all := deployments(func(s lab.Scenario) bool { return !s.Slow })
	bubble(t, func(t *testing.T) {
		found, _, _ := look(t, all)
		for domain, r := range found {
			text, line := shown(t, r)
			expectPrintable(t, text)
			expectPrintable(t, line)
			want := []string{domain + ": " + string(r.verdict.Status) + "\n", string(r.verdict.Delivery)}
			for _, f := range r.verdict.Findings {
				want = append(want, string(f.Code), f.Cite)
			}
			for line := range strings.Lines(r.advice.Policy) {
				want = append(want, "\n"+strings.TrimRight(line, "\r\n")+"\n")
			}
			if r.advice.TXT != "" {
				want = append(want, "\n_mta-sts."+domain+". IN TXT \""+r.advice.TXT+"\"\n")
			}
			for _, w := range want {
				if !strings.Contains(text, w) {
					t.Errorf("%q is not shown of %s:\n%s", w, domain, text)
				}
			}
			var back checkResult
			if err := json.Unmarshal([]byte(line), &back); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(resultOf(r), back); diff != "" {
				t.Errorf("%s: JSON reads otherwise (-want +got):\n%s", domain, diff)
			}
		}
	})
}

// Reports that go to nobody are told, and how to receive them.
func TestCheckSiblings(t *testing.T) {
	bubble(t, func(t *testing.T) {
		found, _, _ := look(t, map[string]*lab.Scenario{"example.com": scenarioNamed(t, "testing-own")})
		r := found["example.com"]
		for _, state := range []analysis.AdoptionState{analysis.AdoptsNo, analysis.AdoptsYes} {
			r.verdict.Adopts = []analysis.Adoption{{Check: "tlsrpt", State: state, Detail: "word"}}
			r.advice = analysis.Mend(r.verdict, r.seen)
			text, _ := shown(t, r)
			if !strings.Contains(text, "Beside MTA-STS\n  tlsrpt   "+string(state)+" word\n") {
				t.Errorf("the state is not shown:\n%s", text)
			}
			for _, w := range []string{"but to nobody", `"v=TLSRPTv1;rua=mailto:tlsrpt@example.com"`} {
				if told := strings.Contains(text, w); told != (state == analysis.AdoptsNo) {
					t.Errorf("tlsrpt %s: %q shown is %v", state, w, told)
				}
			}
		}
	})
}

// Of a long policy the beginning is shown, and some of the lines with issues.
func TestCheckLongPolicy(t *testing.T) {
	body := "version: STSv1\nmode: testing\n"
	for i := range 100 {
		body += fmt.Sprintf("mx: h%d.example\n", i)
	}
	body += "mx: b@example\nmax_age: 1\n" + strings.Repeat(strings.Repeat("x", 1000)+"\n", 50)
	var out bytes.Buffer
	p := text{page: page{w: bufio.NewWriter(&out)}}
	p.policyText(body)
	p.w.Flush()
	got := out.String()
	for _, want := range []string{
		"\n   40  mx: h37.example\n  103  mx: b@example\n            ^ An mx field", "\n  104  max_age: 1\n                ^ The max_age",
		"\n  105  xxx", "of 154 lines, the first 40 are shown, and 40 of the others",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	for line := range strings.Lines(got) {
		if len(line) > 300 {
			t.Errorf("a line of %d bytes", len(line))
		}
	}
}

// What comes from the network reaches no terminal as it is, in colour or not,
// as text or as JSON, which still says the same to a program.
func TestCheckEscapes(t *testing.T) {
	const evil = "\x1b[31m\u202ered\u009b\U000e0041"
	s := scenarioNamed(t, "psyn-malformed-line")
	s.Record.TXT = append(s.Record.TXT, evil)
	s.Policy.Servers[0].HTTP.Body = evil + "\nmode: " + evil + "\n"
	s.Policy.Servers[0].HTTP.ContentType = "text/plain; charset=\"\u202e\""
	s.MX[0].Servers[0].Greeting = "554 " + evil
	bubble(t, func(t *testing.T) {
		found, _, _ := look(t, map[string]*lab.Scenario{"example.com": s})
		text, line := shown(t, found["example.com"])
		for _, out := range []string{text, line} {
			expectPrintable(t, out)
			if !strings.Contains(out, "[31m") {
				t.Errorf("the hostile text is not shown at all:\n%s", out)
			}
		}
		var back checkResult
		if err := json.Unmarshal([]byte(line), &back); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(back.PolicyHost.Fetches[0].Body, evil) {
			t.Errorf("JSON reads %q, which does not hold %q", back.PolicyHost.Fetches[0].Body, evil)
		}
	})
}

// Colours are sequences around the same text.
func TestCheckColours(t *testing.T) {
	bubble(t, func(t *testing.T) {
		found, _, _ := look(t, map[string]*lab.Scenario{"example.com": scenarioNamed(t, "match-partial")})
		var plainText, coloured bytes.Buffer
		if err := errors.Join(showText(&plainText, false)(found["example.com"]), showText(&coloured, true)(found["example.com"])); err != nil {
			t.Fatal(err)
		}
		text := coloured.String()
		if !strings.Contains(text, "\x1b[31mbroken_match\x1b[0m") {
			t.Errorf("an error is not red:\n%q", text)
		}
		for _, i := range []ink{bold, faint, red, green, yellow, violet} {
			text = strings.ReplaceAll(text, "\x1b["+string(i)+"m", "")
		}
		if diff := cmp.Diff(plainText.String(), strings.ReplaceAll(text, "\x1b[0m", "")); diff != "" {
			t.Errorf("colours change the text:\n%s", diff)
		}
	})
}
