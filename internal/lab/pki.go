package lab

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"strings"
	"sync"
	"time"
)

// Validity relative to the day on which the world was made. Good leaves hold
// longer than any scan takes.
const (
	day           = 24 * time.Hour
	issuedBefore  = 30 * day
	goodFor       = 60 * day
	soonFor       = 5 * day // CertEndsSoon: less than a week
	expiredFor    = 10 * day
	notYetFor     = 10 * day
	authorityFrom = 365 * day
	authorityFor  = 3650 * day
)

const (
	weakBits  = 1024
	otherName = "www.elsewhere.test" // what certificates of another name are good for
	issuerURL = "http://ca.lab.test/intermediate.der"

	// cachedLeaves bounds the cache of certificates; it is emptied when full,
	// as the same certificate can be made again.
	cachedLeaves = 8192
)

// authority is one CA certificate with its key.
type authority struct {
	cert *x509.Certificate
	key  crypto.Signer
}

// pki is the certificate hierarchy of a world: root, intermediate, leaves;
// and a private root that nobody trusts. Keys, serial numbers and signatures
// follow from the seed, so that a certificate that left the cache comes back
// as it was; only the RSA key of weak leaves is new in each world.
type pki struct {
	seed  uint64
	start time.Time

	root, intermediate, private authority
	leafKey                     crypto.Signer
	selfKey                     crypto.Signer
	weakKey                     func() (crypto.Signer, error)

	mu     sync.Mutex
	leaves map[leafID]*tls.Certificate
}

type leafID struct {
	host string
	kind Cert
}

func newPKI(seed uint64, start time.Time) (*pki, error) {
	p := &pki{seed: seed, start: start.Truncate(day), leaves: map[leafID]*tls.Certificate{}}
	p.weakKey = sync.OnceValues(func() (crypto.Signer, error) { return rsa.GenerateKey(rand.Reader, weakBits) })
	keys := map[string]*crypto.Signer{
		"root": &p.root.key, "intermediate": &p.intermediate.key, "private": &p.private.key,
		"leaf": &p.leafKey, "self": &p.selfKey,
	}
	for name, at := range keys {
		key, err := derivedKey(seed, name)
		if err != nil {
			return nil, err
		}
		*at = key
	}
	var err error
	if p.root.cert, err = p.authority("Lab Root", p.root.key, nil); err != nil {
		return nil, err
	}
	if p.intermediate.cert, err = p.authority("Lab Intermediate", p.intermediate.key, &p.root); err != nil {
		return nil, err
	}
	p.private.cert, err = p.authority("Lab Private Root", p.private.key, nil)
	return p, err
}

// signer signs without randomness (RFC 6979), so that the same certificate
// has the same bytes.
type signer struct{ *ecdsa.PrivateKey }

func (s signer) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return s.PrivateKey.Sign(nil, digest, opts)
}

// derivedKey is the P-256 key of a name.
func derivedKey(seed uint64, name string) (crypto.Signer, error) {
	for try := range byte(8) {
		sum := sha256.Sum256(append(binary.BigEndian.AppendUint64([]byte{try}, seed), name...))
		if key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), sum[:]); err == nil {
			return signer{key}, nil
		}
	}
	return nil, fmt.Errorf("lab: no key for %s", name)
}

func (p *pki) serial(parts ...string) *big.Int {
	return new(big.Int).SetUint64(hash(p.seed, parts...) >> 1)
}

// authority makes a CA certificate; a nil parent makes it its own issuer.
func (p *pki) authority(name string, key crypto.Signer, parent *authority) (*x509.Certificate, error) {
	t := &x509.Certificate{
		SerialNumber:          p.serial("authority", name),
		Subject:               pkix.Name{Organization: []string{"Lab"}, CommonName: name},
		NotBefore:             p.start.Add(-authorityFrom),
		NotAfter:              p.start.Add(authorityFor),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		IsCA:                  true,
		BasicConstraintsValid: true,
	}
	if parent == nil {
		parent = &authority{t, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, t, parent.cert, key.Public(), parent.key)
	if err != nil {
		return nil, fmt.Errorf("lab: certificate of %s: %w", name, err)
	}
	return x509.ParseCertificate(der)
}

func (p *pki) rootsPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.root.cert.Raw})
}

// certificate is what a host with this kind of certificate shows.
func (p *pki) certificate(host string, kind Cert) (*tls.Certificate, error) {
	id := leafID{host, kind}
	p.mu.Lock()
	cert := p.leaves[id]
	p.mu.Unlock()
	if cert != nil {
		return cert, nil
	}
	cert, err := p.issue(host, kind)
	if err != nil {
		return nil, fmt.Errorf("lab: certificate %q of %s: %w", kind, host, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.leaves) >= cachedLeaves {
		clear(p.leaves)
	}
	p.leaves[id] = cert
	return cert, nil
}

func (p *pki) issue(host string, kind Cert) (*tls.Certificate, error) {
	t := &x509.Certificate{
		SerialNumber:          p.serial("leaf", host, string(kind)),
		DNSNames:              []string{host},
		NotBefore:             p.start.Add(-issuedBefore),
		NotAfter:              p.start.Add(goodFor),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		IssuingCertificateURL: []string{issuerURL},
	}
	issuer, key, chain := p.intermediate, p.leafKey, []*x509.Certificate{p.intermediate.cert}
	switch kind {
	case CertWildcard:
		_, parent := firstLabel(host)
		t.DNSNames = []string{"*." + parent}
	case CertNameMismatch, CertExpiredName:
		t.DNSNames = []string{otherName}
	case CertCNOnly:
		t.DNSNames, t.Subject.CommonName = nil, host
	case CertUppercaseSAN:
		t.DNSNames = []string{strings.ToUpper(host)}
	case CertNotYetValid:
		t.NotBefore = p.start.Add(notYetFor)
	case CertEndsSoon:
		t.NotAfter = p.start.Add(soonFor)
	case CertSelfSigned:
		t.Subject.CommonName, t.IssuingCertificateURL = host, nil
		key, chain = p.selfKey, nil
		issuer = authority{t, key}
	case CertUntrusted:
		t.IssuingCertificateURL = nil
		issuer, chain = p.private, []*x509.Certificate{p.private.cert}
	case CertIncomplete:
		chain = nil
	case CertExtraRoot:
		chain = append(chain, p.root.cert)
	case CertWeakKey:
		weak, err := p.weakKey()
		if err != nil {
			return nil, err
		}
		key = weak
	}
	p.alter(kind, t)
	if kind == CertExpired || kind == CertExpiredName {
		t.NotBefore, t.NotAfter = p.start.Add(-authorityFrom/2), p.start.Add(-expiredFor)
	}
	der, err := x509.CreateCertificate(rand.Reader, t, issuer.cert, key.Public(), issuer.key)
	if err != nil {
		return nil, err
	}
	cert := &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	for _, c := range chain {
		cert.Certificate = append(cert.Certificate, c.Raw)
	}
	return cert, p.spoil(kind, cert)
}
