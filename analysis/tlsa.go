package analysis

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"stscan/internal/evidence"
)

// Fields of a TLSA record that SMTP can use (RFC 7672 section 3.1): usages
// that need no public CA, and what they compare.
const (
	usageTA = 2 // DANE-TA: a trust anchor
	usageEE = 3 // DANE-EE: the server's own certificate or key

	selectorCert = 0
	selectorKey  = 1

	matchFull   = 0
	matchSHA256 = 1
	matchSHA512 = 2
)

// tlsa is one TLSA record (RFC 6698 section 2.1).
type tlsa struct {
	usage, selector, matching uint64
	data                      []byte
}

// parseTLSA reads "3 1 1 0123…". ok is false for what no sender can use, as of
// PKIX-TA and PKIX-EE (RFC 7672 section 3.1.3).
func parseTLSA(record string) (t tlsa, ok bool) {
	fields := strings.Fields(record)
	if len(fields) < 4 {
		return t, false
	}
	for i, n := range []*uint64{&t.usage, &t.selector, &t.matching} {
		var err error
		if *n, err = strconv.ParseUint(fields[i], 10, 8); err != nil {
			return t, false
		}
	}
	var err error
	t.data, err = hex.DecodeString(strings.Join(fields[3:], ""))
	return t, err == nil && t.usable()
}

func (t tlsa) usable() bool {
	if t.usage != usageTA && t.usage != usageEE || t.selector != selectorCert && t.selector != selectorKey {
		return false
	}
	switch t.matching {
	case matchFull:
		return len(t.data) > 0
	case matchSHA256:
		return len(t.data) == sha256.Size
	case matchSHA512:
		return len(t.data) == sha512.Size
	}
	return false
}

// usableTLSA are the records that a sender uses: of several digests for the same
// usage and selector only the strongest (RFC 7671 section 9).
func usableTLSA(records []string) []tlsa {
	var all []tlsa
	for _, r := range records {
		if t, ok := parseTLSA(r); ok {
			all = append(all, t)
		}
	}
	weaker := func(t tlsa) bool {
		return t.matching == matchSHA256 && slices.ContainsFunc(all, func(o tlsa) bool {
			return o.matching == matchSHA512 && o.usage == t.usage && o.selector == t.selector
		})
	}
	return slices.Collect(func(yield func(tlsa) bool) {
		for _, t := range all {
			if !weaker(t) && !yield(t) {
				return
			}
		}
	})
}

// selects reports whether the record is about a certificate.
func (t tlsa) selects(der []byte) bool {
	selected := der
	if t.selector == selectorKey {
		var ok bool
		if selected, ok = publicKey(der); !ok {
			return false
		}
	}
	switch t.matching {
	case matchSHA256:
		sum := sha256.Sum256(selected)
		selected = sum[:]
	case matchSHA512:
		sum := sha512.Sum512(selected)
		selected = sum[:]
	}
	return bytes.Equal(t.data, selected)
}

// publicKey is the SubjectPublicKeyInfo of a certificate. It reads no more of
// it than its outline (RFC 5280 section 4.1), since DANE-EE asks for nothing
// else to be in order (RFC 7672 section 3.1.1).
func publicKey(der []byte) ([]byte, bool) {
	var outline struct {
		TBS struct {
			Version                                      int `asn1:"optional,explicit,default:0,tag:0"`
			Serial, Signature, Issuer, Validity, Subject asn1.RawValue
			Key                                          asn1.RawValue
		}
		Algorithm, Signature asn1.RawValue
	}
	if rest, err := asn1.Unmarshal(der, &outline); err != nil || len(rest) > 0 {
		return nil, false
	}
	return outline.TBS.Key.FullBytes, true
}

// tlsaResult is what comparing a chain with TLSA records gives.
type tlsaResult string

const (
	tlsaMatch      tlsaResult = "match"
	tlsaMismatch   tlsaResult = "mismatch"
	tlsaUnreadable tlsaResult = "unreadable" // we could not tell
)

// matchTLSA compares the chain that a server presented with usable records. One
// that matches is enough. names are those of which the certificate must carry
// one, for DANE-TA only.
func matchTLSA(records []tlsa, chain []evidence.Certificate, names []string, at time.Time) tlsaResult {
	result := tlsaMismatch
	for _, t := range records {
		switch {
		case t.usage == usageEE: // no name, no date (RFC 7672 section 3.1.1)
			if t.selects(chain[0].DER) {
				return tlsaMatch
			}
		default:
			switch anchored(t, chain, names, at) {
			case tlsaMatch:
				return tlsaMatch
			case tlsaUnreadable:
				result = tlsaUnreadable
			}
		}
	}
	return result
}

// anchored reports whether a chain leads to the trust anchor of a DANE-TA record
// and is for one of names (RFC 7672 section 3.1.2). The anchor is one of the
// certificates sent, or stands whole in the record.
func anchored(t tlsa, chain []evidence.Certificate, names []string, at time.Time) tlsaResult {
	anchors, others := x509.NewCertPool(), x509.NewCertPool()
	found, unread := false, false
	for _, sent := range chain[1:] {
		c, err := x509.ParseCertificate(sent.DER)
		selected := t.selects(sent.DER)
		switch {
		case err != nil:
			unread = unread || selected
		case selected:
			found = true
			anchors.AddCert(c)
		default:
			others.AddCert(c)
		}
	}
	if t.selector == selectorCert && t.matching == matchFull {
		if c, err := x509.ParseCertificate(t.data); err == nil {
			found = true
			anchors.AddCert(c)
		}
	}
	if !found && !unread {
		return tlsaMismatch
	}
	leaf, err := x509.ParseCertificate(chain[0].DER)
	if err != nil || !found {
		return tlsaUnreadable
	}
	_, err = leaf.Verify(x509.VerifyOptions{Roots: anchors, Intermediates: others, CurrentTime: at,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
	if err != nil || !slices.ContainsFunc(names, func(name string) bool { return carries(leaf, name) }) {
		return tlsaMismatch
	}
	return tlsaMatch
}

// carries reports whether a certificate is for a name. Unlike for MTA-STS, the CN
// counts where there is no DNS name (RFC 7672 section 3.2.3).
func carries(c *x509.Certificate, name string) bool {
	if len(c.DNSNames) == 0 {
		return namesHost([]string{c.Subject.CommonName}, name)
	}
	return namesHost(c.DNSNames, name)
}
