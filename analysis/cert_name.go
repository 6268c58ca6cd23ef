package analysis

import (
	"crypto/x509"
	"net/netip"
	"strings"

	"stscan/internal/evidence"
)

// maxNames is how many names of a certificate a finding shows.
const maxNames = 10

// nameFault asks whether a certificate is for host: by a DNS SAN, of which one
// leftmost label may be a wildcard (RFC 8461 section 4.1, RFC 6125 section
// 6.4). The CN never counts; that it would have matched is told apart.
func nameFault(sans []string, cn, host string) *fault {
	if namesHost(sans, host) {
		return nil
	}
	if len(sans) == 0 && namesHost([]string{cn}, host) {
		return &fault{certCNOnly, "CN: " + cn}
	}
	if len(sans) == 0 {
		return &fault{certNameMismatch, "no DNS name; CN: " + cn}
	}
	return &fault{certNameMismatch, "DNS names: " + strings.Join(sans[:min(len(sans), maxNames)], ", ")}
}

// unreadable reports whether neither of our parsers can read the leaf of what
// was sent, though other senders may.
func unreadable(t evidence.TLS) bool {
	if len(t.Chain) == 0 {
		return false
	}
	_, err := x509.ParseCertificate(t.Chain[0].DER)
	return err != nil && !lenientReads(t.Chain[0].DER)
}

func namesHost(names []string, host string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return false // an address is matched by no DNS name
	}
	return (&x509.Certificate{DNSNames: names}).VerifyHostname(host) == nil
}
