package evidence

// Types of DNS records asked for, by their IANA mnemonics.
const (
	TypeA     = "A"
	TypeAAAA  = "AAAA"
	TypeMX    = "MX"
	TypeNS    = "NS"
	TypeTXT   = "TXT"
	TypeTLSA  = "TLSA"
	TypeDS    = "DS"
	TypeCNAME = "CNAME"
)

// Response codes that the judge names, by their IANA mnemonics.
const (
	RCodeNoError  = "NOERROR"
	RCodeNXDomain = "NXDOMAIN"
	RCodeServFail = "SERVFAIL"
	RCodeRefused  = "REFUSED"
)

// Transports of a Lookup. A Failure beside TransportTCP is one of the
// connection that a cut UDP reply asked for.
const (
	TransportUDP = "udp"
	TransportTCP = "tcp"
)

// Question is one DNS question: the key of the resolver. Class is always IN.
type Question struct {
	Name string // lower case, no final dot
	Type string // IANA mnemonic
	CD   bool   // checking disabled: asked again behind a SERVFAIL to tell bogus from broken
}

// Lookup is the answer to one Question, or why there is none.
//
// A reply with any rcode but SERVFAIL, REFUSED and the like is an answer and
// has no Failure. An answer of NOERROR without Records is NODATA.
type Lookup struct {
	Question Question
	RCode    string   // IANA mnemonic of the last reply; "" when none came
	AD       bool     // the resolver says it validated the answer
	EDE      []uint16 // extended DNS error codes (RFC 8914), as received
	Chain    []string // CNAME targets in order, lower case, no final dot; empty without CNAME
	// Records is the RDATA of each record of the type asked, in the order
	// received, in presentation form (names with final dot, case kept). For
	// TXT it is Text of the joined character-strings, nothing between them.
	Records   []string
	Total     int    // records of the type received; more than len(Records) when some were left out
	Truncated bool   // some records were left out of Records by a bound of ours
	Digest    string // hex SHA-256 over the sorted RDATA of all Total records; "" without any
	Server    string // resolver that gave the last reply, "address:port"
	Transport string // of the try that Server and Failure are of: TransportUDP, or TransportTCP once its reply was cut; "" when nothing was sent
	TTL       uint32 // smallest TTL of the answer; of a negative answer the SOA's; 0 without either
	Span      Span
	Failure   Failure // Op is OpResolve
}

// Answered reports whether the lookup is conclusive: the name and type exist,
// or are known not to.
func (l Lookup) Answered() bool {
	return !l.Failure.Failed() && (l.RCode == RCodeNoError || l.RCode == RCodeNXDomain)
}

// NXDomain reports a conclusive "no such name".
func (l Lookup) NXDomain() bool { return l.Answered() && l.RCode == RCodeNXDomain }

// NoData reports a conclusive "no record of this type".
func (l Lookup) NoData() bool {
	return l.Answered() && l.RCode == RCodeNoError && l.Total == 0
}
