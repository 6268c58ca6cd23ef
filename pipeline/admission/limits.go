package admission

// Kind is what a contact is, for the ceilings.
type Kind string

// The kinds of contacts.
const (
	DNS   Kind = "dns"
	HTTPS Kind = "https"
	SMTP  Kind = "smtp"
)

// The defaults are low: a scan may take a day, but no operator shall notice it
// by its load.
const (
	// DefaultDNSRate is what a recursive resolver of one's own answers without
	// effort; shared ones are to be asked before they are used for more.
	DefaultDNSRate = 500
	// DefaultHTTPSRate and DefaultSMTPRate keep the scan below what a middling
	// mail server opens by itself, so that neither the own network's owner nor
	// a firewall on the way takes it for an attack.
	DefaultHTTPSRate = 100
	DefaultSMTPRate  = 50
	// DefaultHostRate is one contact a second with one address. Each pair of
	// host and address is contacted once; more come only to addresses behind
	// many names, which are built for many clients.
	DefaultHostRate = 1
	// DefaultHostConcurrency is the number of contacts at once with one
	// address: two, so that one tarpit does not hold up all names behind the
	// address, and far below the six connections a browser opens at once.
	DefaultHostConcurrency = 2
	// DefaultNetRate is for one /24 or /48, usually one site: a few hosts of it
	// may be contacted in the same second, not all.
	DefaultNetRate = 5
	// DefaultOperatorRate is for one operator, told by the registrable domain
	// of the host, over all its networks.
	DefaultOperatorRate = 10
)

// Limits are the budgets: contacts a second, but for HostConcurrency. 0 = none.
// The rates of host, network and operator are for HTTPS and SMTP: DNS questions go
// to the resolvers that the user named, not to others.
type Limits struct {
	DNSRate, HTTPSRate, SMTPRate float64 // ceilings over all
	HostRate                     float64 // with one address
	HostConcurrency              int     // at once with one address
	NetRate                      float64 // with one /24 or /48
	OperatorRate                 float64 // with one registrable domain
	// Explicit holds the flags (FlagDNSRate and so on) that were given by the
	// user: only these budgets apply to special-purpose addresses.
	Explicit map[string]bool
}

// Names of the flags of the budgets, the keys of Limits.Explicit.
const (
	FlagDNSRate         = "dns-rate"
	FlagHTTPSRate       = "https-rate"
	FlagSMTPRate        = "smtp-rate"
	FlagHostRate        = "per-host-rate"
	FlagHostConcurrency = "per-host-concurrency"
	FlagNetRate         = "per-net-rate"
	FlagOperatorRate    = "per-operator-rate"
)

// DefaultLimits returns the budgets of a scan of the Internet.
func DefaultLimits() Limits {
	return Limits{
		DNSRate: DefaultDNSRate, HTTPSRate: DefaultHTTPSRate, SMTPRate: DefaultSMTPRate,
		HostRate: DefaultHostRate, HostConcurrency: DefaultHostConcurrency,
		NetRate: DefaultNetRate, OperatorRate: DefaultOperatorRate,
	}
}

// NoLimits returns budgets without a limit, for worlds of our own.
func NoLimits() Limits { return Limits{} }

// forSpecial leaves what the user gave by flag.
func (l Limits) forSpecial() Limits {
	var out Limits
	for _, b := range []struct {
		flag     string
		from, to *float64
	}{
		{FlagDNSRate, &l.DNSRate, &out.DNSRate},
		{FlagHTTPSRate, &l.HTTPSRate, &out.HTTPSRate},
		{FlagSMTPRate, &l.SMTPRate, &out.SMTPRate},
		{FlagHostRate, &l.HostRate, &out.HostRate},
		{FlagNetRate, &l.NetRate, &out.NetRate},
		{FlagOperatorRate, &l.OperatorRate, &out.OperatorRate},
	} {
		if l.Explicit[b.flag] {
			*b.to = *b.from
		}
	}
	if l.Explicit[FlagHostConcurrency] {
		out.HostConcurrency = l.HostConcurrency
	}
	return out
}
