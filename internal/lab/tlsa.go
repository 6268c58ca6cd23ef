package lab

import (
	"crypto"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/miekg/dns"
)

// labelTLSA stands before the name of a host that takes mail at port 25 (RFC
// 7672 section 2.2.3).
const labelTLSA = "_25._tcp."

// tlsaWay is one way to publish TLSA records for an MX host at which all is well,
// with what is true of it by the text of RFC 7672.
type tlsaWay struct {
	share   int // of a thousand such hosts in signed zones
	records []tlsaRecord
	usable  bool // one record or more is of a usage that SMTP has (section 3.1)
	matches bool // what the host presents is what a usable record says
}

// tlsaRecord is usage, selector and matching type (RFC 6698 section 2.1), and the
// data in hexadecimal digits.
type tlsaRecord struct {
	usage, selector, matching uint8
	data                      string
}

// Places in tlsaWays of what is dealt to more than a share of the hosts.
const (
	wayKey = iota
	wayIssuer
)

// insecureTLSA is how many of a thousand hosts in zones that are not signed have
// TLSA records there, which nobody may use (RFC 7672 section 2.2.1).
const insecureTLSA = 30

// tlsaWays are all ways. What is left of the thousand publishes none.
func tlsaWays(p *pki) ([]tlsaWay, error) {
	var keys [2][]byte
	for i, key := range []crypto.Signer{p.leafKey, p.intermediate.key} {
		spki, err := x509.MarshalPKIXPublicKey(key.Public())
		if err != nil {
			return nil, fmt.Errorf("lab: the data of TLSA records: %w", err)
		}
		keys[i] = spki
	}
	sum256 := func(b []byte) string { sum := sha256.Sum256(b); return hex.EncodeToString(sum[:]) }
	sum512 := func(b []byte) string { sum := sha512.Sum512(b); return hex.EncodeToString(sum[:]) }
	own, issuer, former := sum256(keys[0]), sum256(keys[1]), sum256([]byte("a key of former days"))
	return []tlsaWay{
		wayKey:    {250, []tlsaRecord{{3, 1, 1, own}}, true, true},
		wayIssuer: {50, []tlsaRecord{{2, 1, 1, issuer}}, true, true},
		{50, []tlsaRecord{{3, 1, 1, former}, {3, 1, 1, own}}, true, true}, // in the middle of a rollover
		{30, []tlsaRecord{{3, 1, 2, sum512(keys[0])}}, true, true},
		{20, []tlsaRecord{{1, 0, 1, former}, {3, 1, 1, own}}, true, true}, // beside one that nobody can use
		{40, []tlsaRecord{{3, 1, 1, former}}, true, false},
		{20, []tlsaRecord{{2, 1, 1, former}}, true, false},
		{20, []tlsaRecord{{1, 1, 1, own}}, false, false},    // PKIX-EE
		{10, []tlsaRecord{{0, 1, 1, issuer}}, false, false}, // PKIX-TA
	}, nil
}

// operatorDANE is what an operator of mail does about DNSSEC and DANE.
type operatorDANE struct {
	security security
	tlsa     bool
	way      int // of tlsaWays
}

// mailOperator is what the operator of a zone does. Hosts of the others are dealt
// a way each.
func mailOperator(zone string) (operatorDANE, bool) {
	switch zone {
	case "alpha-mail.test":
		return operatorDANE{signedZone, true, wayKey}, true
	case "gamma-mail.test":
		return operatorDANE{signedZone, true, wayIssuer}, true
	case "delta-mail.test":
		return operatorDANE{unsignedZone, true, wayKey}, true
	case "one-roof.test":
		return operatorDANE{security: signedZone}, true
	case "beta-mail.test", "flood-mail.test":
		return operatorDANE{security: unsignedZone}, true
	}
	return operatorDANE{}, false
}

// tlsaOf is how an MX host publishes TLSA records; ok is false where it does not.
// A host at which anything is at fault does not, nor one of those who exist:
// nothing is made up about them.
func (w *World) tlsaOf(name string) (way tlsaWay, ok bool) {
	h, known := w.mailHost(name)
	if !w.validates || !known || !h.inOrder() {
		return tlsaWay{}, false
	}
	zone := lastTwo(name)
	if o, ok := mailOperator(zone); ok {
		return w.tlsa[o.way], o.tlsa
	}
	if h.ofOperator() && !strings.HasSuffix(zone, ".test") {
		return tlsaWay{}, false
	}
	n := int(hash(w.cfg.Seed, "tlsa", name) % 1000)
	if w.security(name) != signedZone {
		return w.tlsa[wayKey], n < insecureTLSA
	}
	for _, way := range w.tlsa {
		if n -= way.share; n < 0 {
			return way, true
		}
	}
	return tlsaWay{}, false
}

func (h host) ofOperator() bool { return h.mx >= 0 && h.dep.mx[h.mx].host.operator() != "" }

// inOrder reports whether every address of an MX host presents a good certificate.
func (h host) inOrder() bool {
	if h.mx >= 0 && (h.dep.mx[h.mx].Fault != DNSOK || len(h.dep.mx[h.mx].chain) > 0) {
		return false
	}
	servers := h.mailServers()
	for _, s := range servers {
		if s != (MailServer{}) && s != (MailServer{TLS: TLSServer{Cert: CertWildcard}}) {
			return false
		}
	}
	return len(servers) > 0
}

// tlsa answers at the name where the TLSA records of an MX host stand; ok is false
// where there are none.
func (q question) tlsa() (r reply, ok bool) {
	host, ok := strings.CutPrefix(q.name, labelTLSA)
	if !ok {
		return reply{}, false
	}
	way, ok := q.w.tlsaOf(host)
	if !ok {
		return reply{}, false
	}
	r = reply{ede: -1, zone: lastTwo(host)}
	if q.typ == dns.TypeTLSA {
		for _, t := range way.records {
			r.records = append(r.records, &dns.TLSA{Hdr: q.header(q.name, dns.TypeTLSA),
				Usage: t.usage, Selector: t.selector, MatchingType: t.matching, Certificate: t.data})
		}
	}
	return r, true
}
