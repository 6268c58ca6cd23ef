package analysis

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"stscan/internal/evidence"
	"stscan/internal/mtasts"
)

// adviceText is a policy as Mend writes it.
func adviceText(lines ...string) string {
	return "version: STSv1\r\n" + strings.Join(lines, "\r\n") + "\r\n"
}

// TestMend: what was meant is kept, what cannot work is replaced, and what would
// do harm is not advised.
func TestMend(t *testing.T) {
	rules := newTestRules(t, nil)
	newTXT := "v=STSv1; id=" + observed.UTC().Format("20060102T150405Z") + ";"
	enforceOwn := adviceText("mode: enforce", "mx: mx1.example.com", "max_age: 604800")
	testingOwn := adviceText("mode: testing", "mx: mx1.example.com", "max_age: 604800")
	policy := func(lines ...string) change { return body(strings.Join(lines, "\n") + "\n") }
	for _, tt := range []struct {
		name        string
		change      change
		txt, policy string
	}{
		{"healthy", all(), "", ""},
		{"lint alone", policy("version: STSv1", "mode: enforce", "mx: mx1.example.com", "mx: old.example.com", "max_age: 60"), "", ""},
		{"record alone", txt("v=STSv1; id=a-b;"), newTXT, ""},
		{"the new id is not the old one", all(txt(newTXT), policy("version: STSv1", "mode: enforce", "mx: old.example.com", "max_age: 604800")),
			"v=STSv1; id=" + observed.UTC().Add(1e9).Format("20060102T150405Z") + ";", enforceOwn},
		{"mode and max_age are kept", policy("version: STSv1", "mode: testing", "mx: old.example.com", "max_age: 1234567"),
			newTXT, adviceText("mode: testing", "mx: mx1.example.com", "max_age: 1234567")},
		{"a mode in capitals is plain", policy("version: STSv1", "mode: ENFORCE", "mx: mx1.example.com", "max_age: 604800"), newTXT, enforceOwn},
		{"a mode that is none", policy("version: STSv1", "mode: report", "mx: mx1.example.com", "max_age: 604800"), newTXT, testingOwn},
		{"mode none", policy("version: STSv1", "mode: none", "mx: mx1.example.com", "max_age: 1y"),
			newTXT, adviceText("mode: none", "mx: mx1.example.com", "max_age: 604800")},
		{"max_age is capped", policy("version: STSv1", "mode: enforce", "mx: mx1.example.com", "max_age: 99999999"),
			newTXT, adviceText("mode: enforce", "mx: mx1.example.com", "max_age: 31557600")},
		{"a wildcard that matches is kept, one that takes in everybody is not",
			all(policy("version: STSv1", "mode: enforce", "mx: *.com", "mx: *.example.com", "mx: a@b.example", "max_age: 604800"),
				answer(domain, "MX", "10 mx1.example.com.", "20 mailhost.com.")),
			newTXT, adviceText("mode: enforce", "mx: *.example.com", "mx: mailhost.com", "max_age: 604800")},
		{"every host is named once, in the order of preference",
			all(policy("version: STSv1", "mode: enforce", "mx: *.b.example", "max_age: 604800"),
				answer(domain, "MX", "20 x.b.example.", "10 mx1.example.com.", "20 y.b.example.")),
			newTXT, adviceText("mode: enforce", "mx: mx1.example.com", "mx: *.b.example", "max_age: 604800")},
		{"an MX that no policy can name", answer(domain, "MX", "10 192.0.2.25."), "", ""},
		{"a null MX and a policy without mx", all(answer(domain, "MX", "0 ."), policy("version: STSv1", "mode: enforce", "max_age: 604800")),
			newTXT, adviceText("mode: none", "max_age: 604800")},
		{"MX that could not be told", all(servfail(domain, "MX"), policy("version: STSv1", "mode: enforce", "max_age: 604800")), "", ""},
		{"a broken record could not be told", servfail(recordName, "TXT"), "", ""},
		{"not deployed", all(silent, noFetch), newTXT, testingOwn},
		{"not deployed, with a good policy", all(silent, fetch(policyAt, goodBody)), newTXT, ""},
		{"not deployed, no mail", all(silent, noFetch, answer(domain, "MX", "0 .")), "", ""},
		{"not deployed, and MX that no policy can name", all(silent, noFetch, answer(domain, "MX", "10 192.0.2.25.")), "", ""},
		{"404", refetch(status(404)), newTXT, testingOwn},
		{"no policy host", all(noFetch, both(policyHost, func(n, r string) change { return nxdomain(n, r) })), newTXT, testingOwn},
		{"a policy host that refuses may have a good policy", refetch(fetchFails(evidence.OpDial, evidence.KindRefused)), "", ""},
		{"a media type alone", refetch(func(f *evidence.PolicyFetch) { f.ContentType = "text/html" }), "", ""},
		{"a mail server alone", selfSignedMX, "", ""},
		{"enforce would begin to refuse mail: bad record", all(selfSignedMX, txt("v=STSv1; id=a-b;")), newTXT, testingOwn},
		{"enforce would begin to refuse mail: bad policy", all(selfSignedMX, body(goodBody+"\n")), newTXT, testingOwn},
		{"enforce refuses mail already", all(selfSignedMX, policy("version: STSv1", "mode: enforce", "mx: old.example.com", "max_age: 604800")),
			newTXT, enforceOwn},
	} {
		c := deployed(tt.change)
		v := Classify(c, rules)
		a := Mend(v, c)
		if a.TXT != tt.txt || a.Policy != tt.policy {
			t.Errorf("%s (%s [%s]):\ngot  %q %q\nwant %q %q", tt.name, v.Status, joined(v.Codes), a.TXT, a.Policy, tt.txt, tt.policy)
		}
		checkAdvice(t, v, a)
	}
}

