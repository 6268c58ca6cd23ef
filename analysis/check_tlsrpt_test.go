package analysis

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestTLSRPT(t *testing.T) {
	const name = "_smtp._tls.example.com"
	has := func(records ...string) change { return answer(name, "TXT", records...) }
	runCheck(t, tlsrptCheck(), []adoptionCase{
		{"mail", has("v=TLSRPTv1; rua=mailto:tls@example.com"), AdoptsYes, "ok"},
		{"two of both kinds", has("v=TLSRPTv1;rua=https://example.com/r,mailto:tls@example.com;"), AdoptsYes, "ok"},
		{"beside others", has("v=spf1 -all", "v=TLSRPTv1; rua=mailto:tls@example.com"), AdoptsYes, "ok"},
		{"none", nxdomain(name, "TXT"), AdoptsNo, "absent"},
		{"no data", nodata(name, "TXT"), AdoptsNo, "absent"},
		{"foreign", has("v=spf1 -all"), AdoptsNo, "rpt_foreign_txt"},
		{"two", has("v=TLSRPTv1; rua=mailto:a@b.example", "v=TLSRPTv1; rua=mailto:c@b.example"), AdoptsBroken, "rpt_multiple"},
		{"no rua", has("v=TLSRPTv1;"), AdoptsBroken, "rpt_missing_rua"},
		{"empty rua", has("v=TLSRPTv1; rua="), AdoptsBroken, "rpt_bad_rua"},
		{"scheme", has("v=TLSRPTv1; rua=http://example.com/"), AdoptsBroken, "rpt_bad_scheme"},
		{"blanks between", has("v=TLSRPTv1; rua=mailto:a@b.example x=1"), AdoptsBroken, "rpt_bad_separator"},
		{"no extension", has("v=TLSRPTv1; rua=mailto:a@b.example; -"), AdoptsBroken, "rpt_bad_extension"},
		{"version", has("v=tlsrptv1; rua=mailto:a@b.example"), AdoptsBroken, "rpt_bad_version"},
		{"unknown", servfail(name, "TXT"), AdoptsUnknown, "unanswered"},
	})
}

func TestTLSRPTReceivers(t *testing.T) {
	const name = "_smtp._tls.example.com"
	has := func(rua string) change { return answer(name, "TXT", "v=TLSRPTv1; rua="+rua) }
	var many []string
	for i := range 40 {
		many = append(many, fmt.Sprintf("mailto:a@r%02d.example", i))
	}
	r := newTestRules(t, nil)
	for _, tt := range []struct {
		name   string
		change change
		want   string
	}{
		{"two", has("mailto:a@reports.example,https://example.com/r"), "example.com reports.example"},
		{"a record that is broken", has("mailto:a@reports.example,ftp://example.com"), ""},
		{"none", nodata(name, "TXT"), ""},
		{"unknown", servfail(name, "TXT"), ""},
		{"longer than a name", has("mailto:a@" + strings.Repeat("a", 254) + ",mailto:b@b.example"), "b.example"},
		{"nothing but a dot", has("mailto:a@."), ""},
		{"a crowd", has(strings.Join(many, ",")), strings.ReplaceAll(strings.Join(many[:32], " "), "mailto:a@", "")},
	} {
		v := Classify(deployed(tt.change), r)
		if !slices.Equal(v.TLSRPTRUA, strings.Fields(tt.want)) {
			t.Errorf("%s: %q, want %q", tt.name, v.TLSRPTRUA, tt.want)
		}
	}
}
