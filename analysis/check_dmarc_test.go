package analysis

import (
	"slices"
	"testing"

	"stscan/internal/evidence"
)

// below makes the target a name below an organizational domain.
func below(organizational string) change {
	return func(c *evidence.Case) { c.Domain.Target.RegistrablePrivate = organizational }
}

func TestDMARC(t *testing.T) {
	const name, above = "_dmarc.example.com", "_dmarc.org.example"
	has := func(records ...string) change { return answer(name, "TXT", records...) }
	inherits := func(record string) change {
		return all(below("org.example"), nxdomain(name, "TXT"), answer(above, "TXT", record))
	}
	runCheck(t, dmarcCheck(), []adoptionCase{
		{"none", has("v=DMARC1; p=none"), AdoptsYes, "none"},
		{"none with reports", has("v=DMARC1; p=none; rua=mailto:d@example.com;"), AdoptsYes, "none_rua"},
		{"quarantine", has("v=DMARC1;p=quarantine"), AdoptsYes, "quarantine"},
		{"quarantine with reports", has("v=DMARC1;p=quarantine;rua=mailto:d@example.com!10m"), AdoptsYes, "quarantine_rua"},
		{"reject", has("v=DMARC1; p=reject; ruf=mailto:d@example.com"), AdoptsYes, "reject"},
		{"reject with reports", has("v = DMARC1 ; p = REJECT ; rua = mailto:d@example.com"), AdoptsYes, "reject_rua"},
		{"own policy counts, not that for below", has("v=DMARC1; p=reject; sp=none"), AdoptsYes, "reject"},
		{"no policy, but reports", has("v=DMARC1; rua=mailto:d@example.com"), AdoptsYes, "none_rua"},
		{"bad policy, but reports", has("v=DMARC1; p=monitor; rua=mailto:d@example.com"), AdoptsYes, "none_rua"},
		{"bad policy for below, but reports", has("v=DMARC1; p=reject; sp=x; rua=mailto:d@example.com"), AdoptsYes, "none_rua"},
		{"beside others", has("v=spf1 -all", "v=DMARC1; p=none"), AdoptsYes, "none"},
		{"inherited none", inherits("v=DMARC1; p=none"), AdoptsYes, "org_none"},
		{"inherited none with reports", inherits("v=DMARC1; p=none; rua=mailto:d@org.example"), AdoptsYes, "org_none_rua"},
		{"inherited quarantine", inherits("v=DMARC1; p=quarantine"), AdoptsYes, "org_quarantine"},
		{"inherited quarantine with reports", inherits("v=DMARC1; p=none; sp=quarantine; rua=mailto:d@org.example"), AdoptsYes, "org_quarantine_rua"},
		{"inherited, with a policy for below", inherits("v=DMARC1; p=none; sp=reject"), AdoptsYes, "org_reject"},
		{"inherited reject with reports", inherits("v=DMARC1; p=reject; rua=mailto:d@org.example"), AdoptsYes, "org_reject_rua"},
		{"own record before the inherited", all(below("org.example"), has("v=DMARC1; p=none"), answer(above, "TXT", "v=DMARC1; p=reject")), AdoptsYes, "none"},
		{"foreign TXT, then inherited", all(below("org.example"), has("v=spf1 -all"), answer(above, "TXT", "v=DMARC1; p=reject")), AdoptsYes, "org_reject"},
		{"none", nxdomain(name, "TXT"), AdoptsNo, "absent"},
		{"none here, none above", all(below("org.example"), nodata(name, "TXT"), nxdomain(above, "TXT")), AdoptsNo, "absent"},
		{"foreign", has("v=spf1 -all"), AdoptsNo, "absent"},
		{"another version", has("v=DMARC2; p=none"), AdoptsNo, "absent"},
		{"version in lower case", has("v=dmarc1; p=none"), AdoptsNo, "absent"},
		{"version not first", has("p=none; v=DMARC1"), AdoptsNo, "absent"},
		{"two", has("v=DMARC1; p=none", "v=DMARC1; p=reject"), AdoptsBroken, "multiple"},
		{"no delimiter", has("v=DMARC1 p=none"), AdoptsBroken, "syntax"},
		{"no tag", has("v=DMARC1; reject"), AdoptsBroken, "syntax"},
		{"empty tag", has("v=DMARC1;; p=none"), AdoptsBroken, "syntax"},
		{"a tag twice", has("v=DMARC1; p=none; p=reject"), AdoptsBroken, "syntax"},
		{"no policy", has("v=DMARC1;"), AdoptsBroken, "bad_policy"},
		{"bad policy", has("v=DMARC1; p=monitor; rua=d@example.com"), AdoptsBroken, "bad_policy"},
		{"unanswered", servfail(name, "TXT"), AdoptsUnknown, "unanswered"},
		{"unanswered above", all(below("org.example"), nxdomain(name, "TXT"), servfail(above, "TXT")), AdoptsUnknown, "unanswered"},
		{"unanswered here", all(below("org.example"), servfail(name, "TXT"), answer(above, "TXT", "v=DMARC1; p=reject")), AdoptsUnknown, "unanswered"},
	})
}

// TestAskOrganizational: the organizational domain is asked only where its
// answer counts.
func TestAskOrganizational(t *testing.T) {
	const name, above = "_dmarc.example.com TXT", "_dmarc.org.example TXT"
	for _, tt := range []struct {
		name    string
		org     string
		records []string
		rcode   string
		want    []string
	}{
		{"own record", "org.example", []string{"v=DMARC1; p=none"}, "NOERROR", []string{name}},
		{"none", "org.example", nil, "NXDOMAIN", []string{name, above}},
		{"foreign", "org.example", []string{"x"}, "NOERROR", []string{name, above}},
		{"unanswered", "org.example", nil, "SERVFAIL", []string{name}},
		{"itself organizational", domain, nil, "NXDOMAIN", []string{name}},
		{"not known", "", nil, "NXDOMAIN", []string{name}},
	} {
		c := deployed(below(tt.org))
		got := asked(t, &c, dmarcCheck().AskDomain, func(evidence.Question) evidence.Lookup {
			return evidence.Lookup{RCode: tt.rcode, Records: tt.records, Total: len(tt.records)}
		})
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: asked %v, want %v", tt.name, got, tt.want)
		}
	}
}
