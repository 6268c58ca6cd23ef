package lab

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// role is what a name of a deployment is for.
type role uint8

const (
	roleNone   role = iota // no such name
	roleApex               // the scanned domain itself
	roleRecord             // _mta-sts and what it is a CNAME for
	rolePolicy             // mta-sts and what it is a CNAME for
	roleMX                 // an MX host and what it is a CNAME for
	roleBelow              // any other name below a domain
)

// node says what a name is: a role in the deployment of a domain.
type node struct {
	role   role
	domain string // "" for a fixed name, which many domains share
	dep    *deployment
	mx     int // of roleMX
	step   int // how many CNAMEs of the chain lead to the name
}

// entry is one pattern of one deployment and its node, but for the domain.
type entry struct {
	pattern pattern
	node    node
}

// index finds the deployment that a name belongs to. There is no list of
// domains: the scanned domain is read out of the name, and counts if its
// deployment has such a name.
type index struct {
	fixed    map[string]node
	bySuffix map[string][]entry // by the last two labels behind the domain
	byLabel  map[string][]entry // by the first label before the domain
	labels   map[string]bool    // first labels of hosts that stand below a domain
	zones    map[string]bool    // zones of operators
}

func (x *index) add(d *deployment) error {
	if x.fixed == nil {
		*x = index{map[string]node{}, map[string][]entry{}, map[string][]entry{},
			map[string]bool{labelPolicy: true}, map[string]bool{}}
		for _, zone := range dnsOperators {
			x.zones[zone] = true
		}
	}
	for i, p := range d.record {
		x.put(p, node{role: roleRecord, dep: d, step: i + 1})
	}
	for i, p := range d.policy {
		x.put(p, node{role: rolePolicy, dep: d, step: i + 1})
	}
	for i, m := range d.mx {
		if m.host.shared() {
			name := m.host.name("")
			old, ok := x.fixed[name]
			if ok && (old.role != roleMX || !sameHost(old.dep.mx[old.mx].MX, m.MX)) {
				return fmt.Errorf("lab: scenarios %s and %s differ about %s, which they share",
					old.dep.Name, d.Name, m.Host)
			}
		}
		x.put(m.host, node{role: roleMX, dep: d, mx: i})
		for j, p := range m.chain {
			x.put(p, node{role: roleMX, dep: d, mx: i, step: j + 1})
		}
	}
	return nil
}

func (x *index) put(p pattern, n node) {
	if p.hold == holdGroup {
		for i := range groups {
			x.put(pattern{prefix: p.prefix + groupLabel(i) + p.suffix}, n)
		}
		return
	}
	if zone := p.operator(); strings.HasSuffix(zone, ".test") {
		x.zones[zone] = true
	}
	switch {
	case p.hold == "":
		if _, ok := x.fixed[p.prefix]; !ok {
			x.fixed[p.prefix] = n
		}
	case p.suffix != "":
		key := lastTwo(p.suffix)
		x.bySuffix[key] = append(x.bySuffix[key], entry{p, n})
	case p.prefix != "":
		label, _ := firstLabel(p.prefix)
		x.labels[label] = true
		x.byLabel[label] = append(x.byLabel[label], entry{p, n})
	}
}

// finish sorts the patterns: of two that fit a name, the longer one counts.
func (x *index) finish() error {
	for _, m := range []map[string][]entry{x.bySuffix, x.byLabel} {
		for _, es := range m {
			slices.SortStableFunc(es, func(a, b entry) int {
				return cmp.Compare(len(b.pattern.prefix)+len(b.pattern.suffix), len(a.pattern.prefix)+len(a.pattern.suffix))
			})
		}
	}
	return nil
}

// reserved reports names that cannot be a scanned domain: those of the lab's
// operators, below .invalid (RFC 6761 section 6.4) and localhost, and
// addresses in place of names.
func (x *index) reserved(name string) bool {
	if name == "" || len(name) > maxName || x.zones[lastTwo(name)] {
		return true
	}
	tld := name[strings.LastIndexByte(name, '.')+1:]
	return tld == "invalid" || tld == "localhost" || strings.Trim(tld, "0123456789") == ""
}

// host finds the deployment in which name is a host or an alias, looking at
// patterns only; the deployment of a domain is what dep says.
func (x *index) host(name string, dep func(string) *deployment) (node, bool) {
	if n, ok := x.fixed[name]; ok {
		return n, true
	}
	if n, ok := among(x.bySuffix[lastTwo(name)], name, dep); ok {
		return n, true
	}
	label, _ := firstLabel(name)
	return among(x.byLabel[label], name, dep)
}

func among(es []entry, name string, dep func(string) *deployment) (node, bool) {
	for _, e := range es {
		domain, ok := e.pattern.domain(name)
		if !ok || domain == "" {
			continue
		}
		if d := dep(domain); d == e.node.dep {
			n := e.node
			n.domain = domain
			return n, true
		}
	}
	return node{}, false
}
