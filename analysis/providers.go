package analysis

import (
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"stscan/analysis/operators"
	"stscan/internal/evidence"
)

// operatorOf labels whoever runs a host. names are the host and then the targets
// of its CNAME chain; the first outside the domain's own
// decides. So a name that the customer made for himself, mail.example.com
// CNAME mx.provider.example, is the provider's; and what a provider does behind
// its own name (a CDN, say) is the provider's business. If none is outside, the
// operator is the domain itself, by its label if it is a known operator, else by
// its registrable domain. nil for hosts that
// are below no registrable domain.
func (j *judge) operatorOf(kind operators.Kind, names ...string) *string {
	own := ""
	for _, name := range names {
		h := j.r.ownerOf(kind, name)
		switch {
		case h.registrable != "" && h.registrable == j.c.Domain.Target.RegistrablePrivate:
			own = h.label
		case h.label != "":
			return new(h.label)
		}
	}
	if own == "" {
		return nil
	}
	return new(own)
}

// hostKey is a host in one of its uses.
type hostKey struct {
	kind operators.Kind
	name string
}

// hostOwner is whose a host is by its name.
type hostOwner struct {
	label       string // of a known operator, else the registrable domain
	registrable string // "" = it is below none
}

// hostsKept is how many hosts Rules remembers the owner of, as most names have
// theirs at a few operators. An entry takes about 150 bytes.
const hostsKept = 8192

// ownerOf tells whose a host is.
func (r *Rules) ownerOf(kind operators.Kind, name string) hostOwner {
	key := hostKey{kind, name}
	if h, ok := r.hosts.get(key); ok {
		return h
	}
	var h hostOwner
	h.registrable, _ = publicsuffix.EffectiveTLDPlusOne(name) // all rules, private ones included; "" with an error
	label, known := r.operators.Find(kind, name)
	if h.label = label; !known {
		h.label = h.registrable
	}
	r.hosts.put(key, h)
	return h
}

// mailOperator is the operator of one MX host.
func (j *judge) mailOperator(host string) *string {
	names := []string{host}
	for _, rrtype := range [...]string{evidence.TypeA, evidence.TypeAAAA} {
		if l, ok := j.c.Lookup(host, rrtype); ok && len(l.Chain) > 0 {
			return j.operatorOf(operators.KindMX, append(names, l.Chain...)...)
		}
	}
	return j.operatorOf(operators.KindMX, names...)
}

// primaryMailOperator is the operator of the hosts that mail goes to first,
// those of the lowest preference: the others are for when these fail.
func (j *judge) primaryMailOperator() *string {
	var labels []*string
	for _, h := range j.hosts {
		if h.v.Preference == j.hosts[0].v.Preference {
			labels = append(labels, h.v.Provider)
		}
	}
	return oneOperator(labels)
}

// nameServerOperator is the operator of the domain's name servers.
func (j *judge) nameServerOperator() *string {
	labels := make([]*string, len(j.v.NS))
	for i, ns := range j.v.NS {
		labels[i] = j.operatorOf(operators.KindDNS, ns)
	}
	return oneOperator(labels)
}

// policyOperator is the operator of the policy host. A CNAME to a name that is
// handed out for MTA-STS alone, at the policy host or at the record, decides,
// wherever in the chain it stands and whether or not anything is left there; else
// see operatorOf. nil if the policy host leads to nothing that we know of.
func (j *judge) policyOperator(dns hostDNS) *string {
	record, _ := j.c.Lookup(RecordName(j.domain), evidence.TypeTXT)
	for _, target := range slices.Concat(dns.chain, record.Chain) {
		if label, ok := j.r.operators.Find(operators.KindPolicy, target); ok {
			return &label
		}
	}
	if len(dns.chain) == 0 && len(dns.addrs) == 0 {
		return nil
	}
	return j.operatorOf(operators.KindWeb, append([]string{PolicyHost(j.domain)}, dns.chain...)...)
}

// oneOperator is the label of a set of hosts: that of all which have one, or
// "mixed". Registrable domains that differ in their suffix only count as one
// operator (ns1.provider.example, ns2.provider.test), who is called by the first
// in order: operators spread name servers over top-level domains, and rival
// owners of a name do not serve one domain together.
func oneOperator(labels []*string) *string {
	var one *string
	for _, label := range labels {
		switch {
		case label == nil:
		case one == nil:
			one = label
		case firstLabel(*label) != firstLabel(*one):
			return new(operators.Mixed)
		case *label < *one:
			one = label
		}
	}
	return one
}

// firstLabel is provider of provider.example, and all of a label without a dot.
func firstLabel(name string) string {
	first, _, _ := strings.Cut(name, ".")
	return first
}
