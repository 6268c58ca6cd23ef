package analysis

import (
	"stscan/internal/evidence"
	"stscan/internal/taxonomy"
)

// contact is what one address of a host showed.
type contact struct {
	state    state
	findings []Finding
	starttls *bool // MX only: a TLS session that counts
	cert     *bool // MX only: a certificate that a sender accepts; nil = none was seen
}

// unable is a contact that told us nothing, for the reason given by code.
func unable(code taxonomy.Code, where, got string) contact {
	return contact{state: stateUnknown, findings: []Finding{newFinding(code, where, got)}}
}

// broken is a contact at which a sender fails.
func broken(code taxonomy.Code, where, got string) contact {
	return contact{state: stateFailed, findings: []Finding{newFinding(code, where, got)}}
}

// retrieve judges the layers policy dns, tcp, tls and http. It returns the fetch
// that succeeded, if one did.
//
// One success is enough: a sender tries the addresses in turn. Without one, an
// address of which we cannot tell leaves the whole unknown, since a sender may
// succeed there. Either way the failures of the others do not decide, and are
// kept with class lint.
func (j *judge) retrieve() (fetched *evidence.PolicyFetch) {
	host := PolicyHost(j.domain)
	dns := j.resolve(host)
	j.v.PolicyCNAME = dns.chain
	for _, a := range dns.addrs {
		j.v.PolicyAddrs = append(j.v.PolicyAddrs, a.String())
	}
	j.v.PolicyProvider = j.policyOperator(dns)
	var tried []contact
	for i := range j.c.Domain.Fetches {
		f := &j.c.Domain.Fetches[i]
		t := j.judgeFetch(f)
		if t.state == stateGood && fetched == nil {
			fetched = f
		}
		tried = append(tried, t)
	}
	if fetched == nil {
		tried = append(tried, j.unfetched(host, dns, len(tried) > 0)...)
	}
	j.retrieval = decide(tried)
	for _, t := range tried {
		if j.retrieval != stateFailed {
			withClass(t.findings, taxonomy.ClassLint)
		}
		j.findings = append(j.findings, t.findings...)
	}
	return fetched
}

// decide is good if one contact is, else unknown if one is, else failed.
func decide(contacts []contact) state {
	out := stateNone
	for _, t := range contacts {
		switch {
		case t.state == stateGood:
			return stateGood
		case t.state == stateUnknown, out == stateNone:
			out = t.state
		}
	}
	return out
}

// unfetched is what is to be said of the addresses that were not tried, where
// none of those tried gave the policy.
func (j *judge) unfetched(host string, dns hostDNS, tried bool) []contact {
	s := j.skips(evidence.StepPolicy, host)
	if s.optedOut {
		j.add(taxonomy.DomOptedOut, host, "")
	}
	out := s.contacts
	if tried {
		for _, f := range dns.unknown {
			out = append(out, contact{state: stateUnknown, findings: []Finding{f}})
		}
		return out
	}
	switch dns.state {
	case dnsNotAsked:
		if len(out) == 0 {
			out = append(out, unable(j.notAsked(evidence.StepPolicy), host, ""))
		}
	case dnsNXDomain, dnsNoData:
		out = append(out, broken(deadPolicyHost(dns), host, dnsText(dns)))
	case dnsLoop:
		out = append(out, broken(taxonomy.PhostCNAMELoop, host, dnsText(dns)))
	case dnsBogus:
		out = append(out, broken(taxonomy.PhostDNSSECBogus, host, ""))
	case dnsUnknown:
		for _, f := range dns.unknown {
			out = append(out, contact{state: stateUnknown, findings: []Finding{f}})
		}
	case dnsAddresses:
		switch {
		case len(out) > 0:
		case s.special != "" && !s.noIPv6:
			out = append(out, broken(taxonomy.PhostSpecialAddress, host, s.special))
		case s.noIPv6:
			out = append(out, unable(taxonomy.IncIPv6Unavailable, host, ""))
		default:
			out = append(out, unable(j.notAsked(evidence.StepPolicy), host, ""))
		}
	}
	return out
}

func deadPolicyHost(dns hostDNS) taxonomy.Code {
	switch {
	case len(dns.chain) > 0:
		return taxonomy.PhostCNAMEDangling
	case dns.state == dnsNXDomain:
		return taxonomy.PhostNXDomain
	}
	return taxonomy.PhostNoData
}

func dnsText(dns hostDNS) string {
	if len(dns.chain) == 0 {
		return ""
	}
	return lastOf(dns.chain) + ": " + string(dns.state)
}

// skips are the addresses of one host that were not contacted, by reason.
type skips struct {
	special  string    // an address of a special-purpose block
	noIPv6   bool      // addresses of IPv6, which this machine does not have
	optedOut bool      // addresses, or the host
	contacts []contact // those of which we could not tell
}

func (j *judge) skips(step, host string) skips {
	var out skips
	for _, s := range j.c.Domain.Skipped {
		if s.Step != step || s.Host != host && s.Host != "" {
			continue
		}
		where := host
		if s.Address != "" {
			where += " " + s.Address
		}
		switch s.Why {
		case string(evidence.KindSpecialAddress):
			out.special = s.Address
		case evidence.WhyNoIPv6:
			out.noIPv6 = true
		case evidence.WhyAnswered:
		case string(evidence.KindBudget):
			out.contacts = append(out.contacts, unable(taxonomy.IncBudgetExhausted, where, ""))
		case string(evidence.KindCancelled):
			out.contacts = append(out.contacts, unable(taxonomy.IncCancelled, where, ""))
		default: // opted_out, cap, not_asked
			out.optedOut = out.optedOut || s.Why == string(evidence.KindOptedOut)
			out.contacts = append(out.contacts, unable(taxonomy.IncNotProbed, where, s.Why))
		}
	}
	return out
}
