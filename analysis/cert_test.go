package analysis

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/x509roots/fallback/bundle"

	"stscan/internal/evidence"
)

const certHost = "mx.example.com"

func kinds(v chainVerdict) string {
	var out []string
	for _, f := range v.faults {
		out = append(out, string(f.kind))
	}
	return strings.Join(out, " ")
}

func TestJudgeChain(t *testing.T) {
	p := testPKI()
	oldIntermediate := authority("Old Intermediate", &p.root, func(c *x509.Certificate) { c.NotAfter = observed.Add(-day) })
	newIntermediate := authority("New Intermediate", &p.root, func(c *x509.Certificate) { c.NotBefore = observed.Add(day) })
	constrained := authority("Constrained Intermediate", &p.root, func(c *x509.Certificate) { c.PermittedDNSDomains = []string{"other.example"} })
	good := func(change func(*x509.Certificate)) []evidence.Certificate {
		return sent(leaf(certHost, p.intermediate, change), p.intermediate.cert)
	}
	expired := func(c *x509.Certificate) { c.NotAfter = observed.Add(-day) }
	acquainted := newTestRules(t, nil) // with every issuer below that a root vouches for
	for _, by := range []issuer{p.intermediate, constrained} {
		acquainted.judgeChain(sent(leaf("host.other.example", by, nil), by.cert), "host.other.example", observed)
	}
	for _, tt := range []struct {
		name  string
		chain []evidence.Certificate
		want  string
	}{
		{"good", good(nil), ""},
		{"root sent along", sent(leaf(certHost, p.intermediate, nil), p.intermediate.cert, p.root.cert), ""},
		{"out of order, with a stranger between", sent(leaf(certHost, p.intermediate, nil), p.private.cert, p.intermediate.cert), ""},
		{"an expired stranger beside a good path", sent(leaf(certHost, p.intermediate, nil), p.intermediate.cert, oldIntermediate.cert), ""},
		{"wildcard", good(func(c *x509.Certificate) { c.DNSNames = []string{"*.example.com"} }), ""},
		{"wildcard for two labels", good(func(c *x509.Certificate) { c.DNSNames = []string{"*.com"} }), "name_mismatch"},
		{"wildcard that is part of a label", good(func(c *x509.Certificate) { c.DNSNames = []string{"m*.example.com"} }), "name_mismatch"},
		{"capitals", good(func(c *x509.Certificate) { c.DNSNames = []string{"MX.Example.COM"} }), ""},
		{"another name; the CN does not count beside a SAN", good(func(c *x509.Certificate) { c.DNSNames = []string{"a.example"} }), "name_mismatch"},
		{"CN alone", good(func(c *x509.Certificate) { c.DNSNames = nil }), "cn_only"},
		{"wildcard in the CN alone", good(func(c *x509.Certificate) { c.DNSNames, c.Subject.CommonName = nil, "*.example.com" }), "cn_only"},
		{"another CN alone", good(func(c *x509.Certificate) { c.DNSNames, c.Subject.CommonName = nil, "a.example" }), "name_mismatch"},
		{"expired", good(expired), "expired"},
		{"not yet valid", good(func(c *x509.Certificate) { c.NotBefore = observed.Add(day) }), "not_yet_valid"},
		{"expired and another name", good(func(c *x509.Certificate) { expired(c); c.DNSNames = []string{"a.example"} }), "name_mismatch expired"},
		{"expired, self-signed", sent(func() *x509.Certificate {
			tpl, key := leafTemplate(certHost), newKey()
			expired(tpl)
			return sign(tpl, key, issuer{tpl, key})
		}()), "expired self_signed"},
		{"expired intermediate", sent(leaf(certHost, oldIntermediate, nil), oldIntermediate.cert), "expired"},
		{"intermediate of tomorrow", sent(leaf(certHost, newIntermediate, nil), newIntermediate.cert), "not_yet_valid"},
		{"self-signed", sent(selfSigned(certHost)), "self_signed"},
		{"private authority, its root sent", sent(leaf(certHost, p.private, nil), p.private.cert), "untrusted"},
		{"private authority, its root not sent, but to be had", sent(leaf(certHost, p.private, nil)), "chain_incomplete"},
		{"nothing says where the issuer is to be had", sent(leaf(certHost, p.intermediate, func(c *x509.Certificate) { c.IssuingCertificateURL = nil })), "untrusted"},
		{"intermediate not sent", sent(leaf(certHost, p.intermediate, nil)), "chain_incomplete"},
		{"for clients only", good(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }), "untrusted"},
		{"an authority that may not name it", sent(leaf(certHost, constrained, nil), constrained.cert), "untrusted"},
		{"same names as a trusted authority, another key", sent(leaf(certHost, authority("Test Intermediate", nil, nil), nil), p.intermediate.cert), "untrusted"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := newTestRules(t, nil).judgeChain(tt.chain, certHost, observed)
			if got := kinds(v); got != tt.want {
				t.Errorf("got %q, want %q: %+v", got, tt.want, v.faults)
			}
			expectSame(t, v, acquainted.judgeChain(tt.chain, certHost, observed))
		})
	}
}

