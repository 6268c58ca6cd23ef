//go:build linux

package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"time"
)

// authority signs the certificates of the hosts: ECDSA P-256 all along, as most
// of what is issued today, with an intermediate that the hosts send.
type authority struct {
	root, middle *x509.Certificate
	key          *ecdsa.PrivateKey // of middle
	serial       int64
}

func newAuthority() (*authority, error) {
	a := &authority{}
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	if a.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return nil, err
	}
	root := a.template("Measurement Root", true)
	if a.root, err = sign(root, root, rootKey, rootKey); err != nil {
		return nil, err
	}
	a.middle, err = sign(a.template("Measurement Intermediate", true), a.root, a.key, rootKey)
	return a, err
}

func (a *authority) template(name string, ca bool) *x509.Certificate {
	a.serial++
	c := &x509.Certificate{
		SerialNumber: big.NewInt(a.serial), Subject: pkix.Name{CommonName: name}, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: time.Now().Add(90 * 24 * time.Hour),
	}
	if ca {
		c.IsCA, c.KeyUsage = true, x509.KeyUsageCertSign
		return c
	}
	c.DNSNames, c.Subject = []string{name}, pkix.Name{}
	c.KeyUsage, c.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	return c
}

func sign(c, by *x509.Certificate, key, with *ecdsa.PrivateKey) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, c, by, key.Public(), with)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// issue writes key, leaf and intermediate of host to DIR/host.pem.
func (a *authority) issue(dir, host string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	leaf, err := sign(a.template(host, false), a.middle, key, a.key)
	if err != nil {
		return err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	text := append(block("PRIVATE KEY", secret), block("CERTIFICATE", leaf.Raw)...)
	return os.WriteFile(filepath.Join(dir, host+".pem"), append(text, block("CERTIFICATE", a.middle.Raw)...), 0o644)
}

func block(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

// writeCertificates makes those of all hosts, and the file of trusted roots.
func (w world) writeCertificates() error {
	a, err := newAuthority()
	if err != nil {
		return err
	}
	if err := os.WriteFile(w.path("roots.pem"), block("CERTIFICATE", a.root.Raw), 0o644); err != nil {
		return err
	}
	if err := os.Mkdir(w.path("certs"), 0o755); err != nil {
		return err
	}
	hosts := []string{defaultHost}
	for n := range w.signalling {
		hosts = append(hosts, "mta-sts."+deploymentName(n), "mx."+deploymentName(n))
	}
	for _, host := range hosts {
		if err := a.issue(w.path("certs"), host); err != nil {
			return err
		}
	}
	return nil
}

// defaultHost is whose certificate Postfix shows to who asks for no name it has.
const defaultHost = "mx.test"
