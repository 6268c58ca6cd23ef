package analysis

import (
	"net/netip"
	"slices"

	"stscan/internal/evidence"
	"stscan/internal/taxonomy"
)

// lookupFinding says why a lookup told us nothing.
func lookupFinding(l evidence.Lookup) Finding {
	got := l.RCode
	if l.Failure.Failed() {
		got = string(l.Failure.Kind)
		if l.RCode != "" {
			got += ", " + l.RCode
		}
	}
	return newFinding(lookupCode(l), l.Question.Name, l.Question.Type+": "+got)
}

// lookupCode is the code of a lookup that is not conclusive.
func lookupCode(l evidence.Lookup) taxonomy.Code {
	switch l.Failure.Kind {
	case evidence.KindLocal:
		return taxonomy.IncLocalError
	case evidence.KindBudget:
		return taxonomy.IncBudgetExhausted
	case evidence.KindCancelled:
		return taxonomy.IncCancelled
	case evidence.KindOptedOut:
		return taxonomy.IncNotProbed
	case "":
		if looped(l.Question.Name, l.Chain) { // an error (RFC 1034 section 3.6.2): most resolvers say SERVFAIL
			return taxonomy.IncDNSServFail
		}
		if l.Answered() { // and yet not enough: records were left out
			return taxonomy.IncParserLimit
		}
	}
	switch l.RCode {
	case evidence.RCodeServFail:
		return taxonomy.IncDNSServFail
	case evidence.RCodeRefused:
		return taxonomy.IncDNSRefused
	}
	switch l.Failure.Kind {
	case evidence.KindOversize:
		return taxonomy.IncParserLimit
	case evidence.KindTimeout, evidence.KindReset, evidence.KindEOF, evidence.KindRefused, evidence.KindUnreachable:
		if l.Transport == evidence.TransportTCP { // asked for by a cut reply over UDP
			return taxonomy.IncDNSTCPFailed
		}
		if l.Failure.Kind == evidence.KindTimeout {
			return taxonomy.IncDNSTimeout
		}
		return taxonomy.IncResolverDown
	case evidence.KindNoRoute:
		return taxonomy.IncResolverDown
	}
	return taxonomy.IncDNSServFail // FORMERR, NOTIMP, or a reply that is none
}

// Extended DNS errors that say that validation failed: DNSSEC Bogus (6) to NSEC
// Missing (12) (RFC 8914 section 4).
const (
	edeFirstBogus = 6
	edeLastBogus  = 12
)

// bogus reports whether DNSSEC is what makes a lookup fail: a SERVFAIL behind
// which CD=1 gets an answer (RFC 4035 section 3.2.2), or one with an extended
// error that says so.
func (j *judge) bogus(l evidence.Lookup) bool { return failsValidation(j.c, l) }

// failsValidation is bogus for who has only the case.
func failsValidation(c *evidence.Case, l evidence.Lookup) bool {
	if l.RCode != evidence.RCodeServFail {
		return false
	}
	for _, e := range l.EDE {
		if e >= edeFirstBogus && e <= edeLastBogus {
			return true
		}
	}
	unchecked, ok := c.LookupCD(l.Question.Name, l.Question.Type)
	return ok && unchecked.Answered()
}

// dnsState is what the DNS says of a host.
type dnsState string

const (
	dnsNotAsked  dnsState = ""
	dnsAddresses dnsState = "addresses"
	dnsNXDomain  dnsState = "nxdomain"
	dnsNoData    dnsState = "nodata"
	dnsLoop      dnsState = "loop"
	dnsBogus     dnsState = "bogus"
	dnsUnknown   dnsState = "unknown"
)

// hostDNS is a host's addresses, or why there are none.
type hostDNS struct {
	state   dnsState
	addrs   []netip.Addr // IPv4 before IPv6, ascending
	chain   []string
	unknown []Finding // families of which we could not tell
}

// resolve reads the A and AAAA lookups of host.
func (j *judge) resolve(host string) hostDNS {
	var h hostDNS
	var asked, nxdomain, loop, bogus bool
	var missing string
	for _, rrtype := range [...]string{evidence.TypeA, evidence.TypeAAAA} {
		l, ok := j.c.Lookup(host, rrtype)
		if !ok {
			missing = rrtype
			continue
		}
		asked = true
		if len(l.Chain) > len(h.chain) {
			h.chain = l.Chain
		}
		switch {
		case looped(host, l.Chain), !l.Answered() && j.aliasLoop(host):
			loop = true
		case l.Answered():
			nxdomain = nxdomain || l.NXDomain()
			h.addrs = append(h.addrs, Addresses(l)...)
		case j.bogus(l):
			bogus = true
		default:
			h.unknown = append(h.unknown, lookupFinding(l))
		}
	}
	switch {
	case len(h.addrs) > 0:
		h.state = dnsAddresses
	case !asked:
	case loop:
		h.state = dnsLoop
	case nxdomain: // of the name, whatever the other type says
		h.state = dnsNXDomain
	case bogus:
		h.state = dnsBogus
	case len(h.unknown) > 0:
		h.state = dnsUnknown
	case missing != "":
		h.state = dnsUnknown
		h.unknown = append(h.unknown, newFinding(taxonomy.IncNotProbed, host, missing))
	default:
		h.state = dnsNoData
	}
	return h
}

// looped reports whether the CNAME chain of host comes back to where it was.
func looped(host string, chain []string) bool {
	for i, target := range chain {
		if target == host || slices.Contains(chain[:i], target) {
			return true
		}
	}
	return false
}

// maxAliases bounds how far a chain of CNAME is asked for step by step:
// resolvers themselves give up at about this length.
const maxAliases = 16

// aliasLoop follows CNAME lookups of the evidence from host on.
func (j *judge) aliasLoop(host string) bool {
	chain, _ := aliases(j.c, host)
	return looped(host, chain)
}

// aliases is the chain that the CNAME lookups of the evidence make, and whether
// its last target was not asked for yet.
func aliases(c *evidence.Case, host string) (chain []string, open bool) {
	name := host
	for range maxAliases {
		l, ok := c.Lookup(name, evidence.TypeCNAME)
		if !ok {
			return chain, true
		}
		if !l.Answered() || len(l.Records) == 0 {
			return chain, false
		}
		name = normalName(l.Records[0])
		chain = append(chain, name)
		if looped(host, chain) {
			return chain, false
		}
	}
	return chain, false
}

// AliasQuestion is the next CNAME to ask for behind a SERVFAIL for an address of
// host: most resolvers say SERVFAIL to a CNAME loop without showing it. ok is
// false when nothing more is to be asked.
func AliasQuestion(c evidence.Case, host string) (q evidence.Question, ok bool) {
	chain, open := aliases(&c, host)
	if !open {
		return evidence.Question{}, false
	}
	name := host
	if len(chain) > 0 {
		name = lastOf(chain)
	}
	return evidence.Question{Name: name, Type: evidence.TypeCNAME}, true
}