func TestBundleOfIntermediates(t *testing.T) {
	p := testPKI()
	noAIA := sent(leaf(certHost, p.intermediate, func(c *x509.Certificate) { c.IssuingCertificateURL = nil }))
	r := newTestRules(t, func(c *RulesConfig) { c.Intermediates = pemOf(p.intermediate.cert) })
	if got := kinds(r.judgeChain(noAIA, certHost, observed)); got != "chain_incomplete" {
		t.Errorf("got %q: a bundle explains a failure, and is no part of the chain", got)
	}
	if got := kinds(r.judgeChain(sent(leaf(certHost, p.private, nil), p.private.cert), certHost, observed)); got != "untrusted" {
		t.Errorf("got %q", got)
	}
}

// TestWeakness: RSA below 2048 bits, and signatures by SHA-1 except a root's.
func TestWeakness(t *testing.T) {
	p := testPKI()
	sha1 := leaf(certHost, p.intermediate, nil)
	copied := *sha1
	copied.SignatureAlgorithm = x509.ECDSAWithSHA1
	rootSHA1 := *p.root.cert
	rootSHA1.SignatureAlgorithm = x509.SHA1WithRSA
	for _, tt := range []struct {
		name string
		sent []*x509.Certificate
		weak bool
	}{
		{"good", []*x509.Certificate{sha1, p.intermediate.cert}, false},
		{"short key", []*x509.Certificate{shortRSA(certHost), p.intermediate.cert}, true},
		{"SHA-1", []*x509.Certificate{&copied, p.intermediate.cert}, true},
		{"SHA-1 of a root", []*x509.Certificate{sha1, p.intermediate.cert, &rootSHA1}, false},
	} {
		k := chainCase{sent: tt.sent}
		if got := k.weakness(); (got != "") != tt.weak {
			t.Errorf("%s: got %q", tt.name, got)
		}
	}
}

