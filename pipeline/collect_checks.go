package pipeline

import (
	"net/netip"
	"strings"

	"stscan/internal/evidence"
)

// askChecks asks what the sibling standards want to know.
func (o *observation) askChecks(hosts []string) {
	for _, check := range o.Checks {
		if check.AskDomain != nil {
			o.askAll(check.AskDomain, func(q evidence.Question) Resolver {
				if isWithin(q.Name, o.domain.Target.Domain) {
					return o.DNS
				}
				return o.SharedDNS
			})
		}
		if check.AskMX == nil {
			continue
		}
		for _, host := range hosts {
			if o.Admission.Refuses(host, netip.Addr{}) != "" {
				continue // its name servers are left alone too
			}
			o.askAll(func(known *evidence.Case) []evidence.Question { return check.AskMX(known, host) },
				func(evidence.Question) Resolver { return o.SharedDNS })
		}
	}
}

// askAll asks what a check names, and what it names then, until there is
// nothing new: each round has a question that was not asked before.
func (o *observation) askAll(name func(*evidence.Case) []evidence.Question, from func(evidence.Question) Resolver) {
	for more := true; more; {
		more = false
		known := o.known()
		known.Domain.Validating = o.Vantage.Validating()
		for _, q := range name(&known) {
			if _, asked := known.Find(q); !asked {
				o.question(from(q), q)
				more = true
			}
		}
	}
}

// isWithin reports whether name is domain or below it.
func isWithin(name, domain string) bool {
	return name == domain || strings.HasSuffix(name, "."+domain)
}
