package analysis

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	"sync"
	"testing"
	"time"

	"stscan/internal/evidence"
)

// observed is when everything in these tests was observed.
var observed = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

// issuer is a certificate that can sign others.
type issuer struct {
	cert *x509.Certificate
	key  crypto.Signer
}

// pki is a trusted hierarchy, root and intermediate, and one that nobody trusts.
type pki struct {
	root, intermediate, private issuer
}

var testPKI = sync.OnceValue(func() pki {
	var p pki
	p.root = authority("Test Root", nil, nil)
	p.intermediate = authority("Test Intermediate", &p.root, nil)
	p.private = authority("Private Root", nil, nil)
	return p
})

func newKey() crypto.Signer {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
}

func authority(name string, by *issuer, change func(*x509.Certificate)) issuer {
	t := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: observed.Add(-1000 * day), NotAfter: observed.Add(1000 * day),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	if by != nil {
		t.IssuingCertificateURL = []string{"http://ca.example/" + by.cert.Subject.CommonName}
	}
	if change != nil {
		change(t)
	}
	key := newKey()
	signer := issuer{t, key}
	if by != nil {
		signer = *by
	}
	return issuer{sign(t, key, signer), key}
}

func sign(t *x509.Certificate, key crypto.Signer, by issuer) *x509.Certificate {
	der, err := x509.CreateCertificate(rand.Reader, t, by.cert, key.Public(), by.key)
	if err != nil {
		panic(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return c
}

// leaf is a server certificate for host, signed by by. By default it has 60 of
// its 90 days left, a SAN and the address of its issuer's certificate.
func leaf(host string, by issuer, change func(*x509.Certificate)) *x509.Certificate {
	t := leafTemplate(host)
	if change != nil {
		change(t)
	}
	return sign(t, newKey(), by)
}

func leafTemplate(host string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		NotBefore: observed.Add(-30 * day), NotAfter: observed.Add(60 * day),
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IssuingCertificateURL: []string{"http://ca.example/intermediate"},
	}
}

func selfSigned(host string) *x509.Certificate {
	t, key := leafTemplate(host), newKey()
	return sign(t, key, issuer{t, key})
}

func shortRSA(host string) *x509.Certificate {
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		panic(err)
	}
	return sign(leafTemplate(host), key, testPKI().intermediate)
}

// sent is a chain as evidence has it.
func sent(certs ...*x509.Certificate) []evidence.Certificate {
	out := make([]evidence.Certificate, len(certs))
	for i, c := range certs {
		out[i] = der(c.Raw)
	}
	return out
}

func der(b []byte) evidence.Certificate {
	sum := sha256.Sum256(b)
	return evidence.Certificate{SHA256: hex.EncodeToString(sum[:]), DER: b}
}

var goodChains sync.Map // host to chain: making keys is slow

// goodChain is a chain that every sender accepts for host.
func goodChain(host string) []evidence.Certificate {
	if c, ok := goodChains.Load(host); ok {
		return c.([]evidence.Certificate)
	}
	p := testPKI()
	c := sent(leaf(host, p.intermediate, nil), p.intermediate.cert)
	goodChains.Store(host, c)
	return c
}

func pemOf(certs ...*x509.Certificate) []byte {
	var out []byte
	for _, c := range certs {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	return out
}

func newTestRules(t testing.TB, change func(*RulesConfig)) *Rules {
	t.Helper()
	cfg := RulesConfig{Roots: pemOf(testPKI().root.cert)}
	if change != nil {
		change(&cfg)
	}
	r, err := NewRules(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