// TestNotReadByStd: a certificate that crypto/x509 refuses and other libraries
// read is judged all the same.
func TestNotReadByStd(t *testing.T) {
	p := testPKI()
	r := newTestRules(t, nil)
	negative := func(host string, by issuer, change func(*x509.Certificate)) evidence.Certificate {
		return der(negativeSerial(t, host, by, change))
	}
	dates := func(from, until time.Duration) func(*x509.Certificate) {
		return func(c *x509.Certificate) { c.NotBefore, c.NotAfter = observed.Add(from), observed.Add(until) }
	}
	intermediate := der(p.intermediate.cert.Raw)
	for _, tt := range []struct {
		name  string
		chain []evidence.Certificate
		want  string
	}{
		{"good", []evidence.Certificate{negative(certHost, p.intermediate, nil), intermediate}, ""},
		{"another name", []evidence.Certificate{negative("a.example", p.intermediate, nil), intermediate}, "name_mismatch"},
		{"private authority", []evidence.Certificate{negative(certHost, p.private, nil), der(p.private.cert.Raw)}, "untrusted"},
		{"CN alone", []evidence.Certificate{negative(certHost, p.intermediate, func(c *x509.Certificate) { c.DNSNames = nil }), intermediate}, "cn_only"},
		{"expired", []evidence.Certificate{negative(certHost, p.intermediate, dates(-2*day, -day)), intermediate}, "expired"},
		{"not yet valid", []evidence.Certificate{negative(certHost, p.intermediate, dates(day, 2*day)), intermediate}, "not_yet_valid"},
		{"good leaf, a link of the path not read", []evidence.Certificate{negative(certHost, p.intermediate, nil), der([]byte("junk"))}, "untrusted"},
		{"nobody reads it", []evidence.Certificate{der([]byte("junk"))}, "unreadable"},
	} {
		if _, err := x509.ParseCertificate(tt.chain[0].DER); err == nil {
			t.Fatalf("%s: crypto/x509 reads it", tt.name)
		}
		if got := kinds(r.judgeChain(tt.chain, certHost, observed)); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// negativeSerial signs a certificate anew whose serial number is negative, which
// RFC 5280 section 4.1.2.2 forbids.
func negativeSerial(t *testing.T, host string, by issuer, change func(*x509.Certificate)) []byte {
	t.Helper()
	l := leaf(host, by, func(c *x509.Certificate) {
		c.SerialNumber = big.NewInt(0x42)
		if change != nil {
			change(c)
		}
	})
	var outer struct {
		TBS       asn1.RawValue
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
	}
	if _, err := asn1.Unmarshal(l.Raw, &outer); err != nil {
		t.Fatal(err)
	}
	tbs := strings.Replace(string(outer.TBS.FullBytes), "\x02\x01\x42", "\x02\x01\xC2", 1)
	hash := sha256.Sum256([]byte(tbs))
	signature, err := ecdsa.SignASN1(rand.Reader, by.key.(*ecdsa.PrivateKey), hash[:])
	if err != nil {
		t.Fatal(err)
	}
	outer.TBS = asn1.RawValue{FullBytes: []byte(tbs)}
	outer.Signature = asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)}
	out, err := asn1.Marshal(outer)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestCacheKeepsTime: the same chain is judged at the time of each observation,
// around every instant at which something begins or ends.
func TestCacheKeepsTime(t *testing.T) {
	p := testPKI()
	l := leaf(certHost, p.intermediate, nil)
	chain := sent(l, p.intermediate.cert)
	cached := newTestRules(t, nil)
	uncached := newTestRules(t, func(c *RulesConfig) { c.CacheSize = -1 })
	instants := []time.Time{l.NotBefore, l.NotAfter, p.intermediate.cert.NotBefore, p.intermediate.cert.NotAfter}
	for _, host := range []string{certHost, "other.example"} {
		for _, around := range instants {
			for _, d := range []time.Duration{-day, -time.Second, -time.Microsecond, 0, time.Nanosecond, time.Microsecond, time.Second, day} {
				at := around.Add(d)
				for range 2 {
					if diff := cmp.Diff(kinds(uncached.judgeChain(chain, host, at)), kinds(cached.judgeChain(chain, host, at))); diff != "" {
						t.Fatalf("%s at %v: %s", host, at, diff)
					}
				}
			}
		}
	}
	if got := kinds(cached.judgeChain(chain, certHost, l.NotAfter)); got != "" {
		t.Errorf("in its last second: %q", got)
	}
	if got := kinds(cached.judgeChain(chain, certHost, l.NotAfter.Add(time.Second))); got != "expired" {
		t.Errorf("a second later: %q", got)
	}
}

func TestCacheIsBoundedAndConcurrent(t *testing.T) {
	c := newGenerations[chainKey, chainVerdict](10)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for n := range 200 {
				k := chainKey{byte(n), byte(i)}
				c.put(k, chainVerdict{weak: "x"})
				if v, ok := c.get(k); ok && v.weak != "x" {
					t.Error("another key's verdict")
				}
			}
		})
	}
	wg.Wait()
	if n := len(c.young) + len(c.old); n > 10 {
		t.Errorf("%d entries", n)
	}
}

func TestRules(t *testing.T) {
	r, err := NewRules(RulesConfig{})
	if err != nil {
		t.Fatal(err)
	}
	count, constrained := 0, 0
	for root := range bundle.Roots() {
		count++
		if root.Constraint != nil {
			constrained++
		}
	}
	// The digest of the bundle as of the version in go.mod: it changes with it.
	if i := r.Roots(); i.Name != "mozilla" || i.Count != count || i.Constrained != constrained || !strings.HasPrefix(i.SHA256, "f260c69dacbbb8a3") {
		t.Errorf("got %+v", i)
	}
	p := testPKI()
	two, err := NewRules(RulesConfig{Roots: pemOf(p.root.cert, p.private.cert)})
	if err != nil {
		t.Fatal(err)
	}
	swapped, err := NewRules(RulesConfig{Roots: pemOf(p.private.cert, p.root.cert)})
	if err != nil {
		t.Fatal(err)
	}
	if two.Roots() != swapped.Roots() || two.Roots().Count != 2 {
		t.Errorf("the digest depends on the order: %+v %+v", two.Roots(), swapped.Roots())
	}
	for name, cfg := range map[string]RulesConfig{
		"ruleset": {Ruleset: "lenient"}, "no certificate": {Roots: []byte("x")}, "empty": {Roots: []byte{}},
		"no certificate in the bundle": {Intermediates: []byte("x")},
		"junk":                         {Roots: []byte("-----BEGIN CERTIFICATE-----\neA==\n-----END CERTIFICATE-----\n")},
	} {
		if _, err := NewRules(cfg); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
