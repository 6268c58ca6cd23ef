package operators

import (
	_ "embed" // the data
	"strings"
)

// Kind is what a host is looked up as.
type Kind string

const (
	KindDNS    Kind = "dns"    // name servers
	KindMX     Kind = "mx"     // hosts that receive mail
	KindPolicy Kind = "policy" // names handed out for MTA-STS and nothing else
	KindWeb    Kind = "web"    // hosts that serve anything, policies too
)

// Mixed is the label of a set of hosts of several operators. No operator has it.
const Mixed = "mixed"

//go:embed operators.txt
var embedded string

// embeddedName is what errors call the embedded file.
const embeddedName = "operators.txt"

// Table is a parsed data file. It is read-only, and safe for concurrent use.
type Table struct {
	version string
	count   int
	buckets map[bucket][]entry
}

// bucket groups patterns by their last labels, so that a host is compared with
// the few patterns that it may fit.
type bucket struct {
	kind Kind
	tail string
}

type entry struct {
	pattern string
	label   string
}

// Embedded parses the data file of this program.
func Embedded() (*Table, error) { return Parse(embeddedName, embedded) }

// Version is that of the data file.
func (t *Table) Version() string { return t.version }

// Len is the number of patterns.
func (t *Table) Len() int { return t.count }

// Find returns the label of the operator of host, a name in lower case without
// final dot; ok is false if no pattern fits. Of several the one of most labels
// decides.
func (t *Table) Find(kind Kind, host string) (label string, ok bool) {
	two := tail(host, 2)
	for _, e := range t.buckets[bucket{kind, two}] {
		if fits(e.pattern, host) {
			return e.label, true
		}
	}
	for _, e := range t.buckets[bucket{kind, tail(two, 1)}] {
		if fits(e.pattern, host) {
			return e.label, true
		}
	}
	return "", false
}

// ServesPolicy reports whether host is one that an operator hands out for
// MTA-STS alone, as Find with KindPolicy does. It needs no Table, and reads the
// data file instead: it is for the collector, who has no rules, and asks only
// where a CNAME at _mta-sts leads to nothing.
func ServesPolicy(host string) bool {
	for line := range strings.SplitSeq(embedded, "\n") {
		rest, ok := strings.CutPrefix(line, string(KindPolicy)+" ")
		if !ok {
			continue
		}
		_, rest = field(rest) // the label
		if pattern, _ := field(rest); fits(pattern, host) {
			return true
		}
	}
	return false
}

// field cuts the first word off text.
func field(text string) (word, rest string) {
	word, rest, _ = strings.Cut(strings.TrimLeft(text, " "), " ")
	return word, rest
}
