package lab

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
)

// Certificates that no honest authority makes, and chains that no honest
// server sends.
const (
	CertHugeChain      Cert = "huge_chain"      // good, with far more than 64 KiB of others behind it
	CertLongChain      Cert = "long_chain"      // good, with a hundred others behind it
	CertBuriedIssuer   Cert = "buried_issuer"   // good, but its issuer comes behind a hundred others
	CertManyNames      Cert = "many_names"      // good for 10,000 names more
	CertSomeNames      Cert = "some_names"      // good for 2,000 names more
	CertGarbage        Cert = "garbage"         // no certificate
	CertNegativeSerial Cert = "negative_serial" // good but for RFC 5280 section 4.1.2.2
	CertIssuerLoop     Cert = "issuer_loop"     // two authorities that issued each other
	CertDecoys         Cert = "decoys"          // untrusted; thirty possible issuers of one name and no root
)

// How many of each. A handshake message of 64 KiB is what TLS libraries bound.
const (
	hugeChain  = 300
	longChain  = 100
	manyNames  = 10_000
	someNames  = 2_000
	decoys     = 30
	decoyName  = "Lab Decoy"
	looperName = "Lab Loop %d"
)

// alter changes the leaf before it is signed.
func (p *pki) alter(kind Cert, t *x509.Certificate) {
	more := 0
	switch kind {
	case CertManyNames:
		more = manyNames
	case CertSomeNames:
		more = someNames
	case CertNegativeSerial:
		// Seven octets behind a first one that the highest bit makes negative.
		t.SerialNumber = new(big.Int).SetUint64(t.SerialNumber.Uint64()>>8 | 1<<56)
	case CertIssuerLoop, CertDecoys:
		t.IssuingCertificateURL = nil
	}
	for i := range more {
		t.DNSNames = append(t.DNSNames, fmt.Sprintf("n%d.elsewhere.test", i))
	}
}

// spoil changes what was issued: the leaf, or what is sent behind it.
func (p *pki) spoil(kind Cert, cert *tls.Certificate) (err error) {
	leaf, rest := cert.Certificate[0], cert.Certificate[1:]
	others := func(n int) [][]byte {
		var out [][]byte
		for range n {
			out = append(out, p.private.cert.Raw)
		}
		return out
	}
	switch kind {
	case CertHugeChain:
		cert.Certificate = append(cert.Certificate, others(hugeChain)...)
	case CertLongChain:
		cert.Certificate = append(cert.Certificate, others(longChain)...)
	case CertBuriedIssuer:
		cert.Certificate = append(append([][]byte{leaf}, others(longChain)...), rest...)
	case CertGarbage:
		cert.Certificate = [][]byte{bytes.Repeat([]byte{0x30, 0x80, 0xff}, 100)}
	case CertNegativeSerial:
		cert.Certificate[0], err = p.negate(leaf)
	case CertIssuerLoop:
		cert.Certificate, err = p.loop(leaf)
	case CertDecoys:
		cert.Certificate, err = p.decoys(leaf)
	}
	return err
}

// signed is a certificate, its signature apart (RFC 5280 section 4.1).
type signed struct {
	TBS       asn1.RawValue
	Algorithm pkix.AlgorithmIdentifier
	Signature asn1.BitString
}

// negate signs a certificate again with the highest bit of its serial number
// set, which crypto/x509 refuses to make.
func (p *pki) negate(der []byte) ([]byte, error) {
	var c signed
	if _, err := asn1.Unmarshal(der, &c); err != nil {
		return nil, err
	}
	var version, serial asn1.RawValue
	rest, err := asn1.Unmarshal(c.TBS.Bytes, &version)
	if err == nil {
		_, err = asn1.Unmarshal(rest, &serial)
	}
	if err != nil {
		return nil, err
	}
	tbs := bytes.Clone(c.TBS.FullBytes)
	tbs[len(tbs)-len(rest)+len(serial.FullBytes)-len(serial.Bytes)] |= 0x80
	digest := sha256.Sum256(tbs)
	sig, err := p.intermediate.key.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		return nil, err
	}
	c.TBS = asn1.RawValue{FullBytes: tbs}
	c.Signature = asn1.BitString{Bytes: sig, BitLength: 8 * len(sig)}
	return asn1.Marshal(c)
}

// reissue signs the leaf again, by another issuer.
func (p *pki) reissue(leaf []byte, by authority) ([]byte, error) {
	t, err := x509.ParseCertificate(leaf)
	if err != nil {
		return nil, err
	}
	t.AuthorityKeyId = nil
	return x509.CreateCertificate(rand.Reader, t, by.cert, t.PublicKey, by.key)
}

// loop is the leaf behind two authorities, each issued by the other.
func (p *pki) loop(leaf []byte) ([][]byte, error) {
	keys := []crypto.Signer{p.selfKey, p.leafKey}
	var self [2]authority
	for i := range self {
		cert, err := p.authority(fmt.Sprintf(looperName, i), keys[i], nil)
		if err != nil {
			return nil, err
		}
		self[i] = authority{cert, keys[i]}
	}
	out, err := p.reissue(leaf, self[0])
	if err != nil {
		return nil, err
	}
	chain := [][]byte{out}
	for i := range self {
		cert, err := p.authority(fmt.Sprintf(looperName, i), keys[i], &self[1-i])
		if err != nil {
			return nil, err
		}
		chain = append(chain, cert.Raw)
	}
	return chain, nil
}

// decoys is the leaf behind many authorities of one name, each of which could
// have issued it and each other as far as the names tell.
func (p *pki) decoys(leaf []byte) ([][]byte, error) {
	var chain [][]byte
	for i := range decoys {
		key, err := derivedKey(p.seed, fmt.Sprintf("decoy %d", i))
		if err != nil {
			return nil, err
		}
		cert, err := p.authority(decoyName, key, nil)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			first, err := p.reissue(leaf, authority{cert, key})
			if err != nil {
				return nil, err
			}
			chain = append(chain, first)
		}
		chain = append(chain, cert.Raw)
	}
	return chain, nil
}
