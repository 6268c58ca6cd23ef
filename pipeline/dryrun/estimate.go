package dryrun

import (
	"cmp"
	"slices"
	"time"

	"stscan/pipeline/admission"
)

const (
	// topOperators are listed.
	topOperators = 10
	// minSeen is how often the sample must have met an address, a network or an
	// operator for its share of the list to be told.
	minSeen = 5
)

// What one contact moves over the network, both ways, in bytes, with the headers
// of IP, UDP and TCP. The sizes of answers are those of the lab and of common
// chains of two certificates; another list may differ by half.
const (
	BytesQuery   = 250
	BytesPolicy  = 7_000
	BytesSession = 8_000
)

// What the evidence of a contact takes on disk, compressed, in bytes: a session
// with a certificate that no other session has, and a policy.
const (
	DiskSession = 1_500
	DiskPolicy  = 600
)

// Operator is whom a scan contacts, and how often.
type Operator struct {
	Name     string `json:"operator"` // its label; "" = the names' own hosts
	Contacts int64  `json:"contacts"`
}

// Bound is how long one budget makes the scan last at least.
type Bound struct {
	Budget   string  `json:"budget"`        // flag
	Limit    float64 `json:"limit"`         // a second
	Who      string  `json:"who,omitempty"` // the address, network or operator that is asked most
	Contacts int64   `json:"contacts"`
	Seconds  float64 `json:"seconds"`
}

// Estimate is what a scan will ask, and how long it takes. The second pass is
// not in it: what fails cannot be told without contacting anybody.
type Estimate struct {
	Names      int        `json:"names"`
	Sample     int        `json:"sample"`
	Signalling Count      `json:"signalling"`
	Queries    Count      `json:"queries"`
	Policies   Count      `json:"policies"`
	Sessions   Count      `json:"sessions"`
	Operators  []Operator `json:"operators"`
	Network    int64      `json:"network_bytes"`
	Evidence   int64      `json:"evidence_bytes"` // on disk
	Bounds     []Bound    `json:"bounds"`         // the longest first
	Seconds    float64    `json:"seconds"`
}

// Plan is what a scan is planned with.
type Plan struct {
	Names    int // in the list
	Limits   admission.Limits
	InFlight int
	Tries    float64 // queries a question, as in the sample
	Chunks   int     // a shared session stands in each chunk that refers to it
	Bytes    float64 // on disk a name, as in the sample, without what contacts add
}

// Estimate concludes from the sample.
func (s *Sample) Estimate(p Plan) Estimate {
	sc := scale{float64(p.Names), float64(s.names)}
	e := Estimate{
		Names: p.Names, Sample: s.names,
		Signalling: sc.linear(s.signalled),
		Queries:    sc.linear(s.lookups).plus(distinct(sc, s.shared)).times(max(p.Tries, 1)),
		Policies:   sc.linear(s.fetches),
		Sessions:   sc.linear(s.sessions).plus(distinct(sc, s.others)),
		Operators:  s.operators(sc),
	}
	e.Policies.High += sc.linear(s.fallback).High
	e.Network = e.Queries.Estimate*BytesQuery + e.Policies.Estimate*BytesPolicy + e.Sessions.Estimate*BytesSession
	e.Evidence = int64(p.Bytes*sc.names) + e.Policies.Estimate*DiskPolicy + s.sessionRows(sc, p.Chunks)*DiskSession
	e.Bounds = s.bounds(sc, p, e)
	if len(e.Bounds) > 0 {
		e.Seconds = e.Bounds[0].Seconds
	}
	return e
}

// sessionRows are the rows that sessions take, in all chunks together.
func (s *Sample) sessionRows(sc scale, chunks int) int64 {
	rows := sc.linear(s.sessions).Estimate
	for _, seen := range s.others {
		// Of k names in n, in chunks of equal size: each has its own row, up to one a chunk.
		rows += min(int64(float64(seen)*sc.factor()+0.5), int64(max(chunks, 1)))
	}
	return rows
}

func (c Count) times(f float64) Count {
	return count(float64(c.Estimate)*f, float64(c.Low)*f, float64(c.High)*f)
}

// operators are those contacted most, and the names' own hosts.
func (s *Sample) operators(sc scale) []Operator {
	contacts := map[string]float64{}
	for _, c := range s.contacts {
		contacts[c.operator] += s.weight(sc, c)
	}
	var all []Operator
	for name, n := range contacts {
		all = append(all, Operator{name, int64(n + 0.5)})
	}
	slices.SortFunc(all, func(a, b Operator) int {
		return cmp.Or(cmp.Compare(b.Contacts, a.Contacts), cmp.Compare(a.Name, b.Name))
	})
	return all[:min(len(all), topOperators)]
}

// bounds are the budgets that take any time, the longest first.
func (s *Sample) bounds(sc scale, p Plan, e Estimate) []Bound {
	bounds := []Bound{
		{Budget: admission.FlagDNSRate, Limit: p.Limits.DNSRate, Contacts: e.Queries.Estimate},
		{Budget: admission.FlagHTTPSRate, Limit: p.Limits.HTTPSRate, Contacts: e.Policies.Estimate},
		{Budget: admission.FlagSMTPRate, Limit: p.Limits.SMTPRate, Contacts: e.Sessions.Estimate},
		s.hottest(sc, admission.FlagHostRate, p.Limits.HostRate, func(c admission.Contact) string { return c.AddrKey().String() }),
		s.hottest(sc, admission.FlagNetRate, p.Limits.NetRate, func(c admission.Contact) string { return c.NetKey().String() }),
		s.hottest(sc, admission.FlagOperatorRate, p.Limits.OperatorRate, admission.Contact.OperatorKey),
	}
	for i := range bounds {
		if bounds[i].Limit > 0 {
			bounds[i].Seconds = float64(bounds[i].Contacts) / bounds[i].Limit
		}
	}
	if s.names > 0 && p.InFlight > 0 {
		each := s.took / time.Duration(s.names)
		bounds = append(bounds, Bound{Budget: "in-flight", Limit: float64(p.InFlight), Contacts: int64(p.Names),
			Seconds: each.Seconds() * float64(p.Names) / float64(p.InFlight)})
	}
	bounds = slices.DeleteFunc(bounds, func(b Bound) bool { return b.Seconds == 0 })
	slices.SortFunc(bounds, func(a, b Bound) int {
		return cmp.Or(cmp.Compare(b.Seconds, a.Seconds), cmp.Compare(a.Budget, b.Budget))
	})
	return bounds
}

// hottest is whom the scan contacts most, of those that the sample met often
// enough to tell.
func (s *Sample) hottest(sc scale, budget string, limit float64, key func(admission.Contact) string) Bound {
	seen, contacts := map[string]int{}, map[string]float64{}
	for _, c := range s.contacts {
		kind := admission.HTTPS
		if c.smtp {
			kind = admission.SMTP
		}
		k := key(admission.Contact{Kind: kind, Host: c.endpoint.Host, Addr: c.endpoint.Addr})
		seen[k]++
		contacts[k] += s.weight(sc, c)
	}
	b := Bound{Budget: budget, Limit: limit}
	for k, n := range contacts {
		if whole := int64(n + 0.5); seen[k] >= minSeen && (whole > b.Contacts || whole == b.Contacts && k < b.Who) {
			b.Who, b.Contacts = k, whole
		}
	}
	return b
}
