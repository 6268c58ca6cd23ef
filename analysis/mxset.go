package analysis

import (
	"slices"

	"stscan/internal/evidence"
	"stscan/internal/taxonomy"
)

// judgeMXSet says where the domain's mail goes, and who runs it.
func (j *judge) judgeMXSet() {
	j.nameServers()
	l, ok := j.c.Lookup(j.domain, evidence.TypeMX)
	switch {
	case !ok:
		j.add(j.notAsked(evidence.StepMX), j.domain, evidence.TypeMX)
	case !l.Answered() && j.bogus(l):
		j.addMX(nil, newFinding(taxonomy.MxdnsDNSSECBogus, j.domain, evidence.TypeMX))
	case !l.Answered():
		j.findings = append(j.findings, lookupFinding(l))
	case l.NXDomain() && len(l.Chain) == 0:
		j.v.MXStatus = MXNone
		j.add(taxonomy.DomNXDomain, j.domain, "")
	case l.NXDomain():
		j.v.MXStatus = MXNone
		j.add(taxonomy.DomNoMX, j.domain, lastOf(l.Chain)+": "+l.RCode)
	case l.NoData():
		j.implicitMX()
	default:
		j.explicitMX(l)
	}
	if len(j.hosts) > 0 {
		j.v.MXProvider = j.primaryMailOperator()
	}
}

// implicitMX: without MX records the domain itself is the MX, if it has an
// address (RFC 5321 section 5.1).
func (j *judge) implicitMX() {
	dns := j.resolve(j.domain)
	switch dns.state {
	case dnsAddresses:
		j.v.MXStatus = MXImplicit
		j.add(taxonomy.DomImplicitMX, j.domain, "")
		j.addHost(MXHost{Host: j.domain})
	case dnsNoData, dnsNXDomain, dnsLoop:
		j.v.MXStatus = MXNone
		j.add(taxonomy.DomNoMX, j.domain, "")
	case dnsBogus:
		j.addMX(nil, newFinding(taxonomy.MxdnsDNSSECBogus, j.domain, "A, AAAA"))
	case dnsUnknown:
		j.findings = append(j.findings, dns.unknown...)
	case dnsNotAsked:
		j.add(j.notAsked(evidence.StepMX), j.domain, "A, AAAA")
	}
}

func (j *judge) explicitMX(l evidence.Lookup) {
	hosts := MXHosts(l)
	if l.Truncated || len(hosts) == 0 && !hasNullMX(l) {
		// Records were left out, or none can be read: there is mail, and we do
		// not know all of where to.
		j.add(taxonomy.IncParserLimit, j.domain, evidence.TypeMX)
		if len(hosts) == 0 {
			return
		}
	}
	if len(hosts) == 0 {
		j.v.MXStatus = MXNull
		j.add(taxonomy.DomNullMX, j.domain, "")
		return
	}
	j.v.MXStatus, j.moreHosts = MXExplicit, l.Truncated
	if hasNullMX(l) {
		j.addMX(nil, newFinding(taxonomy.MxdnsNullMXMixed, j.domain, ""))
	}
	j.hosts = make([]mailHost, 0, len(hosts))
	for _, h := range hosts {
		j.addHost(h)
	}
}

func (j *judge) addHost(h MXHost) {
	j.hosts = append(j.hosts, mailHost{v: MXVerdict{Host: h.Host, Preference: h.Preference, Provider: j.mailOperator(h.Host)}})
}

// nameServers are those of the domain, or of the zone that it is part of.
func (j *judge) nameServers() {
	t := &j.c.Domain.Target
	for _, name := range [...]string{t.Domain, t.RegistrablePrivate} {
		l, ok := j.c.Lookup(name, evidence.TypeNS)
		if !ok || !l.Answered() || len(l.Records) == 0 {
			continue
		}
		for _, ns := range l.Records {
			j.v.NS = append(j.v.NS, normalName(ns))
		}
		slices.Sort(j.v.NS)
		j.v.DNSProvider = j.nameServerOperator()
		return
	}
}
