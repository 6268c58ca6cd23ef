//go:build e2e && linux

package e2e

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// certKind is what is right or wrong with a certificate. The zero value is a
// good one for the host, sent with the intermediate.
type certKind string

const (
	goodCert       certKind = ""
	wildcardCert   certKind = "wildcard"    // *.parent
	expiredCert    certKind = "expired"     // yesterday
	mismatchCert   certKind = "mismatch"    // of another host
	cnOnlyCert     certKind = "cn_only"     // the host stands in the common name
	selfSignedCert certKind = "self_signed" // its own issuer
	untrustedCert  certKind = "untrusted"   // of a root that nobody knows, which is sent too
	incompleteCert certKind = "incomplete"  // the intermediate is not sent
	rsaCert        certKind = "rsa"         // for DHE_RSA
	ed25519Cert    certKind = "ed25519"
	noCert         certKind = "none" // no STARTTLS is offered
)

const day = 24 * time.Hour

// issuer is a certificate that signs others.
type issuer struct {
	cert *x509.Certificate
	key  crypto.Signer
}

// pki is the hierarchy of certificates of a run.
type pki struct {
	dir                   string
	now                   time.Time
	root, middle, private issuer
	serial                int64
}

// files are a certificate with its key as the daemons want them.
type files struct {
	Chain, Key, Pair string // PEM: certificates, leaf first; key; key and certificates in one file
	// SHA-256 in hex of the public key and of the last certificate: what TLSA 3 1 1 and 2 0 1 publish.
	spki, last string
}

func newPKI(t *testing.T, dir string) *pki {
	p := &pki{dir: dir, now: time.Now()}
	p.root = p.authority(t, "E2E Root", nil)
	p.middle = p.authority(t, "E2E Intermediate", &p.root)
	p.private = p.authority(t, "E2E Private Root", nil)
	write(t, p.roots(), pemOf("CERTIFICATE", p.root.cert.Raw))
	return p
}

// roots is the file of trusted roots.
func (p *pki) roots() string { return filepath.Join(p.dir, "roots.pem") }

func (p *pki) template(name string) *x509.Certificate {
	p.serial++
	return &x509.Certificate{
		SerialNumber: big.NewInt(p.serial), Subject: pkix.Name{CommonName: name},
		NotBefore: p.now.Add(-10 * day), NotAfter: p.now.Add(60 * day), BasicConstraintsValid: true,
	}
}

func (p *pki) authority(t *testing.T, name string, by *issuer) issuer {
	c := p.template(name)
	c.IsCA, c.KeyUsage = true, x509.KeyUsageCertSign
	key := newKey(t, goodCert)
	if by == nil {
		by = &issuer{c, key}
	}
	return issuer{p.sign(t, c, key, *by), key}
}

func (p *pki) sign(t *testing.T, c *x509.Certificate, key crypto.Signer, by issuer) *x509.Certificate {
	der, err := x509.CreateCertificate(rand.Reader, c, by.cert, key.Public(), by.key)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// issue makes the certificate of a host and writes its files as name.*.
func (p *pki) issue(t *testing.T, name, host string, kind certKind) files {
	c := p.template("")
	c.DNSNames = []string{host}
	c.KeyUsage, c.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	c.IssuingCertificateURL = []string{"http://ca.example/intermediate.der"}
	key, by, chain := newKey(t, kind), p.middle, []*x509.Certificate{p.middle.cert}
	switch kind {
	case wildcardCert:
		_, parent, _ := strings.Cut(host, ".")
		c.DNSNames = []string{"*." + parent}
	case expiredCert:
		c.NotAfter = p.now.Add(-day)
	case mismatchCert:
		c.DNSNames = []string{"www.elsewhere.example"}
	case cnOnlyCert:
		c.DNSNames, c.Subject.CommonName = nil, host
	case selfSignedCert:
		c.Subject.CommonName, c.IssuingCertificateURL = host, nil
		by, chain = issuer{c, key}, nil
	case untrustedCert:
		c.IssuingCertificateURL = nil
		by, chain = p.private, []*x509.Certificate{p.private.cert}
	case incompleteCert:
		chain = nil
	}
	return p.write(t, name, p.sign(t, c, key, by), key, chain)
}

func (p *pki) write(t *testing.T, name string, leaf *x509.Certificate, key crypto.Signer, chain []*x509.Certificate) files {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	text := pemOf("CERTIFICATE", leaf.Raw)
	for _, c := range chain {
		text = append(text, pemOf("CERTIFICATE", c.Raw)...)
	}
	base := filepath.Join(p.dir, name)
	f := files{Chain: base + ".chain.pem", Key: base + ".key.pem", Pair: base + ".pair.pem"}
	secret := pemOf("PRIVATE KEY", der)
	write(t, f.Chain, text)
	write(t, f.Key, secret)
	write(t, f.Pair, append(secret, text...))
	f.spki, f.last = digest(leaf.RawSubjectPublicKeyInfo), digest(append([]*x509.Certificate{leaf}, chain...)[len(chain)].Raw)
	return f
}

func digest(der []byte) string {
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:])
}

func newKey(t *testing.T, kind certKind) crypto.Signer {
	var key crypto.Signer
	var err error
	switch kind {
	case rsaCert:
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	case ed25519Cert:
		_, key, err = ed25519.GenerateKey(rand.Reader)
	default:
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func pemOf(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}
