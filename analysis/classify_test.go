package analysis

import (
	"testing"

	"stscan/internal/evidence"
	"stscan/internal/taxonomy"
)

// goodBodySHA256 is what sha256sum says of goodBody.
const goodBodySHA256 = "35dd6b2383572833a108a2445030cda383bca70273e273b575086064f3a99746"

// Short names for the tables.
const (
	notDeployed     = taxonomy.StatusNotDeployed
	brokenRecord    = taxonomy.StatusBrokenRecord
	brokenRetrieval = taxonomy.StatusBrokenRetrieval
	brokenSyntax    = taxonomy.StatusBrokenSyntax
	validNone       = taxonomy.StatusValidNone
	brokenMatch     = taxonomy.StatusBrokenMatch
	brokenMX        = taxonomy.StatusBrokenMX
	validTesting    = taxonomy.StatusValidTesting
	validEnforce    = taxonomy.StatusValidEnforce
	inconclusive    = taxonomy.StatusInconclusive

	unprotected   = taxonomy.DeliveryUnprotected
	policyIgnored = taxonomy.DeliveryPolicyIgnored
	reportsOnly   = taxonomy.DeliveryReportsOnly
	protected     = taxonomy.DeliveryProtected
	atRisk        = taxonomy.DeliveryAtRiskSomeMX
	refusedAll    = taxonomy.DeliveryRefusedAllMX
	noMail        = taxonomy.DeliveryNoMail
	unknown       = taxonomy.DeliveryUnknown
)

// silent is a name that signals nothing and of which nothing more was asked.
func silent(c *evidence.Case) {
	noFetch(c)
	noSession(c)
	c.Domain.Lookups = nil
	nxdomain(recordName, "TXT")(c)
	answer(domain, "MX", "10 mx1.example.com.")(c)
}

func mode(m string) change {
	return body("version: STSv1\nmode: " + m + "\nmx: mx1.example.com\nmax_age: 604800\n")
}

var selfSignedMX = resession(func(s *evidence.Session) { s.TLS.Chain = sent(selfSigned(mxHost)) })

func TestStatus(t *testing.T) {
	nothing := func(*evidence.Case) {}
	unlisted := body("version: STSv1\nmode: enforce\nmx: mx.other.example\nmax_age: 604800\n")
	run(t, []expect{
		{"enforce", nothing, validEnforce, protected, ""},
		{"testing", mode("testing"), validTesting, reportsOnly, ""},
		{"mode none", mode("none"), validNone, unprotected, "plint_mode_none"},
		{"no record", silent, notDeployed, unprotected, ""},
		{"no record, MX unknown", all(silent, servfail(domain, "MX")), notDeployed, unprotected, "inc_dns_servfail"},
		{"record unknown", all(silent, servfail(recordName, "TXT")), inconclusive, unknown, "inc_dns_servfail"},
		{"record never asked", func(c *evidence.Case) { *c = evidence.Case{Domain: evidence.Domain{Target: c.Domain.Target}} },
			inconclusive, unknown, "inc_not_probed"},
		{"opted out", all(silent, func(c *evidence.Case) { c.Domain.Lookups = nil }, skip("domain", domain, "", "opted_out")),
			inconclusive, unknown, "dom_opted_out"},
		{"MX records unknown", servfail(domain, "MX"), inconclusive, unknown, "inc_dns_servfail"},
		{"MX records bogus", fails(domain, "MX", "SERVFAIL", evidence.KindStatus, 6), inconclusive, unknown, "mxdns_dnssec_bogus"},
		{"the record decides before the policy", all(txt("v=STSv1;"), refetch(status(404))),
			brokenRecord, policyIgnored, "phttp_404 rec_missing_id"},
		{"retrieval decides before the MX", all(refetch(status(404)), selfSignedMX),
			brokenRetrieval, policyIgnored, "mxcert_self_signed phttp_404"},
		{"syntax decides before the MX", all(body("mode: enforce\nmx: mx1.example.com\nmax_age: 1000000\n"), selfSignedMX),
			brokenSyntax, policyIgnored, "mxcert_self_signed psyn_missing_version"},
		{"match decides before the MX", all(unlisted, selfSignedMX),
			brokenMatch, refusedAll, "cause_domain match_none mxcert_self_signed plint_mx_unused"},
		{"mode none: the MX is nobody's business", all(mode("none"), selfSignedMX), validNone, unprotected, "mxcert_self_signed plint_mode_none"},
		{"MX broken", selfSignedMX, brokenMX, refusedAll, "mxcert_self_signed"},
		{"MX broken in testing", all(mode("testing"), selfSignedMX), brokenMX, reportsOnly, "mxcert_self_signed"},
		{"null MX", all(noSession, answer(domain, "MX", "0 .")), validEnforce, noMail, "dom_null_mx"},
		{"null MX in testing", all(mode("testing"), noSession, answer(domain, "MX", "0 .")), validTesting, noMail, "dom_null_mx"},
		{"null MX without a record", all(silent, answer(domain, "MX", "0 .")), notDeployed, unprotected, "dom_null_mx"},
		{"no MX, no address", all(noSession, nodata(domain, "MX"), both(domain, nodata)), validEnforce, noMail, "dom_no_mx"},
		{"no MX, addresses unknown", all(noSession, nodata(domain, "MX"), both(domain, servfail)), inconclusive, unknown, "inc_dns_servfail"},
		{"name does not exist", all(silent, nxdomain(domain, "MX")), notDeployed, unprotected, "dom_nxdomain"},
		{"implicit MX", all(noSession, nodata(domain, "MX"), answer(domain, "A", mxAt), nodata(domain, "AAAA"), session(domain, mxAt),
			body("version: STSv1\nmode: enforce\nmx: example.com\nmax_age: 604800\n")), validEnforce, protected, "dom_implicit_mx"},
		{"implicit MX without a record, A alone asked", all(silent, nodata(domain, "MX"), answer(domain, "A", mxAt)),
			notDeployed, unprotected, "dom_implicit_mx"},
		{"null MX beside another", answer(domain, "MX", "0 .", "10 mx1.example.com."), validEnforce, protected, "mxdns_null_mx_mixed"},
		{"nothing told while the controls failed", all(refetch(fetchFails(evidence.OpDial, evidence.KindTimeout)), controls("failed")),
			inconclusive, unknown, "inc_tcp_timeout inc_vantage_down"},
		{"all told while the controls failed", controls("failed"), validEnforce, protected, ""},
	})
}

