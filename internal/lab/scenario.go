package lab

import (
	"time"

	"stscan/internal/taxonomy"
)

// Scenario describes one deployment as its administrators made it, and what is
// true of it. Both are written by hand: nothing here is computed by the code
// that the lab is there to test.
//
// Names and texts may hold {domain} (the scanned name), {dash} (the same with
// dashes for dots), {underscore} (names only: with underscores for dots), {group}
// (a number that some dozens of names have in common), {address} (texts only: an
// IPv4 address made of the name) and {id} (a policy id
// that fits the grammar, fixed per name).
type Scenario struct {
	Name     string
	Doc      string        // one sentence
	For      taxonomy.Code // the code it produces, or comes close to; "" = a plain deployment
	NearMiss bool          // close to For, but does not produce it
	Memory   bool          // needs what only the in-memory network has: IPv6, ICMP errors
	Slow     bool          // for tests in a world of their own: holds a scan up for a minute, or is true of the first scan only
	Apex     Apex
	Record   Record
	Policy   PolicyHost
	MX       []MX
	Truth    Truth  // under ruleset rfc
	Deployed *Truth // under ruleset deployed; nil = the same
}

// Truth is the expected result, after a second pass.
type Truth struct {
	Status   taxonomy.Status
	Delivery taxonomy.Delivery
	Codes    []taxonomy.Code // sorted, once each
}

// DNSFault is how the DNS fails at one name.
type DNSFault string

const (
	DNSOK       DNSFault = ""
	DNSNXDomain DNSFault = "nxdomain"
	DNSNoData   DNSFault = "nodata"
	DNSServFail DNSFault = "servfail" // also with CD=1
	DNSBogus    DNSFault = "bogus"    // SERVFAIL with EDE 6; CD=1 gets the answer
	DNSRefused  DNSFault = "refused"
	DNSTimeout  DNSFault = "timeout"  // no answer at all
	DNSTruncate DNSFault = "truncate" // TC over UDP, whole over TCP
	DNSLoop     DNSFault = "loop"     // a CNAME loop: the resolver says SERVFAIL
)

// Apex is the name itself.
type Apex struct {
	NXDomain bool
	Bare     bool     // publishes no TXT of its own and no record of a sibling standard
	Addrs    []Place  // A (and AAAA) of the name itself
	MXText   []string // raw "preference host" records beside those of Scenario.MX, e.g. "0 ."
	MXFault  DNSFault
	Siblings DNSFault // of the TXT records of sibling standards at names below it
	NS       []string // default: two name servers of the name's DNS operator
}

// Record is what stands at _mta-sts.{domain}.
type Record struct {
	TXT      []string // one element a TXT RR: its joined character-strings, raw bytes
	Split    bool     // send each RR as several character-strings
	CNAME    []string // chain of targets; the TXT stands at the last
	Fault    DNSFault // of the last name of the chain
	Wildcard []string // TXT that every other name below {domain} answers with
}

// PolicyHost is mta-sts.{domain}.
type PolicyHost struct {
	CNAME   []string // chain of targets; the addresses stand at the last
	Fault   DNSFault // of the last name of the chain
	Servers []WebServer
}

// Place says what kind of address a server has. Each place is one or more
// addresses of the lab; a hash of the name spreads names over them.
type Place string

const (
	PlaceOpen        Place = ""            // a server listens
	PlaceRefused     Place = "refused"     // nothing listens: RST to the SYN
	PlaceReset       Place = "reset"       // accepted, then RST
	PlaceBlackhole   Place = "blackhole"   // no answer to the SYN
	PlaceUnreachable Place = "unreachable" // ICMP host unreachable; in memory only
	PlaceSpecial     Place = "special"     // an address of a special-purpose block that even --allow-special-addresses never reaches: 0.0.0.0
	PlaceIPv6        Place = "ipv6"        // an open IPv6 address; in memory only
	// Any other Place is itself an address, of nobody in this world: "10.0.0.1".
)

// WebServer is one address of the policy host.
type WebServer struct {
	Place      Place
	TLS        TLSServer
	HTTP       Web
	StallFirst bool // the first session of a world never gets an answer to its ClientHello
	// Limit is how many requests it answers in any second; status 429 beyond.
	// All names whose servers have the same limit are served from one address.
	Limit int
}

