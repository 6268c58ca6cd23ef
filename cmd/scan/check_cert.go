package main

import (
	"crypto/x509"
	"fmt"
	"strings"
	"time"

	"stscan/internal/evidence"
)

// certificate is what a person wants to know of a leaf.
type certificate struct {
	SHA256     string    `json:"sha256"`
	Names      []string  `json:"dns_sans"`
	CN         string    `json:"cn"`
	Issuer     string    `json:"issuer"`
	NotBefore  time.Time `json:"not_before"`
	NotAfter   time.Time `json:"not_after"`
	Sent       int       `json:"sent"`
	Unreadable string    `json:"parse_error,omitempty"`
}

// summaryOfChain describes the leaf of a chain that is not empty.
func summaryOfChain(chain []evidence.Certificate) certificate {
	c := certificate{SHA256: chain[0].SHA256, Sent: len(chain)}
	leaf, err := x509.ParseCertificate(chain[0].DER)
	if err != nil {
		c.Unreadable = err.Error()
		return c
	}
	c.Names, c.CN, c.Issuer = leaf.DNSNames, leaf.Subject.CommonName, leaf.Issuer.String()
	c.NotBefore, c.NotAfter = leaf.NotBefore.UTC(), leaf.NotAfter.UTC()
	return c
}

// namesShown of a certificate are enough to see whom it is for.
const namesShown = 5

func (c certificate) namesText() string {
	if len(c.Names) == 0 {
		return fmt.Sprintf("no DNS name (CN %s, which does not count)", shortened(c.CN))
	}
	names := c.Names[:min(len(c.Names), namesShown)]
	text := shortened(strings.Join(names, ", "))
	if more := len(c.Names) - len(names); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