func TestColumns(t *testing.T) {
	v := Classify(deployed(answer(domain, "NS", "NS2.dns.example.", "ns1.dns.example."),
		alias(policyHost, "A", []string{"mta-sts.host.example"}, policyAt)), newTestRules(t, nil))
	for _, tt := range []struct {
		name string
		ok   bool
	}{
		{"record_present", *v.RecordPresent}, {"record_valid", *v.RecordValid}, {"record_id", *v.RecordID == "1"},
		{"policy_fetched", *v.PolicyFetched}, {"policy_valid", *v.PolicyValid}, {"mode", *v.Mode == "enforce"},
		{"max_age", *v.MaxAge == 604800}, {"policy_mx", len(v.PolicyMX) == 1 && v.PolicyMX[0] == mxHost},
		{"policy_sha256", *v.PolicySHA256 == goodBodySHA256},
		{"policy_cname", len(v.PolicyCNAME) == 1 && v.PolicyCNAME[0] == "mta-sts.host.example"},
		{"policy_addrs", len(v.PolicyAddrs) == 1 && v.PolicyAddrs[0] == policyAt},
		{"mx_status", v.MXStatus == MXExplicit},
		{"ns", len(v.NS) == 2 && v.NS[0] == "ns1.dns.example" && v.NS[1] == "ns2.dns.example"},
		{"mx_provider", *v.MXProvider == "example.com"}, {"policy_provider", *v.PolicyProvider == "host.example"},
		{"dns_provider", *v.DNSProvider == "dns.example"}, {"delivery_if_enforced", *v.DeliveryIfEnforced == protected},
		{"mx host", len(v.MX) == 1 && v.MX[0].Host == mxHost && v.MX[0].Preference == 10 && v.MX[0].Addrs[0] == mxAt},
		{"mx matched", *v.MX[0].PolicyMatch && *v.MX[0].MatchedPattern == mxHost},
		{"mx values", *v.MX[0].StartTLS && *v.MX[0].CertValid && *v.MX[0].EnforceOK && *v.MX[0].Usable},
	} {
		if !tt.ok {
			t.Errorf("%s is wrong: %+v", tt.name, v)
		}
	}
}

func TestColumnsOfNothing(t *testing.T) {
	v := Classify(deployed(silent), newTestRules(t, nil))
	if v.RecordPresent == nil || *v.RecordPresent {
		t.Error("record_present must be false")
	}
	if v.RecordValid != nil || v.RecordID != nil || v.PolicyFetched != nil || v.PolicyValid != nil || v.Mode != nil ||
		v.MaxAge != nil || v.PolicyMX != nil || v.PolicySHA256 != nil || v.DeliveryIfEnforced != nil {
		t.Errorf("null means not applicable, never false: %+v", v)
	}
	m := v.MX[0]
	if m.PolicyMatch != nil || m.StartTLS != nil || m.CertValid != nil || m.EnforceOK != nil || m.Usable != nil {
		t.Errorf("an MX that nobody asked has no values: %+v", m)
	}
}

