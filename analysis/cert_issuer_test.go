package analysis

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// expectSame: what is known of issuers has no part in a verdict.
func expectSame(t *testing.T, want, got chainVerdict) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(chainVerdict{}, fault{})); diff != "" {
		t.Errorf("the verdict hangs on what is known of the issuer:\n%s", diff)
	}
}

// TestKnownIssuerSpares: of a second leaf the issuer's own signature is not
// checked again, which shows when no root is left that could confirm it.
func TestKnownIssuerSpares(t *testing.T) {
	p := testPKI()
	r := newTestRules(t, nil)
	if got := kinds(r.judgeChain(goodChain(certHost), certHost, observed)); got != "" {
		t.Fatal(got)
	}
	r.roots.std = x509.NewCertPool()
	const host = "mx2.example.com"
	for _, tt := range []struct {
		name string
		leaf *x509.Certificate
		want string
	}{
		{"its leaf", leaf(host, p.intermediate, nil), ""},
		{"its leaf for another host", leaf(certHost, p.intermediate, nil), "name_mismatch"},
		{"not its leaf", leaf(host, authority("Test Intermediate", nil, nil), nil), "untrusted"},
	} {
		if got := kinds(r.judgeChain(sent(tt.leaf, p.intermediate.cert), host, observed)); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestKnownIssuerChangesNoVerdict: authorities whose demands on a leaf only the
// whole path shows. First comes a leaf that makes them known, if they may be.
func TestKnownIssuerChangesNoVerdict(t *testing.T) {
	p := testPKI()
	permits := func(c *x509.Certificate) { c.PermittedDNSDomains = []string{"good.example"} }
	narrowRoot := authority("Narrow Root", nil, permits)
	underNarrow := authority("Under Narrow", &narrowRoot, nil)
	narrow := authority("Narrow", &p.root, permits)
	oldRoot := authority("Old Root", nil, func(c *x509.Certificate) { c.NotAfter = observed.Add(day) })
	underOld := authority("Under Old", &oldRoot, nil)
	distrusted := authority("Distrusted Root", nil, nil)
	underDistrusted := authority("Under Distrusted", &distrusted, nil)
	explicit := func(c *x509.Certificate) { // a policy that the issuer does not have, and requireExplicitPolicy 0
		policy, err := x509.OIDFromInts([]uint64{1, 2, 3})
		if err != nil {
			t.Fatal(err)
		}
		c.Policies = []x509.OID{policy}
		c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 36}, Critical: true, Value: []byte{0x30, 3, 0x80, 1, 0}}}
	}
	rules := func(cacheSize int) *Rules {
		r := newTestRules(t, func(c *RulesConfig) {
			c.CacheSize = cacheSize
			c.Roots = pemOf(p.root.cert, narrowRoot.cert, oldRoot.cert)
		})
		r.roots.std.AddCertWithConstraint(distrusted.cert, func(chain []*x509.Certificate) error {
			if chain[0].NotBefore.After(observed.Add(-day)) {
				return errors.New("issued too late")
			}
			return nil
		})
		r.roots.constrained[string(distrusted.cert.Raw)] = true
		r.roots.bySubject[string(distrusted.cert.RawSubject)] = []*x509.Certificate{distrusted.cert}
		return r
	}
	for _, tt := range []struct {
		name   string
		by     issuer
		host   string
		change func(*x509.Certificate)
		at     time.Time
		want   string
	}{
		{"a good leaf", p.intermediate, "mx.bad.example", nil, observed, ""},
		{"the root's names", underNarrow, "mx.bad.example", nil, observed, "untrusted"},
		{"the issuer's names", narrow, "mx.bad.example", nil, observed, "untrusted"},
		{"a root that has expired", underOld, "mx.bad.example", nil, observed.Add(2 * day), "expired"},
		{"a root trusted for what is older", underDistrusted, "mx.bad.example", func(c *x509.Certificate) { c.NotBefore = observed }, observed, "untrusted"},
		{"explicit policies", p.intermediate, "mx.bad.example", explicit, observed, "untrusted"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := rules(0)
			const host = "mx.good.example"
			if got := kinds(r.judgeChain(sent(leaf(host, tt.by, nil), tt.by.cert), host, observed)); got != "" {
				t.Fatalf("the leaf before it: %s", got)
			}
			chain := sent(leaf(tt.host, tt.by, tt.change), tt.by.cert)
			got := r.judgeChain(chain, tt.host, tt.at)
			if kinds(got) != tt.want {
				t.Errorf("got %q, want %q: %+v", kinds(got), tt.want, got.faults)
			}
			expectSame(t, rules(-1).judgeChain(chain, tt.host, tt.at), got)
		})
	}
}