// checkAdvice holds for every advice: what is to be published is read without
// an issue, is not what was published, and names every host that it can.
func checkAdvice(t interface {
	Helper()
	Errorf(string, ...any)
}, v Verdict, a Advice) {
	t.Helper()
	if v.FirstFailure != "" && len(a.Steps) == 0 {
		t.Errorf("%s, and nothing to do", v.FirstFailure)
	}
	if a.TXT != "" {
		set := mtasts.ParseRecordSet([][]byte{[]byte(a.TXT)})
		if !set.Valid || len(set.Issues) > 0 || v.RecordID != nil && set.Record.ID == *v.RecordID {
			t.Errorf("bad record advised: %q", a.TXT)
		}
	}
	if a.Policy == "" {
		return
	}
	if a.TXT == "" {
		t.Errorf("a policy is advised without a new id")
	}
	p := mtasts.ParsePolicy([]byte(a.Policy))
	for _, i := range p.Issues {
		if i.Fatal {
			t.Errorf("bad policy advised, %s: %q", i.Code, a.Policy)
		}
	}
	for _, h := range v.MX {
		named := false
		for _, pattern := range p.Policy.MX {
			named = named || mtasts.Match(pattern, h.Host)
		}
		if !named && listable(h.Host) {
			t.Errorf("%s is not named in %q", h.Host, a.Policy)
		}
	}
}

// TestMendAnyEvidence: whatever was observed, what is advised can be published.
func TestMendAnyEvidence(t *testing.T) {
	rules := newTestRules(t, nil)
	rapid.Check(t, func(t *rapid.T) {
		c := deployed()
		for range rapid.IntRange(0, 6).Draw(t, "changes") {
			anyChange(t)(&c)
		}
		v := Classify(c, rules)
		checkAdvice(t, v, Mend(v, c))
	})
}

// The steps stand in the order in which they do no harm, and each says where.
func TestMendSteps(t *testing.T) {
	rules := newTestRules(t, nil)
	for _, tt := range []struct {
		name   string
		change change
		want   []string // what each step says, among other things
	}{
		{"healthy", all(), nil},
		{"testing, and ready for more", mode("testing"), []string{"would pass in mode enforce"}},
		{"policy before record before mail server", all(selfSignedMX, body(goodBody+"\n")), []string{
			"Serve the policy below at https://mta-sts.example.com/.well-known/mta-sts.txt", "mode testing where enforce was written",
			"Publish the TXT record below, as the only one at _mta-sts.example.com", mxHost + " " + mxAt + ": Obtain a certificate"}},
		{"enforce and a bad mail server", selfSignedMX, []string{mxHost + " " + mxAt + ": Obtain a certificate", "mode testing keeps mail flowing"}},
		{"delegated record", alias(recordName, "TXT", []string{"r.sts.example"}, "v=STSv1;"), []string{"is a CNAME to r.sts.example: let its operator"}},
		{"delegated policy host", all(alias(policyHost, "A", []string{"p.sts.example"}, policyAt), alias(policyHost, "AAAA", []string{"p.sts.example"}),
			body(goodBody+"\n")), []string{"mta-sts.example.com is a CNAME to p.sts.example", "Publish"}},
		{"the domain stands in the advice", refetch(status(404)), []string{"mta-sts.txt of mta-sts.example.com", "Serve", "begins in mode testing", "Publish"}},
		{"many places", all(noFetch, answer(policyHost, "A", "192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"),
			fetch("192.0.2.1", "", status(503)), fetch("192.0.2.2", "", status(503)), fetch("192.0.2.3", "", status(503)), fetch("192.0.2.4", "", status(503))),
			[]string{"mta-sts.example.com 192.0.2.3 and 1 more: Mend the web server"}},
	} {
		c := deployed(tt.change)
		got := Mend(Classify(c, rules), c).Steps
		if len(got) != len(tt.want) {
			t.Errorf("%s: %d steps, want %d:\n%s", tt.name, len(got), len(tt.want), strings.Join(got, "\n"))
			continue
		}
		for i, want := range tt.want {
			if !strings.Contains(got[i], want) {
				t.Errorf("%s, step %d: %q, want %q in it", tt.name, i+1, got[i], want)
			}
		}
	}
}
