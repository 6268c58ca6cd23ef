package lab

import (
	"fmt"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// The lab's resolver validates, as far as anybody can see who asks it: it sets
// AD in the answers that are from signed zones. Nothing is signed.

// security is what a validating resolver makes of the names of a zone.
type security uint8

const (
	unsignedZone security = iota
	signedZone
	unsupportedZone // signed, by an algorithm that the resolver does not know: taken for unsigned (RFC 4035 section 5.2)
)

// Shares of a thousand zones.
const (
	signedZones      = 250
	unsupportedZones = 10
)

// validatesIn reports whether the resolver of a preset validates. That of
// presets onepercent and onepercent-txt does not: what a name takes is measured
// by them, and is to stay comparable.
func validatesIn(preset string) bool { return preset != presetOnePercent && preset != presetWild }

// security is that of the zone that a name lies in. The root and the top-level
// domains are signed; below them a zone is, or is not, with all that is
// delegated from it, so that no name is secure below one that is not.
func (w *World) security(name string) security {
	zone := lastTwo(name)
	switch {
	case !w.validates:
		return unsignedZone
	case strings.IndexByte(zone, '.') <= 0: // a top-level domain, or the root
		return signedZone
	}
	if o, ok := mailOperator(zone); ok {
		return o.security
	}
	switch n := hash(w.cfg.Seed, "dnssec", zone) % 1000; {
	case n < signedZones || w.deployment(zone).bogus:
		return signedZone
	case n < signedZones+unsupportedZones:
		return unsupportedZone
	}
	return unsignedZone
}

// parent is the zone that a domain is delegated from, or would be: who says
// that there is no such domain, and who has its DS.
func parent(domain string) string {
	if _, rest := firstLabel(domain); rest != "" {
		return rest
	}
	return "."
}

// authentic reports whether all of an answer is from signed zones: each step of
// a chain of CNAMEs, and what is at its end (RFC 4035 section 3.2.3).
func (w *World) authentic(r reply) bool {
	if !w.validates || r.rcode != dns.RcodeSuccess && r.rcode != dns.RcodeNameError {
		return false
	}
	for _, rr := range r.records {
		alias, ok := rr.(*dns.CNAME)
		if !ok {
			break
		}
		if w.security(canonical(alias.Hdr.Name)) != signedZone || w.security(canonical(alias.Target)) != signedZone {
			return false
		}
	}
	return w.security(r.zone) == signedZone
}

// wantsAD reports whether who asks understands the AD bit (RFC 6840 section
// 5.8). Who asks for an answer that was not checked gets it without.
func wantsAD(q *dns.Msg) bool {
	opt := q.IsEdns0()
	return !q.CheckingDisabled && (q.AuthenticatedData || opt != nil && opt.Do())
}

// ds makes the DS record of a domain, if it has one.
func (q question) ds(domain string) []dns.RR {
	algorithm := dns.ECDSAP256SHA256
	switch q.w.security(domain) {
	case unsignedZone:
		return nil
	case unsupportedZone:
		algorithm = dns.ECCGOST
	}
	h := hash(q.w.cfg.Seed, "ds", domain)
	digest := fmt.Sprintf("%016x%016x%016x%016x", h, mix(h+1), mix(h+2), mix(h+3))
	return []dns.RR{&dns.DS{Hdr: q.header(domain, dns.TypeDS), KeyTag: uint16(h), Algorithm: algorithm, DigestType: dns.SHA256, Digest: digest}}
}

// answered reports whether a name at which the DNS fails like this gives an
// answer all the same to whoever asks again and over TCP.
func (f DNSFault) answered() bool {
	return slices.Contains([]DNSFault{DNSOK, DNSNXDomain, DNSNoData, DNSTruncate, DNSForged, DNSZeroTTL, DNSHugeTTL}, f)
}

// dnssec is what is true of the answer about a domain's MX.
func (w *World) dnssec(domain string, d *deployment) Adoption {
	a := func(state, detail string) Adoption { return Adoption{"dnssec", state, detail} }
	switch {
	case d.Apex.NXDomain:
		return a("no", "nxdomain")
	case d.Apex.MXFault == DNSBogus:
		return a("broken", "bogus")
	case !d.Apex.MXFault.answered():
		return a("unknown", "unanswered")
	case !w.validates:
		return a("unknown", "not_validating")
	}
	switch w.security(domain) {
	case signedZone:
		return a("yes", "ok")
	case unsupportedZone:
		return a("broken", "unsupported")
	}
	return a("no", "unsigned")
}
