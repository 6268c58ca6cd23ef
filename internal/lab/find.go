package lab

import (
	"strings"

	"github.com/miekg/dns"
)

// below are the names at which sibling standards put records under a domain.
var below = []string{"_dmarc.", "_smtp._tls.", "default._bimi.", "_25._tcp."}

// find says what a question is about. A name alone does not tell: any name
// may be on a list, "mta-sts.example.com" too. The rule, applied once and
// from the top:
//
//  1. Names in the zone of an operator are what a pattern of a scenario makes
//     of them, or nothing.
//  2. "_mta-sts.D" is the record of D for TXT, CNAME and addresses; "mta-sts.D"
//     is the policy host of D for addresses, CNAME and HTTPS.
//  3. For addresses and CNAME, a name that a pattern leads from to a domain D
//     with such a host ("mx1.D") is that host.
//  4. For TXT, TLSA and SRV, "_dmarc.D", "_smtp._tls.D", "default._bimi.D",
//     "_25._tcp.D" and any other "_label.D" are names below D.
//  5. Everything else is a scanned domain.
//
// So MX, NS and the rest of a scanned "mta-sts.example.com" are its own, and
// only its addresses are those of example.com's policy host; deployment gives
// such names scenarios that do not need them.
func (w *World) find(name string, qtype uint16) node {
	if w.index.zones[lastTwo(name)] {
		n, _ := w.index.host(name, w.deployment)
		return n
	}
	if fixed, ok := w.index.fixed[name]; ok && isHostType(qtype) && !w.index.reserved(name) {
		return fixed
	}
	if w.index.reserved(name) {
		return node{}
	}
	label, rest := firstLabel(name)
	switch {
	case rest == "":
	case label == labelRecord && (qtype == dns.TypeTXT || isHostType(qtype)):
		return node{role: roleRecord, domain: rest, dep: w.deployment(rest)}
	case label == labelPolicy && isHostType(qtype):
		return node{role: rolePolicy, domain: rest, dep: w.deployment(rest)}
	case isHostType(qtype):
		if n, ok := w.index.host(name, w.deployment); ok {
			return n
		}
	case qtype == dns.TypeTXT || qtype == dns.TypeTLSA || qtype == dns.TypeSRV:
		if domain, ok := above(name); ok {
			return node{role: roleBelow, domain: domain, dep: w.deployment(domain)}
		}
	}
	return node{role: roleApex, domain: name, dep: w.deployment(name)}
}

func isHostType(qtype uint16) bool {
	return qtype == dns.TypeA || qtype == dns.TypeAAAA || qtype == dns.TypeCNAME || qtype == dns.TypeHTTPS
}

// above is the domain that a name with underscores is below of.
func above(name string) (string, bool) {
	for _, p := range below {
		if rest, ok := strings.CutPrefix(name, p); ok && rest != "" {
			return rest, true
		}
	}
	label, rest := firstLabel(name)
	return rest, rest != "" && label[0] == '_'
}

// host is a policy host or an MX host, in the deployment it belongs to.
type host struct {
	name   string // as in SNI
	domain string // "" for a host that many domains share
	dep    *deployment
	mx     int // index into dep.mx; -1 for a domain that is its own MX
}

// mailHost is the MX host of this name.
func (w *World) mailHost(name string) (host, bool) {
	n := w.find(name, dns.TypeA)
	switch n.role {
	case roleMX:
		return host{name, n.domain, n.dep, n.mx}, true
	case roleApex:
		for i, m := range n.dep.mx {
			if m.host.hold == holdDomain && m.host.name(n.domain) == name {
				return host{name, n.domain, n.dep, i}, true
			}
		}
		return host{name, n.domain, n.dep, -1}, len(n.dep.Apex.Addrs) > 0
	}
	return host{}, false
}

// mailServers are the addresses of an MX host, as servers.
func (s host) mailServers() []MailServer {
	if s.mx >= 0 {
		return s.dep.mx[s.mx].Servers
	}
	servers := make([]MailServer, len(s.dep.Apex.Addrs))
	for i, p := range s.dep.Apex.Addrs {
		servers[i].Place = p
	}
	return servers
}

// policyHost is the policy host of this name.
func (w *World) policyHost(name string) (host, bool) {
	label, domain := firstLabel(name)
	if label != labelPolicy || domain == "" || w.index.reserved(domain) {
		return host{}, false
	}
	return host{name: name, domain: domain, dep: w.deployment(domain), mx: -1}, true
}
