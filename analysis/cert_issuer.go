package analysis

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
)

// knownIssuer is an intermediate certificate that a chain which was verified in
// full has shown to be signed by a trusted root and fit to be on a path. A few
// hundred of them sign nearly all there is, and what was found of such a one
// holds for every leaf: of a new leaf that it signed remain to be checked the
// leaf's own signature, the usages and the dates.
type knownIssuer struct {
	cert   *x509.Certificate
	root   *x509.Certificate
	anchor *x509.CertPool // of cert alone
}

// issuerKey is the SHA-256 of the certificate.
type issuerKey [sha256.Size]byte

// issuersKept is how many are remembered, of some 6 KB each: the authorities of
// the Web have fewer that are in use.
const issuersKept = 2000

// meet remembers the issuer of a path that holds, if it is of leaf, issuer and
// root and what the last two demand of a leaf is none of its own affair.
func (r *Rules) meet(path []*x509.Certificate) {
	if len(path) != 3 {
		return
	}
	cert, root := path[1], path[2]
	if r.issuers == nil || r.roots.constrained[string(root.Raw)] || narrows(cert) || narrows(root) {
		return
	}
	anchor := x509.NewCertPool()
	anchor.AddCert(cert)
	r.issuers.put(sha256.Sum256(cert.Raw), knownIssuer{cert, root, anchor})
}

// met takes a certificate that was sent from what is known, if it is.
func (k *chainCase) met(der []byte) bool {
	known, ok := k.rules.issuers.get(sha256.Sum256(der))
	if ok {
		k.sent = append(k.sent, known.cert)
		k.known = append(k.known, known)
	}
	return ok
}

// fewSent is how long a chain may be of which a path through a known issuer is
// taken. In longer ones crypto/x509 may give up, for the number of signatures,
// before it comes to that issuer, and what is known must not change a verdict.
const fewSent = 4

// issuerKnown reports whether a known issuer signed the leaf, and the path over it
// holds: a path that verifying in full finds too.
func (k *chainCase) issuerKnown() bool {
	if len(k.sent) > fewSent || narrows(k.leaf) {
		return false
	}
	for _, known := range k.known {
		if !bytes.Equal(known.cert.RawSubject, k.leaf.RawIssuer) || known.namesake(k.leaf) ||
			len(dateFaults([]*x509.Certificate{known.root}, k.at)) > 0 {
			continue
		}
		if _, err := k.verify(known.anchor, nil, k.at); err == nil {
			return true
		}
	}
	return false
}

// namesake reports whether leaf has the name of its own issuer or root, whom no
// path may then have: nothing twice.
func (i knownIssuer) namesake(leaf *x509.Certificate) bool {
	return bytes.Equal(leaf.RawSubject, i.cert.RawSubject) || bytes.Equal(leaf.RawSubject, i.root.RawSubject)
}

// narrows reports whether c makes demands that are checked over the whole of a
// path: name constraints, policy mappings, policy constraints or inhibitAnyPolicy
// (RFC 5280 sections 4.2.1.5, 10, 11 and 14).
func narrows(c *x509.Certificate) bool {
	for _, e := range c.Extensions {
		if id := e.Id; len(id) == 4 && id[0] == 2 && id[1] == 5 && id[2] == 29 {
			switch id[3] {
			case 30, 33, 36, 54:
				return true
			}
		}
	}
	return false
}
