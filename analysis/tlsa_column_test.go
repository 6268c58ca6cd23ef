package analysis

import (
	"slices"
	"testing"
)

func TestTLSAColumn(t *testing.T) {
	const end = "mx7.provider.example"
	const record = "3 1 1 0000000000000000000000000000000000000000000000000000000000000000"
	two := withAD(domain, "MX", mx1, "20 mx2.example.com.")
	alias := all(withAD(mxHost, "CNAME", end+"."), withAD(end, "CNAME"))
	fails := by(resolverA, false, tlsaName(mxHost), "TLSA", servfail(tlsaName(mxHost), "TLSA"))
	r := newTestRules(t, nil)
	for _, tt := range []struct {
		name   string
		change change
		want   []TLSA
	}{
		{"both hosts, one unsigned", all(two, signedHost(mxHost, record), unsignedHost(mxHost2, record)),
			[]TLSA{{mxHost, mxHost, true}, {mxHost2, mxHost2, false}}},
		{"one host of two", all(two, signedHost(mxHost), signedHost(mxHost2, record)), []TLSA{{mxHost2, mxHost2, true}}},
		{"a record that no sender can use", all(two, signedHost(mxHost, "9 9 9 00"), signedHost(mxHost2)), []TLSA{{mxHost, mxHost, true}}},
		{"at the end of an alias", all(two, alias, withAD(tlsaName(end), "TLSA", record)), []TLSA{{mxHost, end, true}}},
		{"at an alias itself", all(two, alias, withAD(tlsaName(end), "TLSA"), withAD(tlsaName(mxHost), "TLSA", record)), []TLSA{{mxHost, mxHost, true}}},
		{"bogus", all(two, withAD(mxHost, "CNAME"), fails, unchecked(tlsaName(mxHost), "TLSA", record)), []TLSA{{mxHost, mxHost, false}}},
		{"none", all(two, signedHost(mxHost), signedHost(mxHost2)), nil},
		{"unanswered", all(two, withAD(mxHost, "CNAME"), fails), nil},
		{"implicit MX", all(withAD(domain, "MX"), signedHost(domain, record)), []TLSA{{domain, domain, true}}},
		{"MX not answered", all(servfail(domain, "MX"), signedHost(mxHost, record)), nil},
	} {
		if v := Classify(deployed(tt.change), r); !slices.Equal(v.TLSA, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, v.TLSA, tt.want)
		}
	}
}
