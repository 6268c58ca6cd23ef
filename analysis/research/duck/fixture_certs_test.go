//go:build cgo && !noduckdb

package duck

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"math/big"
	"net/netip"
	"testing"
	"time"

	"stscan/analysis"
	"stscan/internal/evidence"
)

// leaf says what is in a certificate; two of equal fields are the same certificate.
type leaf struct {
	key       string        // keys of one word are one key
	issuer    string        // common name; "" = issued by itself
	days      time.Duration // from scannedAt to its end
	notBefore string        // date; "" = 2026-09-01
	sans      []string
}

const day = 24 * time.Hour

// cert is the certificate, as a server would send it.
func cert(t *testing.T, l leaf) evidence.Certificate {
	t.Helper()
	if l.notBefore == "" {
		l.notBefore = "2026-09-01"
	}
	from, err := time.Parse(time.DateOnly, l.notBefore)
	if err != nil {
		t.Fatal(err)
	}
	subject := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "subject of " + l.key},
		NotBefore: from, NotAfter: scannedAt.Add(l.days), DNSNames: l.sans,
	}
	issuer := subject
	if l.issuer != "" {
		issuer = &x509.Certificate{Subject: pkix.Name{CommonName: l.issuer}}
	}
	der, err := x509.CreateCertificate(nil, subject, issuer, keyOf(l.key).Public(), keyOf(l.key))
	if err != nil {
		t.Fatal(err)
	}
	return evidence.Certificate{SHA256: digest(der), DER: der}
}

// illegible is what a server sent in place of a certificate.
func illegible(text string) evidence.Certificate {
	return evidence.Certificate{SHA256: digest([]byte(text)), DER: []byte(text)}
}

func keyOf(word string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte(word))
	return ed25519.NewKeyFromSeed(seed[:])
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// spki is the SHA-256 of a key's SubjectPublicKeyInfo, as it stands in TLSA.
func spki(t *testing.T, key string) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(keyOf(key).Public())
	if err != nil {
		t.Fatal(err)
	}
	return digest(der)
}

// spoke is a session in which a host presented a chain, at this time after
// scannedAt.
func spoke(host, addr string, after time.Duration, chain ...evidence.Certificate) evidence.Session {
	return evidence.Session{
		ID: host + " " + addr + " " + after.String(), Endpoint: evidence.Endpoint{Host: host, Addr: netip.MustParseAddr(addr)},
		TLS: evidence.TLS{Chain: chain}, Span: evidence.Span{Start: scannedAt.Add(after)},
	}
}

// tlsa says that these TLSA records of an MX host of the name stand under the host's
// own name.
func (n name) tlsa(host string, records ...string) name { return n.tlsaAt(host, host, records...) }

// tlsaAt says that they stand at a TLSA base domain, such as where its aliases end.
func (n name) tlsaAt(host, base string, records ...string) name {
	n.verdict.TLSA = append(n.verdict.TLSA, analysis.TLSA{Host: host, Base: base, Validated: true})
	return n.answered(base, records...)
}

// answered is the answer about the TLSA records at a base domain.
func (n name) answered(base string, records ...string) name {
	n.lookups = append(n.lookups, evidence.Lookup{
		Question: evidence.Question{Name: "_25._tcp." + base, Type: evidence.TypeTLSA},
		RCode:    evidence.RCodeNoError, AD: true, Records: records, Total: len(records),
	})
	return n
}

// fetched is a try to fetch a policy from a host that presented a chain.
func fetched(host string, chain ...evidence.Certificate) evidence.PolicyFetch {
	return evidence.PolicyFetch{Endpoint: evidence.Endpoint{Host: host}, TLS: evidence.TLS{Chain: chain}, Span: evidence.Span{Start: scannedAt}}
}

func TestFixtureCertificatesAreTheSameEachTime(t *testing.T) {
	l := leaf{key: "k", issuer: "R3", days: day, sans: []string{"mx.a.com"}}
	if !bytes.Equal(cert(t, l).DER, cert(t, l).DER) {
		t.Error("one leaf gives two certificates")
	}
}
