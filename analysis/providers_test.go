package analysis

import (
	"testing"

	"stscan/internal/evidence"
)

// TestOperators says by hand who runs what. The domain is example.com, in the
// three columns and for its first MX host.
func TestOperators(t *testing.T) {
	const none = "null"
	r := newTestRules(t, nil)
	mx := func(records ...string) change { return answer(domain, "MX", records...) }
	policy := func(chain ...string) change { return alias(policyHost, "A", chain, policyAt) }
	ns := func(records ...string) change { return answer(domain, "NS", records...) }
	for _, tt := range []struct {
		name   string
		change change
		column string
		want   string
	}{
		{"a known operator", mx("0 example-com.mail.protection.outlook.com."), "mx", "microsoft"},
		{"a host of one's own", all(), "mx", "example.com"},
		{"a host of an unknown operator", mx("10 mx1.alpha-mail.test."), "mx", "alpha-mail.test"},
		{"an unknown one below a public suffix of two labels", mx("10 mx1.mail.provider.co.uk."), "mx", "provider.co.uk"},
		{"one's own alias of an operator's host", all(mx("10 mx.example.com."), alias("mx.example.com", "A", []string{"mx.provider.example"}, mxAt)),
			"mx", "provider.example"},
		{"one's own alias of a known operator's host", all(mx("10 mx.example.com."), alias("mx.example.com", "AAAA", []string{"aspmx.l.google.com"}, "2001:db8::1")),
			"mx", "google"},
		{"an operator's host that is an alias of another's", all(mx("10 mx.reseller.example."), alias("mx.reseller.example", "A", []string{"aspmx.l.google.com"}, mxAt)),
			"mx", "reseller.example"},
		{"one's own alias of a host of one's own", alias(mxHost, "A", []string{"host7.example.com"}, mxAt), "mx", "example.com"},
		{"several hosts of one operator", mx("1 aspmx.l.google.com.", "1 aspmx2.googlemail.com."), "mx", "google"},
		{"two operators at one preference", mx("10 mx1.alpha-mail.test.", "10 mx1.beta-mail.test."), "mx", "mixed"},
		{"a known and an unknown operator at one preference", mx("10 aspmx.l.google.com.", "10 mx1.beta-mail.test."), "mx", "mixed"},
		{"a backup at another operator", mx("20 mx1.beta-mail.test.", "10 mx1.alpha-mail.test."), "mx", "alpha-mail.test"},
		{"one operator under two suffixes", mx("10 mx2.provider.test.", "10 mx1.provider.example."), "mx", "provider.example"},
		{"a host that is a public suffix", mx("10 co.uk."), "mx", none},
		{"a public suffix that is an alias", all(mx("10 co.uk."), alias("co.uk", "A", []string{"mx1.alpha-mail.test"}, mxAt)), "mx", "alpha-mail.test"},
		{"a host of nobody beside one of somebody", mx("10 com.", "10 mx1.alpha-mail.test."), "mx", "alpha-mail.test"},
		{"null MX", mx("0 ."), "mx", none},
		{"implicit MX", all(mx(), answer(domain, "A", mxAt)), "mx", "example.com"},

		{"a policy host of one's own", all(), "policy", "example.com"},
		{"no policy host", all(nxdomain(policyHost, "A"), nxdomain(policyHost, "AAAA")), "policy", none},
		{"a policy host we cannot tell of", both(policyHost, servfail), "policy", none},
		{"a name that a policy service handed out", policy("example.com._mta-sts.mailhardener.com"), "policy", "mailhardener"},
		{"another of the service's names", policy("policy.mailhardener.com"), "policy", "mailhardener"},
		{"the same, left behind", nxdomain(policyHost, "A", "example-com._mta-sts.uriports.com"), "policy", "uriports"},
		{"a service behind somebody else's alias", policy("sts.reseller.example", "example-com._mta-sts.uriports.com"), "policy", "uriports"},
		{"the record alone is a service's", alias(recordName, "TXT", []string{"example-com._mta-sts.uriports.com"}, "v=STSv1; id=1;"), "policy", "uriports"},
		{"the record alone is somebody's", alias(recordName, "TXT", []string{"sts.provider.example"}, "v=STSv1; id=1;"), "policy", "example.com"},
		{"a host that every customer has for himself", policy("d111111abcdef8.cloudfront.net"), "policy", "amazon"},
		{"the same behind an alias of one's own", policy("www.example.com", "d111111abcdef8.cloudfront.net"), "policy", "amazon"},
		{"an operator behind a CDN", policy("sts.provider.example", "d111111abcdef8.cloudfront.net"), "policy", "provider.example"},
		{"an alias of one's own host", policy("www.example.com"), "policy", "example.com"},
		{"no alias, and no address", both(policyHost, nodata), "policy", none},

		{"known name servers", ns("ns-2.awsdns-00.com.", "ns-1964.awsdns-53.co.uk."), "dns", "amazon"},
		{"unknown name servers", ns("ns1.alpha-dns.test.", "ns2.alpha-dns.test."), "dns", "alpha-dns.test"},
		{"under several suffixes", ns("ns1.provider.net.", "ns2.provider.de.", "ns3.provider.co.uk."), "dns", "provider.co.uk"},
		{"of two operators", ns("dns1.p01.nsone.net.", "ns-2.awsdns-00.com."), "dns", "mixed"},
		{"of one's own", ns("ns1.example.com.", "ns2.example.com."), "dns", "example.com"},
		{"one's own and another's", ns("ns1.example.com.", "ns1.alpha-dns.test."), "dns", "mixed"},
		{"never asked", all(), "dns", none},
	} {
		v := Classify(deployed(tt.change), r)
		got := show(map[string]*string{"mx": v.MXProvider, "policy": v.PolicyProvider, "dns": v.DNSProvider}[tt.column])
		if got != tt.want {
			t.Errorf("%s: %s is %v, want %s", tt.name, tt.column, got, tt.want)
		}
	}
}

