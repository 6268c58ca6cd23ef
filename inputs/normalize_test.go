package inputs

import (
	"errors"
	"strings"
	"testing"
)

// normalizeTable is the rule, by example. Expectations are from RFC 1035
// section 2.3.4 (lengths), UTS #46 (mapping; A-labels by an independent Punycode coder), and
// package documentation.
var normalizeTable = []struct {
	in, want string
	reason   Reason
	why      string
}{
	{"example.com", "example.com", "", "as it is"},
	{"EXAMPLE.Com", "example.com", "", "lower case"},
	{"example.com.", "example.com", "", "one final dot"},
	{"example.com..", "", ReasonEmptyLabel, "two are too many"},
	{"_mta-sts.example.com", "_mta-sts.example.com", "", "underscore"},
	{"m_x.example.com", "m_x.example.com", "", "underscore within"},
	{"ab--cd.example", "ab--cd.example", "", "double hyphen"},
	{"r3---sn-4g5e.example", "r3---sn-4g5e.example", "", "as the DNS has them"},
	{"-a-.example", "-a-.example", "", "hyphens at the ends are seen in the DNS"},
	{"xn--mnchen-3ya.de", "xn--mnchen-3ya.de", "", "an A-label"},
	{"xn--a.de", "xn--a.de", "", "no A-label of idna, but a name"},
	{"münchen.de", "xn--mnchen-3ya.de", "", "IDN"},
	{"MÜNCHEN.de", "xn--mnchen-3ya.de", "", "upper case beyond ASCII"},
	{"mu\u0308nchen.de", "xn--mnchen-3ya.de", "", "decomposed"},
	{"faß.de", "xn--fa-hia.de", "", "sharp s is kept: not transitional"},
	{"例え。テスト", "xn--r8jz45g.xn--zckzah", "", "ideographic full stop"},
	{"example．com", "example.com", "", "full-width dot"},
	{"ｅｘａｍｐｌｅ.com", "example.com", "", "full-width letters"},
	{"ü_x.example", "xn--_x-wka.example", "", "underscore beside a letter beyond ASCII"},
	{"1.example", "1.example", "", "digits below a top-level domain"},
	{"1.2.3.4a", "1.2.3.4a", "", "no address"},
	{strings.Repeat("a", 63) + ".example", strings.Repeat("a", 63) + ".example", "", "63 octets"},
	{long253, long253, "", "253 characters"},
	{long253 + ".", long253, "", "the final dot does not count"},

	{"", "", ReasonEmpty, ""},
	{".", "", ReasonEmpty, "the root"},
	{".example.com", "", ReasonEmptyLabel, ""},
	{"..ü.com", "", ReasonEmptyLabel, "idna would drop the dots"},
	{"a..b", "", ReasonEmptyLabel, "idna lets it pass"},
	{strings.Repeat("a", 64) + ".example", "", ReasonLabelTooLong, "idna lets it pass"},
	{strings.Repeat("ü", 60) + ".example", "", ReasonLabelTooLong, "too long in A-labels"},
	{long253 + "d", "", ReasonNameTooLong, "254"},
	{"exa mple.com", "", ReasonBadCharacter, "idna's lax profile lets it pass"},
	{"exa\u00a0mple.com", "", ReasonBadCharacter, "mapped to a space"},
	{"example.com/path", "", ReasonBadCharacter, ""},
	{"user@example.com", "", ReasonBadCharacter, ""},
	{"example.com:443", "", ReasonBadCharacter, ""},
	{"a\x00b.com", "", ReasonBadCharacter, ""},
	{"a,b.com", "", ReasonBadCharacter, ""},
	{"*.example.com", "", ReasonWildcard, ""},
	{"a.*.example.com", "", ReasonBadCharacter, "no wildcard either (RFC 4592 section 2.1.1)"},
	{"192.0.2.1", "", ReasonIPAddress, ""},
	{"192.0.2.1.", "", ReasonIPAddress, ""},
	{"192.0.2.999", "", ReasonIPAddress, "a slip in one"},
	{"１９２.0.2.1", "", ReasonIPAddress, "full-width digits"},
	{"2001:db8::1", "", ReasonIPAddress, ""},
	{"[2001:db8::1]", "", ReasonIPAddress, ""},
	{"com", "", ReasonSingleLabel, ""},
	{"localhost.", "", ReasonSingleLabel, ""},
	{"m\xfcnchen.de", "", ReasonBadEncoding, "Latin-1"},
	{"a\u200b\u2260.xn--ü.de", "", ReasonBadIDN, "an A-label that is none, mixed with U-labels"},
	{"\u00ad", "", ReasonEmpty, "nothing but a soft hyphen"},
}

