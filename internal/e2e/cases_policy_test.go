//go:build e2e && linux

package e2e

import "strings"

// retrievalFails is the truth of a domain whose policy cannot be had for one reason.
func retrievalFails(code string) verdict {
	return verdict{status: "broken_retrieval", delivery: "policy_ignored", codes: code}
}

func syntaxFails(code string) verdict {
	return verdict{status: "broken_syntax", delivery: "policy_ignored", codes: code}
}

// protected is the truth of a domain with which nothing is wrong.
var protected = verdict{status: "valid_enforce", delivery: "protected"}

func with(v verdict, codes string) verdict {
	v.codes = codes
	return v
}

// biggerThanLimit is a policy of more than 64 KiB (RFC 8461 section 3.3 asks for a limit).
var biggerThanLimit = policyOf("enforce", "good") + strings.Repeat("comment: "+strings.Repeat("x", 55)+"\r\n", 1100)

// policyCases differ in the record and in how the policy is served.
var policyCases = []deployment{
	{domain: "none.example", mx: []string{"good"}, record: none, want: verdict{status: "not_deployed", delivery: "unprotected"}},
	{domain: "good.example", mx: []string{"good"}, want: protected},
	{domain: "testing.example", mx: []string{"good"}, policy: policyOf("testing", "good"),
		want: verdict{status: "valid_testing", delivery: "reports_only"}},
	{domain: "modenone.example", mx: []string{"good"}, policy: "version: STSv1\nmode: none\nmax_age: 86400\n",
		want: verdict{status: "valid_none", delivery: "unprotected", codes: "plint_mode_none"}},
	{domain: "wildcardcert.example", mx: []string{"good"}, site: site{cert: wildcardCert}, want: protected},
	{domain: "charset.example", mx: []string{"good"}, site: site{kind: "text/plain; charset=utf-8"}, want: protected},

	{domain: "tworecords.example", mx: []string{"good"}, zone: []string{`_mta-sts.tworecords.example. TXT "v=STSv1; id=2;"`},
		want: verdict{status: "broken_record", delivery: "policy_ignored", codes: "rec_multiple"}},
	{domain: "noid.example", mx: []string{"good"}, record: `"v=STSv1;"`,
		want: verdict{status: "broken_record", delivery: "policy_ignored", codes: "rec_missing_id"}},
	{domain: "badid.example", mx: []string{"good"}, record: `"v=STSv1; id=2026-11-22;"`,
		want:  verdict{status: "broken_record", delivery: "policy_ignored", codes: "rec_bad_id_chars"},
		other: fetchOpinion{resultValid, "it does not look at what an id is made of; RFC 8461 section 3.1: letters and digits"}},
	{domain: "strings.example", mx: []string{"good"}, record: `"v=STSv1; i" "d=1;"`, want: protected},

	{domain: "certexpired.example", mx: []string{"good"}, site: site{cert: expiredCert}, want: retrievalFails("ptls_cert_expired")},
	{domain: "certname.example", mx: []string{"good"}, site: site{cert: mismatchCert}, want: retrievalFails("ptls_cert_name_mismatch")},
	{domain: "certself.example", mx: []string{"good"}, site: site{cert: selfSignedCert}, want: retrievalFails("ptls_cert_self_signed")},
	{domain: "certuntrusted.example", mx: []string{"good"}, site: site{cert: untrustedCert}, want: retrievalFails("ptls_cert_untrusted")},
	{domain: "certchain.example", mx: []string{"good"}, site: site{cert: incompleteCert}, want: retrievalFails("ptls_chain_incomplete")},
	{domain: "certcn.example", mx: []string{"good"}, site: site{cert: cnOnlyCert}, want: retrievalFails("ptls_cert_cn_only"),
		other: fetchOpinion{resultValid, "Python's ssl takes the common name of a certificate without DNS names; RFC 8461 section 3.3 wants a SAN"}},
	{domain: "certnone.example", mx: []string{"good"}, site: site{absent: true}, want: retrievalFails("ptls_no_cert_for_name")},
	{domain: "oldtls.example", mx: []string{"good"}, want: retrievalFails("ptls_version_too_old"),
		site: site{address: oldWebAddress, options: "ssl_protocols TLSv1; ssl_ciphers DEFAULT@SECLEVEL=0;"}},
	{domain: "refused.example", mx: []string{"good"}, site: site{address: deafWebAddress}, want: retrievalFails("ptcp_refused")},
	{domain: "redirect.example", mx: []string{"good"}, want: retrievalFails("phttp_redirect"),
		site: site{location: "return 301 https://mta-sts.good.example$request_uri;"}},
	{domain: "missing.example", mx: []string{"good"}, site: site{location: "location / { return 404; }"}, want: retrievalFails("phttp_404")},
	{domain: "forbidden.example", mx: []string{"good"}, site: site{location: "location / { deny all; }"}, want: retrievalFails("phttp_403")},
	{domain: "failing.example", mx: []string{"good"}, site: site{location: "location / { return 503; }"}, want: retrievalFails("phttp_5xx")},
	{domain: "closing.example", mx: []string{"good"}, site: site{location: "location / { return 444; }"}, want: retrievalFails("phttp_truncated")},
	{domain: "htmltype.example", mx: []string{"good"}, site: site{kind: "text/html"}, want: retrievalFails("phttp_content_type")},
	{domain: "big.example", mx: []string{"good"}, policy: biggerThanLimit, want: retrievalFails("phttp_too_large")},
	{domain: "html.example", mx: []string{"good"}, policy: "<!DOCTYPE html>\n<html><body>Welcome</body></html>\n",
		want: syntaxFails("psyn_html")},
	{domain: "bom.example", mx: []string{"good"}, policy: "\ufeff" + policyOf("enforce", "good"), want: syntaxFails("psyn_bom")},
	{domain: "nomx.example", mx: []string{"good"}, policy: "version: STSv1\nmode: enforce\nmax_age: 604800\n", want: syntaxFails("psyn_missing_mx")},
	// Policy hosts are asked at one address after the other, IPv6 first, until one answers.
	{domain: "six.example", mx: []string{"good"}, noPolicyHost: true,
		zone: []string{"mta-sts.six.example. AAAA " + web6Address}, want: protected},
	{domain: "sixfirst.example", mx: []string{"good"}, site: site{address: deafWebAddress},
		zone: []string{"mta-sts.sixfirst.example. AAAA " + web6Address}, want: protected},
	{domain: "sixdown.example", mx: []string{"good"},
		zone: []string{"mta-sts.sixdown.example. AAAA " + deafWeb6Address}, want: with(protected, "ptcp_refused")},
	{domain: "bothdown.example", mx: []string{"good"}, site: site{address: deafWebAddress}, want: retrievalFails("ptcp_refused"),
		zone: []string{"mta-sts.bothdown.example. AAAA " + deafWeb6Address}},

	{domain: "nohost.example", mx: []string{"good"}, noPolicyHost: true, want: retrievalFails("phost_nxdomain")},
	{domain: "nodata.example", mx: []string{"good"}, noPolicyHost: true,
		zone: []string{`mta-sts.nodata.example. TXT "no address here"`}, want: retrievalFails("phost_nodata")},
	{domain: "dangling.example", mx: []string{"good"}, noPolicyHost: true,
		zone: []string{"mta-sts.dangling.example. CNAME gone.operator.example."}, want: retrievalFails("phost_cname_dangling")},
	{domain: "loop.example", mx: []string{"good"}, noPolicyHost: true, want: retrievalFails("phost_cname_loop"),
		zone: []string{"mta-sts.loop.example. CNAME a.loop.example.", "a.loop.example. CNAME mta-sts.loop.example."}},
	{domain: "delegated.example", mx: []string{"good"}, noPolicyHost: true,
		zone: []string{"mta-sts.delegated.example. CNAME web.operator.example.", "web.operator.example. A " + webAddress}, want: protected},
	{domain: "bogushost.example", mx: []string{"good"}, noPolicyHost: true, want: retrievalFails("phost_dnssec_bogus"),
		zone: []string{"mta-sts.bogushost.example. CNAME web.bogus.example.", "web.bogus.example. A " + webAddress}},
	{domain: "bogus.example", mx: []string{"good"},
		want:  verdict{status: "inconclusive", delivery: "unknown", codes: "inc_dns_servfail mxdns_dnssec_bogus"},
		other: fetchOpinion{resultError, "a SERVFAIL is an error to it, which a sender treats as no answer"}},
}
