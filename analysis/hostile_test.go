package analysis

import (
	"slices"
	"strings"
	"testing"

	"stscan/internal/evidence"
)

// TestMXRecordsLeftOut: one of those that were left out may be unlisted, or be
// alive, so that the others alone make no domain valid, and none without mail.
func TestMXRecordsLeftOut(t *testing.T) {
	cut := func(records ...string) change {
		return func(c *evidence.Case) {
			l := question("example.com", "MX")
			l.RCode, l.Records, l.Total, l.Truncated = "NOERROR", records, 2000, true
			lookup(l)(c)
		}
	}
	run(t, []expect{
		{"those kept are good", cut("10 mx1.example.com."), inconclusive, unknown, "inc_parser_limit"},
		{"those kept are dead", all(cut("10 localhost."), body(strings.ReplaceAll(goodBody, "mx1.example.com", "localhost")), noSession),
			inconclusive, unknown, "inc_parser_limit mxdns_localhost"},
	})
}

// TestChainCutShort: the issuer that is missing may be among the certificates
// that were left out; a wrong name stays wrong whatever follows.
func TestChainCutShort(t *testing.T) {
	p := testPKI()
	long := func(host string) []evidence.Certificate {
		return slices.Concat(sent(leaf(host, p.intermediate, nil)), slices.Repeat(sent(p.private.cert), longChain))
	}
	cut := func(s *evidence.Session) { s.Truncated = true }
	run(t, []expect{
		{"MX host", resession(shows(long("mx1.example.com")), cut), inconclusive, unknown, "inc_parser_limit"},
		{"MX host, nothing cut", resession(shows(long("mx1.example.com"))), brokenMX, refusedAll, "mxcert_untrusted"},
		{"MX host of another name", resession(shows(long("a.example")), cut), brokenMX, refusedAll,
			"mxcert_name_mismatch mxcert_untrusted"},
		{"policy host", refetch(func(f *evidence.PolicyFetch) { f.TLS.Chain, f.Truncated = long(policyHost), true }),
			inconclusive, unknown, "inc_parser_limit"},
		{"policy host, nothing cut", refetch(func(f *evidence.PolicyFetch) { f.TLS.Chain = long(policyHost) }),
			brokenRetrieval, policyIgnored, "ptls_cert_untrusted"},
	})
}
