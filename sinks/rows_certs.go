package sinks

import (
	"bytes"
	//lint:ignore SA1019 DSA keys are described here, never trusted
	"crypto/dsa"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"time"

	zdsa "github.com/zmap/zcrypto/dsa"
	zrsa "github.com/zmap/zcrypto/rsa"
	zx509 "github.com/zmap/zcrypto/x509"

	"stscan/internal/evidence"
)

// CertRow is a row of table certs: one distinct certificate seen by a chunk. All
// but the first two columns are derived from der, for the reader's convenience.
type CertRow struct {
	SHA256             string     `parquet:"sha256" json:"sha256" doc:"SHA-256 of der, lower-case hex."`
	DER                []byte     `parquet:"der" json:"der" doc:"The certificate as sent."`
	Subject            *string    `parquet:"subject,optional" json:"subject" doc:"Subject (RFC 2253); null when it does not parse."`
	Issuer             *string    `parquet:"issuer,optional" json:"issuer" doc:"Issuer (RFC 2253); null when it does not parse."`
	DNSSANs            []string   `parquet:"dns_sans,list" json:"dns_sans" doc:"DNS names of the subjectAltName."`
	CN                 *string    `parquet:"cn,optional" json:"cn" doc:"Common name of the subject; null without."`
	NotBefore          *time.Time `parquet:"not_before,optional,timestamp(microsecond)" json:"not_before" doc:"Start of validity, UTC; null when it does not parse."`
	NotAfter           *time.Time `parquet:"not_after,optional,timestamp(microsecond)" json:"not_after" doc:"End of validity, UTC; null when it does not parse."`
	KeyType            *string    `parquet:"key_type,optional,dict" json:"key_type" doc:"RSA, ECDSA, Ed25519 or DSA; null for another or when it does not parse."`
	KeyBits            *int32     `parquet:"key_bits,optional" json:"key_bits" doc:"Size of the key: modulus, or field of the curve, in bits; null where key_type is."`
	SignatureAlgorithm *string    `parquet:"signature_algorithm,optional,dict" json:"signature_algorithm" doc:"Signature algorithm, e.g. SHA256-RSA, or its object identifier when unknown; null when it does not parse."`
	IsCA               *bool      `parquet:"is_ca,optional" json:"is_ca" doc:"basicConstraints says CA; null when it does not parse."`
	SelfIssued         *bool      `parquet:"self_issued,optional" json:"self_issued" doc:"Subject and issuer are the same bytes; null when it does not parse."`
	SPKISHA256         *string    `parquet:"spki_sha256,optional" json:"spki_sha256" doc:"SHA-256 of the SubjectPublicKeyInfo, lower-case hex; null when it does not parse."`
	ParseError         *string    `parquet:"parse_error,optional" json:"parse_error" doc:"Why it does not parse; null when it does."`
}

// set fills r from c. What crypto/x509 refuses is read by zcrypto's parser, which
// forgives more: a measurement wants the columns of bad certificates too.
func (r *CertRow) set(c *evidence.Certificate) {
	*r = CertRow{SHA256: text(c.SHA256), DER: c.DER}
	strict, err := x509.ParseCertificate(c.DER)
	if err == nil {
		r.setStrict(strict)
		return
	}
	lax, laxErr := parseLax(c.DER)
	if laxErr != nil {
		why := text(err.Error())
		r.ParseError = &why
		return
	}
	r.setLax(lax)
}

func (r *CertRow) setStrict(c *x509.Certificate) {
	r.describe(c.Subject.String(), c.Issuer.String(), c.Subject.CommonName, c.SignatureAlgorithm.String())
	r.DNSSANs, r.NotBefore, r.NotAfter = texts(c.DNSNames), &c.NotBefore, &c.NotAfter
	r.setRaw(c.RawSubject, c.RawIssuer, c.RawSubjectPublicKeyInfo, c.PublicKey, c.BasicConstraintsValid && c.IsCA)
}

func (r *CertRow) setLax(c *zx509.Certificate) {
	r.describe(c.Subject.String(), c.Issuer.String(), c.Subject.CommonName, laxSignature(c))
	r.DNSSANs, r.NotBefore, r.NotAfter = texts(c.DNSNames), &c.NotBefore, &c.NotAfter
	r.setRaw(c.RawSubject, c.RawIssuer, c.RawSubjectPublicKeyInfo, c.PublicKey, c.BasicConstraintsValid && c.IsCA)
}

func laxSignature(c *zx509.Certificate) string {
	if c.SignatureAlgorithm == zx509.UnknownSignatureAlgorithm {
		return c.SignatureAlgorithmOID.String()
	}
	return c.SignatureAlgorithm.String()
}

func (r *CertRow) describe(subject, issuer, cn, signature string) {
	subject, issuer = text(subject), text(issuer)
	r.Subject, r.Issuer = &subject, &issuer
	r.CN, r.SignatureAlgorithm = given(&cn), given(&signature)
}

func (r *CertRow) setRaw(subject, issuer, spki []byte, key any, ca bool) {
	selfIssued := bytes.Equal(subject, issuer)
	digest := sha256.Sum256(spki)
	hash := hex.EncodeToString(digest[:])
	r.IsCA, r.SelfIssued, r.SPKISHA256 = &ca, &selfIssued, &hash
	if kind, bits := keyOf(key); kind != "" {
		r.KeyType, r.KeyBits = &kind, &bits
	}
}

// keyOf names a public key of either parser; "" if it knows none such.
func keyOf(key any) (kind string, bits int32) {
	switch k := key.(type) {
	case *rsa.PublicKey:
		return "RSA", int32(k.N.BitLen())
	case *zrsa.PublicKey:
		return "RSA", int32(k.N.BitLen())
	case *ecdsa.PublicKey:
		return "ECDSA", int32(k.Curve.Params().BitSize)
	case *zx509.AugmentedECDSA:
		return "ECDSA", int32(k.Pub.Curve.Params().BitSize)
	case ed25519.PublicKey:
		return "Ed25519", int32(len(k) * 8)
	case *dsa.PublicKey:
		return "DSA", int32(k.P.BitLen())
	case *zdsa.PublicKey:
		return "DSA", int32(k.P.BitLen())
	}
	return "", 0
}

// parseLax keeps a panic of the forgiving parser, which reads bytes strangers
// chose, from ending the scan.
func parseLax(der []byte) (c *zx509.Certificate, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("parser panicked: %v", p)
		}
	}()
	return zx509.ParseCertificate(der)
}

// certIndex finds the certificates of a chunk by SHA-256.
type certIndex map[string][]byte

func (x certIndex) chain(hashes []string) ([]evidence.Certificate, error) {
	if len(hashes) == 0 {
		return nil, nil
	}
	chain := make([]evidence.Certificate, len(hashes))
	for i, hash := range hashes {
		der, ok := x[hash]
		if !ok {
			return nil, fmt.Errorf("certificate %s is not in table certs of the chunk", hash)
		}
		chain[i] = evidence.Certificate{SHA256: hash, DER: der}
	}
	return chain, nil
}
