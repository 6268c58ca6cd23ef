package pipeline

import (
	"net/netip"
	"time"

	"stscan/analysis"
	"stscan/internal/evidence"
)

// mailHosts are the MX hosts of the domain, or the domain itself where it has
// no MX records but an address (RFC 5321 section 5.1). Their addresses are
// asked for where somebody wants them.
func (o *observation) mailHosts(mx evidence.Lookup, signalled bool) []string {
	domain := o.domain.Target.Domain
	if mx.NoData() {
		v4, v6 := o.domainAddresses(domain, signalled)
		if len(v4)+len(v6) == 0 {
			return nil
		}
		return []string{domain}
	}
	var hosts []string
	for i, h := range analysis.MXHosts(mx) {
		if i >= MaxMXHosts {
			o.skip(evidence.StepMX, h.Host, netip.Addr{}, evidence.WhyCap)
			continue
		}
		hosts = append(hosts, h.Host)
	}
	return hosts
}

// domainAddresses asks whether the name itself can receive mail. For a name
// that signals nothing one address answers that: AAAA is asked only without A.
func (o *observation) domainAddresses(domain string, signalled bool) (v4, v6 []netip.Addr) {
	if signalled || o.ProbeMX == All {
		return o.addresses(o.DNS, domain)
	}
	if v4 = analysis.Addresses(o.ask(o.DNS, domain, evidence.TypeA)); len(v4) > 0 {
		return v4, nil
	}
	return nil, analysis.Addresses(o.ask(o.DNS, domain, evidence.TypeAAAA))
}

// probeMX holds the STARTTLS dialogue with every address of every MX host.
func (o *observation) probeMX(hosts []string) {
	started, left := time.Now(), MXTime
	for _, host := range hosts {
		if !o.permitted(evidence.StepMX, host, netip.Addr{}) {
			continue
		}
		v4, v6 := o.addresses(o.SharedDNS, host)
		for _, e := range o.endpoints(evidence.StepMX, host, v4, v6) {
			switch {
			case o.ProbeMX == None:
				o.skip(evidence.StepMX, host, e.Addr, evidence.WhyNotAsked)
				continue
			case left <= 0:
				o.skip(evidence.StepMX, host, e.Addr, string(evidence.KindBudget))
				continue
			}
			s := o.MX.Probe(o.ctx, e)
			if notContacted(s.Failure) {
				if o.notMade(evidence.StepMX, e, s.Failure); o.postponed {
					return
				}
				continue
			}
			o.sessions = append(o.sessions, s)
			if s.Span.Start.After(started) { // not a session that another name has paid for
				left -= s.Span.Duration
			}
			o.Vantage.Learn(s, analysis.MaskedStartTLS(s))
		}
	}
}