// Cert is the kind of certificate a server shows. The name it is good for is
// the host name that was asked for, unless the kind says otherwise.
type Cert string

const (
	CertGood         Cert = ""              // leaf with SAN, intermediate sent, trusted root
	CertWildcard     Cert = "wildcard"      // SAN *.parent
	CertNameMismatch Cert = "name_mismatch" // SAN of another name
	CertCNOnly       Cert = "cn_only"       // the name in the CN, no SAN
	CertExpired      Cert = "expired"
	CertNotYetValid  Cert = "not_yet_valid"
	CertSelfSigned   Cert = "self_signed"           // leaf is its own issuer
	CertUntrusted    Cert = "untrusted"             // whole chain of a private CA, its root sent
	CertIncomplete   Cert = "incomplete"            // trusted CA, intermediate not sent, AIA in the leaf
	CertExtraRoot    Cert = "extra_root"            // good, and the root sent too (near miss)
	CertEndsSoon     Cert = "ends_soon"             // good for less than a week
	CertWeakKey      Cert = "weak"                  // RSA 1024 leaf
	CertExpiredName  Cert = "expired_name_mismatch" // two faults at once
	CertUppercaseSAN Cert = "uppercase_san"         // good, SAN in upper case
)

// TLSServer is how a server does TLS.
type TLSServer struct {
	Cert       Cert
	MaxVersion uint16 // crypto/tls version; 0 = 1.3
	MinVersion uint16 // 0 = 1.0 if MaxVersion is set, else 1.2
	Alert      uint8  // send this fatal alert instead of a ServerHello; 0 = none
	Junk       bool   // send bytes that are no TLS
	Stall      bool   // read the ClientHello, never answer
	Close      bool   // close after the ClientHello

	Raw        Stream        // in place of a ServerHello
	Trickle    time.Duration // before each byte of the handshake
	ClientCert bool          // ask for a client's certificate, and insist on it
}

// Web is how the policy host does HTTP. The zero value serves Body with status
// 200 and text/plain.
type Web struct {
	Status      int    // 0 = 200
	ContentType string // "" = "text/plain"; "-" = no such field
	Location    string // with a redirect status
	Body        string
	PadTo       int  // pad the body with an unknown field up to this many bytes
	NotHTTP     bool // answer with something that is no HTTP
	CutBody     bool // announce the whole length, send half, close
	Stall       bool // send the header, never the body
	Endless     bool // send body bytes for ever
	Chunked     bool // chunked transfer coding

	Raw Stream // in place of all of the above; placeholders stand in Head
}

// MX is one MX host of the domain.
type MX struct {
	Host       string // "mx1.{domain}", or a host of an operator, "mx1.alpha-mail.test"
	Preference int
	CNAME      []string
	Fault      DNSFault // of the host's addresses
	Servers    []MailServer
}

// MailServer is one address of an MX host.
type MailServer struct {
	Place      Place
	TLS        TLSServer
	Greeting   string // "" = "220 {host} ESMTP"; the whole line, "421 …" too
	NoEHLO     bool   // answers EHLO with 502, HELO with 250
	NoStartTLS bool   // does not offer STARTTLS
	Masked     bool   // offers XXXXXXXX where STARTTLS would stand
	StartTLS   string // "" = "220 go ahead"; e.g. "454 later", "502 no"
	Keyword    string // "" = "STARTTLS"; e.g. "StartTls"
	Inject     bool   // plaintext in the same segment behind the 220
	NotSMTP    bool   // speaks HTTP
	Silent     bool   // accepts, never greets
	CloseEarly bool   // closes after the greeting
	MultiLine  bool   // greeting and replies of several lines
	// FailFirst is said in the first session at each address, all later ones
	// are healthy (greylisting). A line that begins with 454 answers STARTTLS,
	// any other stands in the place of the greeting. The host is not known
	// before TLS, so hosts that share an address share its first session.
	FailFirst string

	// Limit is how many sessions it takes in any second; 421 beyond. All hosts
	// whose servers have the same limit share one address.
	Limit int

	// In place of the greeting and of the replies to EHLO and STARTTLS, and as
	// soon as TLS is up. Behind a stream in place of a 220 no TLS comes.
	RawGreeting, RawEHLO, RawStartTLS, RawSecure Stream
}
