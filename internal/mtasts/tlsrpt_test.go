package mtasts

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type tlsrptCase struct {
	name  string
	txts  []string
	state string // as in recordCase
	rua   string // joined by blanks
	codes string
}

// tlsrptCases are RFC 8460 section 3, case by case.
func tlsrptCases() []tlsrptCase {
	one := func(s string) []string { return []string{s} }
	return []tlsrptCase{
		{"mail", one("v=TLSRPTv1;rua=mailto:reports@example.com"), "valid", "mailto:reports@example.com", ""},
		{"https", one("v=TLSRPTv1; rua=https://reporting.example.com/v1/tlsrpt"), "valid", "https://reporting.example.com/v1/tlsrpt", ""},
		{"both, blanks around the comma", one("v=TLSRPTv1; rua=mailto:a@example.com ,\thttps://example.com/r?x=1;"), "valid", "mailto:a@example.com https://example.com/r?x=1", ""},
		{"repeated rua all count", one("v=TLSRPTv1; rua=mailto:a@example.com; rua=mailto:b@example.com"), "valid", "mailto:a@example.com mailto:b@example.com", ""},
		{"case of a scheme does not count", one("v=TLSRPTv1; rua=MAILTO:a@example.com,HTTPS://example.com"), "valid", "MAILTO:a@example.com HTTPS://example.com", ""},
		{"encoded comma and exclamation point", one("v=TLSRPTv1; rua=mailto:a%2Cb%21@example.com"), "valid", "mailto:a%2Cb%21@example.com", ""},
		{"header fields of mailto", one("v=TLSRPTv1; rua=mailto:a@example.com?subject=x"), "valid", "mailto:a@example.com?subject=x", ""},
		{"host and port", one("v=TLSRPTv1; rua=https://[2001:db8::1]:8443/"), "valid", "https://[2001:db8::1]:8443/", ""},
		{"user and empty port", one("v=TLSRPTv1; rua=https://u:p@example.com:/r?a=/b#c"), "valid", "https://u:p@example.com:/r?a=/b#c", ""},
		{"mailto with a fragment, which is ignored", one("v=TLSRPTv1; rua=mailto:a@example.com#x"), "valid", "mailto:a@example.com#x", ""},
		{"extension", one("v=TLSRPTv1; a=b; rua=mailto:a@example.com"), "valid", "mailto:a@example.com", ""},
		{"blank before the first delimiter", one("v=TLSRPTv1 ; rua=mailto:a@example.com"), "valid", "mailto:a@example.com", ""},

		{"nothing but the version", one("v=TLSRPTv1"), "claim", "", "rpt_missing_rua"},
		{"no rua", one("v=TLSRPTv1; ruf=mailto:a@example.com"), "claim", "", "rpt_missing_rua"},
		{"the name rua has lower case", one("v=TLSRPTv1; RUA=mailto:a@example.com"), "claim", "", "rpt_missing_rua"},
		{"empty rua", one("v=TLSRPTv1; rua="), "claim", "", "rpt_bad_rua"},
		{"comma at the end", one("v=TLSRPTv1; rua=mailto:a@example.com,"), "claim", "mailto:a@example.com", "rpt_bad_rua"},
		{"two commas", one("v=TLSRPTv1; rua=mailto:a@example.com,,mailto:b@example.com"), "claim", "mailto:a@example.com mailto:b@example.com", "rpt_bad_rua"},
		{"size limit of DMARC", one("v=TLSRPTv1; rua=mailto:a@example.com!10m"), "claim", "", "rpt_bad_rua"},
		{"blank in the URI", one("v=TLSRPTv1; rua=mailto:a @example.com"), "claim", "", "rpt_bad_rua"},
		{"blank behind rua=", one("v=TLSRPTv1; rua= mailto:a@example.com"), "claim", "", "rpt_bad_rua"},
		{"mailto without address", one("v=TLSRPTv1; rua=mailto:"), "claim", "", "rpt_bad_rua"},
		{"mailto without domain", one("v=TLSRPTv1; rua=mailto:a@"), "claim", "", "rpt_bad_rua"},
		{"mailto written like https", one("v=TLSRPTv1; rua=mailto://a@example.com"), "claim", "", "rpt_bad_rua"},
		{"https without host", one("v=TLSRPTv1; rua=https:///r"), "claim", "", "rpt_bad_rua"},
		{"https with a port only", one("v=TLSRPTv1; rua=https://:443/"), "claim", "", "rpt_bad_rua"},
		{"https with a port that is no number", one("v=TLSRPTv1; rua=https://example.com:https/"), "claim", "", "rpt_bad_rua"},
		{"https with half an IPv6 address", one("v=TLSRPTv1; rua=https://[2001:db8::1/r"), "claim", "", "rpt_bad_rua"},
		{"https with an IPv4 address in brackets", one("v=TLSRPTv1; rua=https://[192.0.2.1]/r"), "claim", "", "rpt_bad_rua"},
		{"https with an IPv6 address of too many groups", one("v=TLSRPTv1; rua=https://[1:2:3:4:5:6:7:8:9]/r"), "claim", "", "rpt_bad_rua"},
		{"https with an IPv6 address of one machine only", one("v=TLSRPTv1; rua=https://[fe80::1%25eth0]/r"), "claim", "", "rpt_bad_rua"},
		{"https with something behind the IPv6 address", one("v=TLSRPTv1; rua=https://[2001:db8::1]3/"), "claim", "", "rpt_bad_rua"},
		{"https with an IPv6 address without brackets", one("v=TLSRPTv1; rua=https://2001:db8::1/r"), "claim", "", "rpt_bad_rua"},
		{"https with brackets in the user", one("v=TLSRPTv1; rua=https://[u]@example.com/"), "claim", "", "rpt_bad_rua"},
		{"https with two users", one("v=TLSRPTv1; rua=https://u@v@example.com/"), "claim", "", "rpt_bad_rua"},
		{"https with brackets in the path", one("v=TLSRPTv1; rua=https://example.com/[id]"), "claim", "", "rpt_bad_rua"},
		{"https with two fragments", one("v=TLSRPTv1; rua=https://example.com/#a#b"), "claim", "", "rpt_bad_rua"},
		{"mailto with brackets in a header field", one("v=TLSRPTv1; rua=mailto:a@example.com?subject=[x]"), "claim", "", "rpt_bad_rua"},
		{"mailto with two fragments", one("v=TLSRPTv1; rua=mailto:a@example.com#x#y"), "claim", "", "rpt_bad_rua"},
		{"https without slashes", one("v=TLSRPTv1; rua=https:example.com"), "claim", "", "rpt_bad_rua"},
		{"broken percent encoding", one("v=TLSRPTv1; rua=https://example.com/%2"), "claim", "", "rpt_bad_rua"},
		{"letter beyond ASCII", one("v=TLSRPTv1; rua=mailto:ü@example.com"), "claim", "", "rpt_bad_rua"},
		{"http", one("v=TLSRPTv1; rua=http://example.com/r"), "claim", "", "rpt_bad_scheme"},
		{"bare address", one("v=TLSRPTv1; rua=a@example.com"), "claim", "", "rpt_bad_scheme"},
		{"one good, one bad", one("v=TLSRPTv1; rua=mailto:a@example.com,ftp://example.com"), "claim", "mailto:a@example.com", "rpt_bad_scheme"},
		{"two delimiters", one("v=TLSRPTv1;; rua=mailto:a@example.com"), "claim", "mailto:a@example.com", "rpt_bad_separator"},
		{"trailing blank", one("v=TLSRPTv1; rua=mailto:a@example.com "), "claim", "mailto:a@example.com", "rpt_bad_separator"},
		{"blank for a delimiter", one("v=TLSRPTv1 rua=mailto:a@example.com"), "claim", "mailto:a@example.com", "rpt_bad_separator"},
		{"field without =", one("v=TLSRPTv1; rua=mailto:a@example.com; x"), "claim", "mailto:a@example.com", "rpt_bad_extension"},
		{"rua with a colon", one("v=TLSRPTv1; rua:mailto:a@example.com"), "claim", "", "rpt_bad_extension rpt_missing_rua"},

		{"version in another case", one("v=tlsrptv1; rua=mailto:a@example.com"), "near", "", "rpt_bad_version"},
		{"leading blank", one(" v=TLSRPTv1; rua=mailto:a@example.com"), "near", "", "rpt_bad_version"},
		{"another number", one("v=TLSRPTv2; rua=mailto:a@example.com"), "near", "", "rpt_bad_version"},
		{"no number", one("v=TLSRPT; rua=mailto:a@example.com"), "near", "", "rpt_bad_version"},

		{"no RR", nil, "none", "", ""},
		{"DMARC", one("v=DMARC1; rua=mailto:a@example.com"), "none", "", "rpt_foreign_txt"},
		{"MTA-STS", one("v=STSv1; id=1"), "none", "", "rpt_foreign_txt"},

		{"unrelated TXT is ignored", []string{"x", "v=TLSRPTv1; rua=mailto:a@example.com"}, "valid", "mailto:a@example.com", "rpt_foreign_txt"},
		{"two records", []string{"v=TLSRPTv1; rua=mailto:a@example.com", "v=TLSRPTv1; rua=mailto:b@example.com"}, "claim", "mailto:a@example.com", "rpt_multiple"},
		{"blank before the delimiter beside unrelated TXT", []string{"x", "v=TLSRPTv1 ; rua=mailto:a@example.com"}, "claim", "mailto:a@example.com", "rpt_bad_separator rpt_foreign_txt"},
	}
}