func TestOperatorOfEachHost(t *testing.T) {
	v := Classify(deployed(answer(domain, "MX", "10 mx1.example.com.", "10 aspmx.l.google.com.", "20 mx1.alpha-mail.test.", "30 com.")), newTestRules(t, nil))
	want := map[string]any{mxHost: "example.com", "aspmx.l.google.com": "google", "mx1.alpha-mail.test": "alpha-mail.test", "com": "null"}
	for _, m := range v.MX {
		if got := show(m.Provider); got != want[m.Host] {
			t.Errorf("%s: got %v, want %v", m.Host, got, want[m.Host])
		}
	}
	if len(v.MX) != len(want) {
		t.Errorf("%d hosts", len(v.MX))
	}
}

// TestNameBelowOperator: the domain may itself be an operator's, whose label
// then prevails, or one that a host of the private section of the Public Suffix
// List gives away, which is not the host's.
func TestNameBelowOperator(t *testing.T) {
	r := newTestRules(t, nil)
	for _, tt := range []struct{ domain, registrable, private, want string }{
		{"google.com", "google.com", "google.com", "google"},
		{"user.dyndns.org", "dyndns.org", "user.dyndns.org", "user.dyndns.org"},
		{"deep.example.org", "example.org", "example.org", "example.org"},
		{"example.gov.uk", "example.gov.uk", "example.gov.uk", "example.gov.uk"},
	} {
		target := evidence.Target{Domain: tt.domain, Registrable: tt.registrable, RegistrablePrivate: tt.private}
		c := evidence.Case{Domain: evidence.Domain{Target: target, ScannedAt: observed, Attempt: 1}}
		answer(target.Domain, "MX", "10 smtp."+target.Domain+".")(&c)
		if got := show(Classify(c, r).MXProvider); got != tt.want {
			t.Errorf("%s: got %v, want %s", tt.domain, got, tt.want)
		}
	}
}

func TestOperatorsVersion(t *testing.T) {
	if v := newTestRules(t, nil).OperatorsVersion(); v == "" {
		t.Error("the data has no version")
	}
}
