package analysis

import (
	"testing"

	"stscan/internal/evidence"
)

func TestSPF(t *testing.T) {
	has := func(records ...string) change { return answer(domain, "TXT", records...) }
	cases := []adoptionCase{
		{"fail", has("v=spf1 mx -all"), AdoptsYes, "fail"},
		{"softfail", has("v=spf1 include:_spf.example.net ~all"), AdoptsYes, "softfail"},
		{"neutral", has("v=spf1 ?all"), AdoptsYes, "neutral"},
		{"pass", has("v=spf1 +all"), AdoptsYes, "pass"},
		{"pass without qualifier", has("v=spf1 all"), AdoptsYes, "pass"},
		{"no case", has("V=SPF1 MX -ALL"), AdoptsYes, "fail"},
		{"redirect", has("v=spf1 redirect=_spf.example.net"), AdoptsYes, "redirect"},
		{"redirect beside all", has("v=spf1 redirect=_spf.example.net -all"), AdoptsYes, "fail"},
		{"nothing at the end", has("v=spf1 ip4:192.0.2.0/24"), AdoptsYes, "open"},
		{"version alone", has("v=spf1"), AdoptsYes, "open"},
		{"the first all counts", has("v=spf1 ~all -all"), AdoptsYes, "softfail"},
		{"beside others", has("v=spf10 -all", "lab", "v=spf1 -all"), AdoptsYes, "fail"},
		{"none", nodata(domain, "TXT"), AdoptsNo, "absent"},
		{"no such name", nxdomain(domain, "TXT"), AdoptsNo, "absent"},
		{"another version", has("v=spf10 -all"), AdoptsNo, "absent"},
		{"Sender ID", has("v=spf2.0/pra -all"), AdoptsNo, "absent"},
		{"two", has("v=spf1 -all", "v=spf1 ~all"), AdoptsBroken, "multiple"},
		{"unanswered", servfail(domain, "TXT"), AdoptsUnknown, "unanswered"},
		{"cut", func(c *evidence.Case) {
			l := question(domain, "TXT")
			l.RCode, l.Records, l.Total, l.Truncated = "NOERROR", []string{"v=spf1 -all"}, 200, true
			lookup(l)(c)
		}, AdoptsUnknown, "unanswered"},
	}
	// RFC 7208 section 12, by hand.
	for _, terms := range []string{"a", "a:example.net", "a/24", "a//64", "a/24//64", "mx:%{d}/0", "+mx", "ptr", "ptr:example.net", "exists:%{i}.example.net",
		"ip4:192.0.2.1", "ip4:192.0.2.0/32", "ip6:2001:db8::/32", "ip6:::ffff:192.0.2.1", "unknown=1", "exp=x.example.net", "x-y_z.1=", " mx  "} {
		cases = append(cases, adoptionCase{terms, has("v=spf1 " + terms + " -all"), AdoptsYes, "fail"})
	}
	for _, terms := range []string{"-", "foo", "include", "include:", "exists", "ip4", "ip4:", "ip4:192.0.2", "ip4:192.0.2.0/33", "ip4:2001:db8::1",
		"ip6:192.0.2.1", "ip6:fe80::1%eth0", "ip6:2001:db8::/129", "ip4:192.0.2.0/024", "a/33", "a//129", "a/", "a:", "all:x", "-all/8", "redirect=", "exp=",
		"redirect=a.example redirect=b.example", "exp=a.example exp=b.example", "=x", "1x=y", "ptr/8", "-redirect=x", "mx,a", ";"} {
		cases = append(cases, adoptionCase{terms, has("v=spf1 " + terms + " -all"), AdoptsBroken, "syntax"})
	}
	runCheck(t, spfCheck(), cases)
}