func TestDeliveryIfEnforced(t *testing.T) {
	r := newTestRules(t, nil)
	for _, tt := range []struct {
		name string
		c    evidence.Case
		want *taxonomy.Delivery
	}{
		{"testing, good", deployed(mode("testing")), new(protected)},
		{"testing, bad", deployed(mode("testing"), selfSignedMX), new(refusedAll)},
		{"testing, unknown", deployed(mode("testing"), resession(stops(evidence.OpDial, evidence.KindTimeout))), new(unknown)},
		{"enforce, bad", deployed(selfSignedMX), new(refusedAll)},
		{"mode none", deployed(mode("none")), nil},
		{"no valid record", deployed(txt("v=STSv1;")), nil},
		{"no policy", deployed(refetch(status(404))), nil},
	} {
		got := Classify(tt.c, r).DeliveryIfEnforced
		if (got == nil) != (tt.want == nil) || got != nil && *got != *tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestClasses: an MX finding is an error only behind a policy in force.
func TestClasses(t *testing.T) {
	r := newTestRules(t, nil)
	for _, tt := range []struct {
		name   string
		c      evidence.Case
		class  taxonomy.Class
		result taxonomy.Result
	}{
		{"enforce", deployed(selfSignedMX), taxonomy.ClassError, taxonomy.ResultCertNotTrusted},
		{"testing", deployed(mode("testing"), selfSignedMX), taxonomy.ClassError, taxonomy.ResultCertNotTrusted},
		{"mode none", deployed(mode("none"), selfSignedMX), taxonomy.ClassInfo, ""},
		{"no policy", deployed(refetch(status(404)), selfSignedMX), taxonomy.ClassInfo, ""},
		{"no record", deployed(txt("v=STSv1;"), selfSignedMX), taxonomy.ClassInfo, ""},
		{"another address is good", deployed(answer(mxHost, "A", mxAt, "198.51.100.2"), selfSignedMX, session(mxHost, "198.51.100.2")),
			taxonomy.ClassLint, ""},
	} {
		for _, f := range Classify(tt.c, r).Findings {
			if f.Code == taxonomy.MxcertSelfSigned && (f.Class != tt.class || f.Result != tt.result) {
				t.Errorf("%s: got %s %q, want %s %q", tt.name, f.Class, f.Result, tt.class, tt.result)
			}
		}
	}
}

func TestReportable(t *testing.T) {
	r := newTestRules(t, nil)
	v := Classify(deployed(refetch(status(404))), r)
	if len(v.PolicyTLSRPT) != 1 || v.PolicyTLSRPT[0] != taxonomy.ResultSTSPolicyFetchError {
		t.Errorf("404 behind a valid record: %v", v.PolicyTLSRPT)
	}
	v = Classify(deployed(txt("v=STSv1;"), refetch(status(404))), r)
	if len(v.PolicyTLSRPT) != 0 {
		t.Errorf("nothing is reportable behind an invalid record: %v", v.PolicyTLSRPT)
	}
	v = Classify(deployed(resession(ehlo("250 mx1.example.com"))), r)
	if len(v.MX[0].TLSRPT) != 1 || v.MX[0].TLSRPT[0] != taxonomy.ResultStartTLSNotSupported {
		t.Errorf("no STARTTLS: %v", v.MX[0].TLSRPT)
	}
}

func TestFirstFailure(t *testing.T) {
	r := newTestRules(t, nil)
	for _, tt := range []struct {
		name string
		c    evidence.Case
		want taxonomy.Code
	}{
		{"none", deployed(), ""},
		{"record before policy", deployed(txt("v=STSv1;"), refetch(status(404))), taxonomy.RecMissingID},
		{"in a layer, the table's order", deployed(txt("v=STSv1; id=a-b; x")), taxonomy.RecBadIDChars},
		{"match before MX, though the table has it behind", deployed(selfSignedMX,
			body("version: STSv1\nmode: enforce\nmx: mx.other.example\nmax_age: 604800\n")), taxonomy.MatchNone},
		{"lint is no failure", deployed(fetch("192.0.2.9", "", fetchFails(evidence.OpDial, evidence.KindRefused))), ""},
	} {
		if got := Classify(tt.c, r).FirstFailure; got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestFetchAlways: what is fetched without a record is told, and is no error.
func TestFetchAlways(t *testing.T) {
	run(t, []expect{
		{"there is a policy", nxdomain(recordName, "TXT"), notDeployed, unprotected, ""},
		{"a bad one", all(nxdomain(recordName, "TXT"), body("version: STSv1\n")),
			notDeployed, unprotected, "psyn_missing_max_age psyn_missing_mode psyn_missing_mx"},
		{"there is none", all(nxdomain(recordName, "TXT"), refetch(status(404))), notDeployed, unprotected, ""},
	})
	v := Classify(deployed(nxdomain(recordName, "TXT")), newTestRules(t, nil))
	if v.Mode == nil || *v.Mode != "enforce" || !*v.PolicyFetched {
		t.Errorf("the policy's columns are missing: %+v", v)
	}
}
