package analysis

import "testing"

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
