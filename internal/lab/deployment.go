package lab

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// maxName and maxLabel are the bounds of RFC 1035 section 2.3.4, for a name
// written with dots and without a final one.
const (
	maxName  = 253
	maxLabel = 63
)

// The labels under which a domain's own hosts and records stand.
const (
	labelRecord = "_mta-sts"
	labelPolicy = "mta-sts"
)

// deployment is a scenario made ready: its names parsed both ways, and what
// it asks of the domain that is to have it.
type deployment struct {
	*Scenario
	record   []pattern // CNAME targets of _mta-sts
	policy   []pattern // CNAME targets of mta-sts
	mx       []mxHost
	overhead int  // most bytes that a name of the deployment is longer than the domain
	dashed   int  // bytes beside the domain in the longest dashed label; -1 = none is
	proper   bool // the domain stands in a policy or behind a wildcard: it must be a host name
	bare     bool // what stands at the domain itself, beside its MX, decides the truth
	bogus    bool // something of it fails validation, which takes a signed zone
}

type mxHost struct {
	*MX
	host  pattern
	chain []pattern
}

func newDeployment(s *Scenario) *deployment {
	d := &deployment{
		Scenario: s,
		record:   newPatterns(s.Record.CNAME),
		policy:   newPatterns(s.Policy.CNAME),
		overhead: len(labelRecord) + 1,
		dashed:   -1,
		bare:     s.Apex.NXDomain || len(s.Apex.Addrs) > 0 || len(s.MX) == 0 && len(s.Apex.MXText) == 0,
		bogus:    slices.Contains([]DNSFault{s.Apex.MXFault, s.Apex.Siblings, s.Record.Fault, s.Policy.Fault}, DNSBogus),
	}
	for i := range s.MX {
		m := &s.MX[i]
		d.mx = append(d.mx, mxHost{m, newPattern(m.Host), newPatterns(m.CNAME)})
		d.bare = d.bare || d.mx[i].host == pattern{hold: holdDomain}
		d.bogus = d.bogus || m.Fault == DNSBogus
	}
	for _, w := range s.Policy.Servers {
		d.proper = d.proper || w.TLS.Cert == CertWildcard ||
			strings.Contains(w.HTTP.Body+w.HTTP.Raw.Head, holdDomain) || strings.Contains(w.HTTP.Body, holdDash)
	}
	for _, p := range d.patterns() {
		switch p.hold {
		case holdDomain:
			d.overhead = max(d.overhead, len(p.prefix)+len(p.suffix))
		case holdDash, holdUnder:
			// An underscore in the domain would not lead back to it.
			d.proper = d.proper || p.hold == holdUnder
			// A dash of the domain takes two bytes: dashable names are short.
			d.overhead = max(d.overhead, len(p.prefix)+len(p.suffix))
			_, last := cutLast(p.prefix)
			next, _ := firstLabel(p.suffix)
			d.dashed = max(d.dashed, len(last)+len(next))
		}
	}
	return d
}

// cutLast splits a prefix behind its last dot.
func cutLast(prefix string) (before, last string) {
	i := strings.LastIndexByte(prefix, '.')
	return prefix[:i+1], prefix[i+1:]
}

// patterns are all names of the deployment but the fixed ones of the protocol.
func (d *deployment) patterns() []pattern {
	ps := append(append([]pattern(nil), d.record...), d.policy...)
	for _, m := range d.mx {
		ps = append(append(ps, m.host), m.chain...)
	}
	return ps
}

// fits reports whether domain can have the deployment: its names must not
// become too long, and must lead back to the domain. A domain such as
// _x.example.com, which no mx field may hold, cannot have a policy that lists
// hosts below it.
func (d *deployment) fits(domain string) bool {
	if len(domain)+d.overhead > maxName || d.proper && !isHostName(domain) {
		return false
	}
	if d.dashed < 0 {
		return true
	}
	return dashable(domain) && len(dash(domain))+d.dashed <= maxLabel
}

// isHostName reports whether a name is made of letters, digits and inner
// dashes (RFC 952, RFC 1123 section 2.1). Lists hold names that are not, such
// as some with an underscore; in a policy they would be a fault of their own.
func isHostName(domain string) bool {
	if !dashable(domain) {
		return false
	}
	for i := range len(domain) {
		c := domain[i]
		if c != '-' && c != '.' && (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}

// check reports a scenario that the lab cannot play.
func (d *deployment) check() error {
	fail := func(format string, args ...any) error {
		return fmt.Errorf("lab: scenario %s: %s", d.Name, fmt.Sprintf(format, args...))
	}
	lists := map[string]int{labelPolicy: len(d.Policy.Servers), "the domain": len(d.Apex.Addrs)}
	for _, m := range d.mx {
		lists[m.Host] = len(m.Servers)
		if label, _ := firstLabel(m.host.prefix); m.host.hold == holdDomain && label == labelPolicy {
			return fail("%s cannot be an MX host: the name is the policy host's", m.Host)
		}
	}
	for name, n := range lists {
		if n > maxSlots {
			return fail("%s has %d servers, more than %d", name, n, maxSlots)
		}
	}
	return nil
}

// sameHost reports whether two scenarios say the same of an MX host they share.
func sameHost(a, b *MX) bool {
	x, y := *a, *b
	x.Preference, y.Preference = 0, 0
	return reflect.DeepEqual(x, y)
}