func TestParseTLSRPTSet(t *testing.T) {
	for _, c := range tlsrptCases() {
		t.Run(c.name, func(t *testing.T) {
			got := ParseTLSRPTSet(rrs(c.txts...))
			state := map[[3]bool]string{
				{true, false, true}:   "valid",
				{true, false, false}:  "claim",
				{false, true, false}:  "near",
				{false, false, false}: "none",
			}[[3]bool{got.Present, got.NearMiss, got.Valid}]
			rua := strings.Join(got.TLSRPT.RUA, " ")
			if state != c.state || rua != c.rua || codesOf(got.Issues) != c.codes {
				t.Errorf("%q is %s, rua %q, codes %q\nwant %s, rua %q, codes %q",
					c.txts, state, rua, codesOf(got.Issues), c.state, c.rua, c.codes)
			}
			checkPlaces(t, got.Issues, func(i Issue) int { return len(c.txts[i.RR]) })
		})
	}
}

func TestTLSRPTIssuePlaces(t *testing.T) {
	got := ParseTLSRPTSet(rrs("v=TLSRPTv1; rua=mailto:a@b.example , http://c.example,mailto:d!@e.example")).Issues
	want := []Issue{
		{Code: "rpt_bad_scheme", Line: 1, Offset: 37, Length: 16, Cite: citeTLSRPT, Fatal: true},
		{Code: "rpt_bad_rua", Line: 1, Offset: 62, Length: 1, Cite: citeTLSRPT, Fatal: true},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestReceivers(t *testing.T) {
	for rua, want := range map[string]string{
		"mailto:tls@Example.COM":                                     "example.com",
		"MAILTO:tls@example.com.":                                    "example.com",
		"mailto:tls@example.com?subject=for%20a@b.example":           "example.com",
		"mailto:tls@example.com#x":                                   "example.com",
		"HTTPS://Reports.example.com/v1?to=mailto:a@b.example":       "reports.example.com",
		"https://user:word@example.com:8443":                         "example.com",
		"https://[2001:DB8::1]:8443/":                                "2001:db8::1",
		"mailto:a@b.example,https://a.example/,mailto:c@B.example":   "a.example b.example",
		"mailto:a@b.example;rua=mailto:a@c.example":                  "b.example c.example",
		"mailto:a@b.example,http://unencrypted.example,mailto:c@d!m": "b.example",
	} {
		set := ParseTLSRPTSet(rrs("v=TLSRPTv1; rua=" + rua))
		if got := strings.Join(set.TLSRPT.Receivers(), " "); got != want {
			t.Errorf("%s: %q, want %q", rua, got, want)
		}
	}
}
