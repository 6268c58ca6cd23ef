// Package doctor finds out whether this machine can scan: whether its resolvers
// answer, honestly, and validate; whether ports 25 and 443 get out, over IPv4
// and IPv6; whether mail servers will take its address and name for those of a
// mail server; whether its limits and its clock do.
//
// It knows what a scan needs of a machine, and what to do where it is not
// there. It refuses to know how anybody is contacted: the probes of a scan come
// in through Config, so that what is examined is what a scan will use. Inside
// the module it imports evidence, the resolver, the words of analysis and what
// admission knows of addresses.
//
// Every check says what was seen and, unless that is in order, what to do. What
// could not be told is never in order and never a failure.
package doctor

import (
	"context"
	"net/netip"
	"slices"
	"sync"
	"time"

	"stscan/internal/evidence"
	"stscan/resolver"
)

// State is what came of a check.
type State string

const (
	StateOK      State = "ok"
	StateWarning State = "warning" // a scan works, and is worse for it
	StateFailure State = "failure" // a scan would fail, or say what is not true
	StateUnknown State = "unknown" // could not be told
)

// Check is what was looked at. Checks says what each means.
type Check string

const (
	CheckResolver   Check = "resolver"
	CheckNXDomain   Check = "nxdomain"
	CheckDNSTCP     Check = "dns_tcp"
	CheckEDNS       Check = "edns"
	CheckRateLimit  Check = "rate_limit"
	CheckDNSSEC     Check = "dnssec"
	CheckSMTP       Check = "smtp"
	CheckReputation Check = "reputation"
	CheckSTARTTLS   Check = "starttls"
	CheckHTTPS      Check = "https"
	CheckCerts      Check = "certificates"
	CheckIPv6       Check = "ipv6"
	CheckClock      Check = "clock"
	CheckReverseDNS Check = "reverse_dns"
	CheckEHLOName   Check = "ehlo_name"
	CheckContact    Check = "contact"
	CheckOpenFiles  Check = "open_files"
	CheckPorts      Check = "ports"
	CheckReceive    Check = "receive_buffer"
	CheckMemory     Check = "memory"
	CheckCPUs       Check = "cpus"
	CheckDisk       Check = "disk"
)

// Described is a check with the question that it answers.
type Described struct {
	Check    Check
	Question string
}

// Checks are all checks, in the order in which they are told.
func Checks() []Described {
	return []Described{
		{CheckResolver, "Does each resolver answer questions for TXT and MX, and quickly?"},
		{CheckNXDomain, "Does it say of a name that does not exist that it does not?"},
		{CheckDNSTCP, "Does it answer over TCP, where answers go that are too long for UDP?"},
		{CheckEDNS, "Does it speak EDNS, without which there are no long answers over UDP and no DNSSEC?"},
		{CheckRateLimit, "Is it a public resolver, or a stub, that limits how much one machine may ask?"},
		{CheckDNSSEC, "Does it validate: mark what is signed, and refuse what is signed wrongly?"},
		{CheckSMTP, "Do mail servers of several operators accept a connection, and greet?"},
		{CheckReputation, "Do they talk to this machine's address?"},
		{CheckSTARTTLS, "Does their offer of STARTTLS come through?"},
		{CheckHTTPS, "Do policy hosts of several operators accept a connection, and speak TLS?"},
		{CheckCerts, "Are the certificates of policy hosts their own, and trusted?"},
		{CheckIPv6, "Is there an IPv6 address of global scope, from which connections come about?"},
		{CheckClock, "Is the clock right, by which certificates are judged?"},
		{CheckReverseDNS, "Has the address from which this machine contacts others a name that leads back to it?"},
		{CheckEHLOName, "Is that the name it gives in EHLO?"},
		{CheckContact, "Was a contact given, by whom those who are contacted can be reached?"},
		{CheckOpenFiles, "May the process open as many sockets as it will have names in flight?"},
		{CheckPorts, "Are there as many local ports?"},
		{CheckReceive, "Does the kernel let a UDP socket hold what a resolver answers in a moment?"},
		{CheckMemory, "Is there as much memory, for the machine and the control group, as a scan takes?"},
		{CheckCPUs, "How many processors may it use?"},
		{CheckDisk, "Can it write where snapshots are kept, and is there room?"},
	}
}

// Finding is what came of one check.
type Finding struct {
	Check Check  `json:"check"`
	About string `json:"about"` // a resolver, an address, a family of addresses, a folder; "" = the machine
	State State  `json:"state"`
	Seen  string `json:"seen"`
	Do    string `json:"do"` // "" when the state is ok
}

// Config says what a scan would use, and how. All of it is needed, but for what says otherwise.
type Config struct {
	Resolvers  []netip.AddrPort
	NoResolver error             // why there is none; nil = there are some
	DialDNS    resolver.DialFunc // nil = this machine's sockets
	Domains    []string          // whose records, policies and mail servers are asked for
	Signed     string            // a name that is signed
	Bogus      []string          // names that are signed wrongly, on purpose

	// Lookup asks any of the resolvers, Fetch a policy host, Meet a mail server, as a scan does.
	Lookup func(context.Context, evidence.Question) evidence.Lookup
	Fetch  func(context.Context, evidence.Endpoint) evidence.PolicyFetch
	Meet   func(context.Context, Target) evidence.Session

	// Faults says why a sender would refuse the certificates of a fetch; none = it would not.
	Faults func(evidence.PolicyFetch) []string

	Targets    []Target // mail servers to meet in place of those of Domains; may be empty
	SMTPPort   uint16   // of the mail servers of Domains
	HTTPSPort  uint16
	IPv4, IPv6 netip.Addr   // from which this machine reaches the Internet; invalid = it has no route
	Public     []netip.Addr // addresses under which others see it; empty = these two
	Special    bool         // special-purpose addresses are as good as others (tests)
	EHLOName   string
	Contact    string // "" = none was given

	Machine Machine
	Need    Need
}

// Target is a mail server to connect to: a name, or an address.
type Target struct {
	Host string     // "" with an address alone
	Addr netip.Addr // invalid: the addresses of Host are looked up
	Port uint16
}

// Examine makes all checks, as far as ctx lets it, and tells them topic by topic,
// as Checks has them: of what was left when ctx ended it says that it could not be told.
func Examine(ctx context.Context, c Config) []Finding {
	return inParallel(
		func() []Finding { return c.resolvers(ctx) },
		func() []Finding { return c.reach(ctx) },
		func() []Finding { return c.identity(ctx) },
		func() []Finding { return limits(c.Machine, c.Need) },
	)
}

// inParallel runs all parts at once and joins what they return, in their order.
func inParallel[T any](parts ...func() []T) []T {
	return slices.Concat(ofEach(parts, func(part func() []T) []T { return part() })...)
}

// ofEach is what f gives of each of all, found out at once, in their order.
func ofEach[A, T any](all []A, f func(A) T) []T {
	found := make([]T, len(all))
	var running sync.WaitGroup
	for i, a := range all {
		running.Go(func() { found[i] = f(a) })
	}
	running.Wait()
	return found
}

func ok(check Check, about, seen string) Finding {
	return Finding{Check: check, About: about, State: StateOK, Seen: seen}
}

// quick rounds a time for a person.
func quick(d time.Duration) string { return d.Round(time.Millisecond).String() }
