package evidence

import "time"

// Steps of the collection, as named in Skip and Earlier.
const (
	StepDomain = "domain" // the whole name
	StepRecord = "record" // TXT at _mta-sts
	StepPolicy = "policy" // policy host: addresses and fetch
	StepMX     = "mx"     // MX, their addresses, STARTTLS
	StepChecks = "checks" // sibling standards
)

// Why an endpoint or a host was not contacted, as named in Skip. The Kinds
// special_address, opted_out, budget and cancelled are used as they are.
const (
	WhyCap      = "cap"              // beyond a cap of ours
	WhyNotAsked = "not_asked"        // the settings leave it out (--probe-mx, --fetch-policy)
	WhyNoIPv6   = "ipv6_unavailable" // this machine has no IPv6
	WhyAnswered = "answered"         // an earlier address of the policy host gave an HTTP answer
)

// Skip says what was not contacted, and why.
type Skip struct {
	Step    string
	Host    string
	Address string // "" = the whole host
	Why     string
}

// Earlier is a failure of the first attempt, carried into the second.
type Earlier struct {
	Step    string    `json:"step" doc:"Step of the collection: domain, record, policy, mx, checks."`
	Host    string    `json:"host" doc:"Host or name concerned."`
	Address string    `json:"address" doc:"Address concerned; empty for a lookup."`
	Op      Op        `json:"op" doc:"Step of the probe that failed."`
	Kind    Kind      `json:"kind" doc:"How it failed."`
	Reply   string    `json:"reply" doc:"Last line the peer sent, or rcode; empty without."`
	At      time.Time `json:"at" doc:"When, UTC."`
}

// State of the controls while a name was collected.
const (
	ControlsOK     = "ok"
	ControlsFailed = "failed"
	ControlsOff    = "off"
)

// Domain is all that was observed of one name, but for the sessions, which
// several names may share.
type Domain struct {
	Target    Target
	ScannedAt time.Time // UTC, start of the collection
	Attempt   int       // 1 or 2
	Earlier   []Earlier // of attempt 1, in attempt 2 only
	Controls  string
	// Reached and Masked are networks (a /16 or /32 prefix, at most two of
	// each) in which, in this run and before this row was finished, an SMTP
	// port accepted a connection, or an EHLO reply showed a masked STARTTLS.
	// They tell a peer's refusal from our own firewall.
	Reached []string
	Masked  []string
	// Validating are the resolvers ("address:port") that, in this run and before
	// this row was finished, had said of an answer that it was validated. Only
	// from them does an answer without AD mean an insecure zone.
	Validating []string

	Lookups  []Lookup
	Fetches  []PolicyFetch
	Sessions []string // IDs
	Skipped  []Skip
}

// Case is all we know of one name: what analysis judges.
type Case struct {
	Domain   Domain
	Sessions []Session // one for each of Domain.Sessions, in that order
}

// Lookup returns the last lookup of (name, type) without CD, and whether there is one.
func (c *Case) Lookup(name, rrtype string) (Lookup, bool) {
	return c.Find(Question{Name: name, Type: rrtype})
}

// LookupCD is Lookup for the question asked with checking disabled.
func (c *Case) LookupCD(name, rrtype string) (Lookup, bool) {
	return c.Find(Question{Name: name, Type: rrtype, CD: true})
}

// Find returns the last lookup of q, and whether there is one.
func (c *Case) Find(q Question) (Lookup, bool) { return c.Domain.Find(q) }

// Find returns the last lookup of q, and whether there is one.
func (d *Domain) Find(q Question) (Lookup, bool) {
	for i := len(d.Lookups) - 1; i >= 0; i-- {
		if d.Lookups[i].Question == q {
			return d.Lookups[i], true
		}
	}
	return Lookup{}, false
}
