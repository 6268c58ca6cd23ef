package lab

import (
	"github.com/miekg/dns"
)

// dnsOperators hold the name servers of all domains.
var dnsOperators = []string{"alpha-dns.test", "beta-dns.test", "gamma-dns.test", "delta-dns.test"}

const (
	ttl         = 300 // seconds, of every record
	negativeTTL = 60  // seconds, of every negative answer
)

// reply is what a recursive resolver has to say to one question.
type reply struct {
	rcode    int
	records  []dns.RR
	ede      int // extended error (RFC 8914), -1 = none
	silent   bool
	truncate bool
	zone     string // in which a negative answer was found
	fault    DNSFault
}

// ask answers a question: a function of the world and the question alone.
func (w *World) ask(name string, qtype uint16, cd bool) reply {
	q := question{w, name, qtype, cd}
	if r, ok := q.tlsa(); ok {
		return r
	}
	n := w.find(name, qtype)
	switch n.role {
	case roleApex:
		return q.apex(n)
	case roleRecord:
		d := n.dep
		if len(d.Record.TXT) == 0 && len(d.record) == 0 && d.Record.Fault == DNSOK {
			return q.below(n)
		}
		return q.chain(n, d.record, labelRecord+".", d.Record.Fault, func(owner string) []dns.RR {
			return q.txt(owner, n.domain, d.Record.TXT, d.Record.Split)
		})
	case rolePolicy:
		d := n.dep
		if len(d.Policy.Servers) == 0 && len(d.policy) == 0 && d.Policy.Fault == DNSOK {
			return q.below(n)
		}
		return q.chain(n, d.policy, labelPolicy+".", d.Policy.Fault, func(owner string) []dns.RR {
			return q.addresses(owner, w.policyAddrs(n.domain, d))
		})
	case roleMX:
		m := n.dep.mx[n.mx]
		head := host{m.host.name(n.domain), n.domain, n.dep, n.mx}
		if n.domain == "" && n.step == 0 {
			head.name = name // of a group's, which no domain leads to
		}
		return q.chain(n, m.chain, "", m.Fault, func(owner string) []dns.RR {
			return q.addresses(owner, w.mailAddrs(head))
		})
	case roleBelow:
		return q.sibling(n)
	}
	zone := lastTwo(name)
	if !w.index.zones[zone] {
		zone = "." // below a top-level domain that there is not
	}
	return reply{rcode: dns.RcodeNameError, ede: -1, zone: zone}
}

// question is one question on its way through the world.
type question struct {
	w    *World
	name string
	typ  uint16
	cd   bool
}

func (q question) header(owner string, typ uint16) dns.RR_Header {
	return dns.RR_Header{Name: dns.Fqdn(owner), Rrtype: typ, Class: dns.ClassINET, Ttl: ttl}
}

// apex answers for the scanned domain itself.
func (q question) apex(n node) reply {
	d := n.dep
	if d.Apex.NXDomain {
		return reply{rcode: dns.RcodeNameError, ede: -1, zone: parent(n.domain)}
	}
	fault, zone := DNSOK, n.domain
	var rrs []dns.RR
	switch q.typ {
	case dns.TypeMX:
		fault = d.Apex.MXFault
		rrs = q.mx(n)
	case dns.TypeNS:
		for _, host := range q.nameServers(n) {
			rrs = append(rrs, &dns.NS{Hdr: q.header(n.domain, dns.TypeNS), Ns: dns.Fqdn(host)})
		}
	case dns.TypeSOA:
		rrs = []dns.RR{soa(n.domain)}
	case dns.TypeDS: // of the zone above (RFC 4035 section 2.4)
		zone = parent(n.domain)
		rrs = q.ds(n.domain)
	case dns.TypeTXT:
		rrs = q.txt(n.domain, n.domain, q.w.apexTXT(n.domain, d), false)
	case dns.TypeA, dns.TypeAAAA:
		if s, ok := q.w.mailHost(n.domain); ok {
			if s.mx >= 0 {
				fault = s.dep.mx[s.mx].Fault
			}
			rrs = q.addresses(n.domain, q.w.mailAddrs(s))
		}
	}
	return q.finish(reply{ede: -1, zone: zone}, n.domain, fault, func(string) []dns.RR { return rrs })
}