// long253 has 253 characters: three labels of 63 and one of 61.
var long253 = strings.Repeat("a", 63) + "." + strings.Repeat("b", 63) + "." + strings.Repeat("c", 63) + "." + strings.Repeat("d", 61)

func TestNormalize(t *testing.T) {
	for _, c := range normalizeTable {
		got, err := Normalize(c.in)
		var e *NameError
		errors.As(err, &e)
		switch {
		case c.reason == "" && (err != nil || got != c.want):
			t.Errorf("Normalize(%q) = %q, %v; want %q (%s)", c.in, got, err, c.want, c.why)
		case c.reason != "" && (e == nil || e.Reason != c.reason || got != ""):
			t.Errorf("Normalize(%q) = %q, %v; want reason %s (%s)", c.in, got, err, c.reason, c.why)
		}
	}
}

func FuzzNormalize(f *testing.F) {
	for _, c := range normalizeTable {
		f.Add(c.in)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name, err := Normalize(s)
		if err != nil {
			return
		}
		if len(name) > 253 || strings.HasSuffix(name, ".") || !strings.Contains(name, ".") {
			t.Errorf("Normalize(%q) = %q", s, name)
		}
		for label := range strings.SplitSeq(name, ".") {
			if len(label) == 0 || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
				t.Errorf("Normalize(%q) = %q: label %q", s, name, label)
			}
		}
		if again, err := Normalize(name); again != name || err != nil {
			t.Errorf("Normalize(%q) = %q, again %q, %v", s, name, again, err)
		}
	})
}

func TestRegistrable(t *testing.T) {
	for _, c := range []struct{ domain, icann, private string }{
		{"example.com", "example.com", "example.com"},
		{"a.b.example.com", "example.com", "example.com"},
		{"example.co.uk", "example.co.uk", "example.co.uk"},
		{"www.example.co.uk", "example.co.uk", "example.co.uk"},
		{"co.uk", "", ""},
		{"x.github.io", "github.io", "x.github.io"},
		{"a.x.github.io", "github.io", "x.github.io"},
		{"github.io", "github.io", ""},
		{"x.blogspot.com", "blogspot.com", "x.blogspot.com"},
		{"city.kawasaki.jp", "city.kawasaki.jp", "city.kawasaki.jp"}, // exception rule
		{"a.b.other.kawasaki.jp", "b.other.kawasaki.jp", "b.other.kawasaki.jp"},
		{"other.kawasaki.jp", "", ""}, // wildcard rule
		{"a.b.s3.amazonaws.com", "amazonaws.com", "b.s3.amazonaws.com"},
		{"a.b.compute.amazonaws.com", "amazonaws.com", "a.b.compute.amazonaws.com"}, // private wildcard
		{"x.y.not-a-tld-at-all", "y.not-a-tld-at-all", "y.not-a-tld-at-all"},        // prevailing rule *
		{"a.xn--55qx5d.cn", "a.xn--55qx5d.cn", "a.xn--55qx5d.cn"},                   // 公司.cn
	} {
		icann, private := Registrable(c.domain)
		if icann != c.icann || private != c.private {
			t.Errorf("Registrable(%q) = %q, %q; want %q, %q", c.domain, icann, private, c.icann, c.private)
		}
	}
}

func TestOrder(t *testing.T) {
	// printf '\0\0\0\0\0\0\0\7example.com' | sha256sum
	if got, want := Order(7, "example.com"), uint64(0x85c38be1eb10f3bb); got != want {
		t.Errorf("Order = %#x, want %#x", got, want)
	}
}
