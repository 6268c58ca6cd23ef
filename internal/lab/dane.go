package lab

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"stscan/internal/taxonomy"
)

// dane is what is true of DANE at a domain, by RFC 7672 section 2.2 and what the
// lab has declared. ok is false where there is no MX host to ask about.
func (w *World) dane(domain string, d *deployment) (a Adoption, ok bool) {
	hosts := w.mxNames(domain, d)
	if len(hosts) == 0 {
		return Adoption{}, false
	}
	if !w.validates {
		return Adoption{"dane", "unknown", "not_validating"}, true
	}
	count := map[string]int{}
	for _, h := range hosts {
		count[w.daneAt(h, d.signals())]++
	}
	a = Adoption{Check: "dane", State: "broken"}
	usable := count["ok"] + count["published"]
	switch {
	case count["mismatch"] > 0: // a sender that uses DANE waits, whatever the other hosts have
		a.Detail = "mismatch"
	case count["unanswered"] > 0:
		a.State, a.Detail = "unknown", "unanswered"
	case count["unusable"] > 0:
		a.Detail = "unusable"
	case usable == 0 && count["tlsa_insecure"] > 0:
		a.Detail = "tlsa_insecure"
	case usable == 0:
		a.State, a.Detail = "no", "absent"
	case w.security(domain) != signedZone: // section 2.2.1
		a.State, a.Detail = "no", "mx_insecure"
	case usable < len(hosts):
		a.State, a.Detail = "yes", "partial"
	case count["ok"] == 0:
		a.State, a.Detail = "yes", "published"
	default:
		a.State, a.Detail = "yes", "ok"
	}
	return a, true
}

// daneAt is what is true of one MX host; probed, where a scan sees its certificate.
func (w *World) daneAt(host string, probed bool) string {
	way, published := w.tlsaOf(host)
	switch {
	case strings.Contains(host, `\`): // a label with what no host name has: the scan does not ask
		return "unanswered"
	case !published:
		return "absent"
	case w.security(host) != signedZone: // section 2.2.2
		return "tlsa_insecure"
	case !way.usable:
		return "unusable"
	case !probed:
		return "published"
	case !way.matches:
		return "mismatch"
	}
	return "ok"
}

// mxNames are the names that a domain's mail goes to, each once: those of its MX
// records, or the domain itself (RFC 5321 section 5.1). What is no name of a mail
// host is left out: the null MX, addresses, this machine.
func (w *World) mxNames(domain string, d *deployment) []string {
	if d.Apex.NXDomain || !d.Apex.MXFault.answered() {
		return nil
	}
	records := question{w: w}.mx(node{domain: domain, dep: d})
	if len(records) == 0 && len(d.Apex.Addrs) > 0 {
		return []string{domain}
	}
	var names []string
	for _, rr := range records {
		name := canonical(rr.(*dns.MX).Mx)
		if name != "" && name != "localhost" && !strings.HasSuffix(name, ".localhost") && !isLiteral(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// isLiteral reports whether the target of an MX record is an address, be it
// written as one (RFC 5321 section 4.1.3).
func isLiteral(name string) bool {
	name = strings.TrimPrefix(strings.Trim(name, "[]"), "ipv6:")
	_, err := netip.ParseAddr(name)
	return err == nil
}

// signals reports whether a scan looks at the domain's MX hosts: it finds a record
// of MTA-STS, or what was meant to be one. Where it cannot tell what the domain is,
// that is for the record's sake, unless the record is a healthy one.
func (d *deployment) signals() bool {
	r := d.Record
	healthy := slices.Equal(r.TXT, []string{goodRecord}) && len(r.CNAME) == 0 && r.Fault == DNSOK
	return healthy || d.Truth.Status != taxonomy.StatusNotDeployed && d.Truth.Status != taxonomy.StatusInconclusive
}