// below answers for a name under a domain at which the deployment has nothing
// of its own: with the wildcard, if there is one.
func (q question) below(n node) reply {
	d := n.dep
	if len(d.Record.Wildcard) == 0 {
		return reply{rcode: dns.RcodeNameError, ede: -1, zone: n.domain}
	}
	r := reply{ede: -1, zone: n.domain}
	if q.typ == dns.TypeTXT {
		r.records = q.txt(q.name, n.domain, d.Record.Wildcard, false)
	}
	return r
}

// sibling answers for records of other standards under a domain.
func (q question) sibling(n node) reply {
	if q.typ == dns.TypeTXT && !n.dep.Apex.NXDomain {
		if fault := n.dep.Apex.Siblings; fault != DNSOK && q.w.siblingAt(q.name, n) >= 0 {
			return q.finish(reply{ede: -1, zone: n.domain}, q.name, fault, func(string) []dns.RR { return nil })
		}
		if txt := q.w.siblingTXT(q.name, n); txt != nil {
			return reply{records: q.txt(q.name, n.domain, txt, false), ede: -1, zone: n.domain}
		}
	}
	return q.below(n)
}

// chain answers for a name at which a chain of CNAMEs begins, or which is one
// of its targets. fault and last are what is at its end; head is put before
// the domain to name its start.
func (q question) chain(n node, chain []pattern, head string, fault DNSFault, last func(owner string) []dns.RR) reply {
	start := q.name
	if n.step > 0 {
		start = head + n.domain
		if n.role == roleMX {
			start = n.dep.mx[n.mx].host.name(n.domain)
		}
	}
	r := reply{ede: -1, zone: n.domain}
	owner := q.name
	for _, p := range chain[n.step:] {
		target := p.name(n.domain)
		r.records = append(r.records, q.cname(owner, target))
		owner = target
	}
	if zone := lastTwo(owner); r.zone == "" || q.w.index.zones[zone] {
		r.zone = zone
	}
	if fault == DNSLoop || fault == DNSLoopShown {
		r.records = append(r.records, q.cname(owner, start))
	}
	if q.typ != dns.TypeCNAME {
		return q.finish(r, owner, fault, last)
	}
	if len(r.records) > 0 {
		r.records = r.records[:1]
		return r
	}
	return q.finish(r, owner, fault, func(string) []dns.RR { return nil })
}

func (q question) cname(owner, target string) dns.RR {
	return &dns.CNAME{Hdr: q.header(owner, dns.TypeCNAME), Target: dns.Fqdn(target)}
}

// finish puts the records of the last name, or its fault, behind the CNAMEs
// that led there.
func (q question) finish(r reply, owner string, fault DNSFault, last func(owner string) []dns.RR) reply {
	switch fault {
	case DNSNXDomain:
		r.rcode = dns.RcodeNameError
	case DNSNoData, DNSLoopShown:
	case DNSServFail:
		return reply{rcode: dns.RcodeServerFailure, ede: int(dns.ExtendedErrorCodeNoReachableAuthority)}
	case DNSRefused:
		return reply{rcode: dns.RcodeRefused, ede: -1}
	case DNSTimeout:
		return reply{silent: true}
	case DNSLoop:
		r.rcode = dns.RcodeServerFailure
	case DNSBogus:
		if !q.cd {
			return reply{rcode: dns.RcodeServerFailure, ede: int(dns.ExtendedErrorCodeDNSBogus)}
		}
		r.records = append(r.records, last(owner)...)
	default:
		r.truncate = fault == DNSTruncate
		r.records = append(r.records, last(owner)...)
		return r.under(fault)
	}
	return r
}

func (q question) nameServers(n node) []string {
	if n.dep.Apex.NS != nil {
		return n.dep.Apex.NS
	}
	zone := dnsOperators[hash(q.w.cfg.Seed, "ns", n.domain)%uint64(len(dnsOperators))]
	return []string{"ns1." + zone, "ns2." + zone}
}

// soa is the SOA record of a zone, which negative answers carry.
func soa(zone string) dns.RR {
	return &dns.SOA{
		Hdr: dns.RR_Header{Name: dns.Fqdn(zone), Rrtype: dns.TypeSOA, Class: dns.ClassINET, Ttl: negativeTTL},
		Ns:  "ns1." + dnsOperators[0] + ".", Mbox: "hostmaster." + dnsOperators[0] + ".",
		Serial: 1, Refresh: 7200, Retry: 3600, Expire: 1209600, Minttl: negativeTTL,
	}
}
