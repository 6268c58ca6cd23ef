package analysis

import (
	"time"

	"stscan/internal/taxonomy"
)

// Verdict is what the evidence of one domain means under one ruleset. Pointers
// are nil for "unknown or not applicable", never for false.
type Verdict struct {
	// Carried from the evidence.
	Domain       string
	Rank         int64 // 0 = none
	List         string
	TLD          string
	Registrable  string
	ScannedAt    time.Time
	Attempt      int
	RulesVersion string

	Status             taxonomy.Status
	Delivery           taxonomy.Delivery
	DeliveryIfEnforced *taxonomy.Delivery // testing and enforce only
	FirstFailure       taxonomy.Code      // "" = no error
	Codes              []taxonomy.Code    // sorted, once each, those of the MX included
	Findings           []Finding          // in the order of the table, then of Where

	RecordPresent *bool // a TXT claims to be an MTA-STS record
	RecordValid   *bool
	RecordID      *string
	PolicyFetched *bool // 200 over a valid TLS connection, body complete
	PolicyValid   *bool
	Mode          *string
	MaxAge        *int64 // seconds
	PolicyMX      []string
	PolicySHA256  *string // of the body as received
	PolicyCNAME   []string
	PolicyAddrs   []string

	MXStatus MXStatus
	MX       []MXVerdict // by (preference, host)
	NS       []string

	PolicyTLSRPT   []taxonomy.Result // of the record and policy stage
	MXProvider     *string
	PolicyProvider *string
	DNSProvider    *string
	Adopts         []Adoption
	TLSRPTRUA      []string // who gets the TLS reports; empty unless the record is in order
	TLSA           []TLSA   // by MX host; empty where DANE was not asked for
}

// Finding is a coded, cited observation about one domain.
type Finding struct {
	Code      taxonomy.Code
	Class     taxonomy.Class // the class in this row: an MX finding without a policy in force is info
	Layer     taxonomy.Layer
	Where     string // what it is about: a name, "host address", or "line 3"
	Got       string // what was seen, bounded
	Cite      string
	Result    taxonomy.Result // RFC 8460; "" when not reportable here
	Contested bool            // only one ruleset makes it
}

// MXStatus says where the domain's mail goes.
type MXStatus string

const (
	MXExplicit     MXStatus = "explicit"
	MXImplicit     MXStatus = "implicit" // no MX records, but an address (RFC 5321 section 5.1)
	MXNull         MXStatus = "null_mx"  // RFC 7505
	MXNone         MXStatus = "none"     // neither MX nor address
	MXInconclusive MXStatus = "inconclusive"
)

// MXVerdict is what a sender finds at one MX host.
type MXVerdict struct {
	Host           string
	Preference     int
	Addrs          []string
	PolicyMatch    *bool
	MatchedPattern *string
	StartTLS       *bool
	CertValid      *bool
	EnforceOK      *bool // match, STARTTLS and certificate all good
	Usable         *bool // under the mode in force
	Provider       *string
	Codes          []taxonomy.Code
	TLSRPT         []taxonomy.Result
}

// Adoption is the state of one sibling standard.
type Adoption struct {
	Check  string
	State  AdoptionState
	Detail string // one word of the check's closed list
}

// TLSA says that there are TLSA records for an MX host.
type TLSA struct {
	Host      string
	Base      string // the records stand at _25._tcp.<Base>: the host, or where its aliases end
	Validated bool   // as the resolver says (AD)
}

// AdoptionState is three-valued, with "broken" for a deployment that does not work.
type AdoptionState string

const (
	AdoptsYes     AdoptionState = "yes"
	AdoptsNo      AdoptionState = "no"
	AdoptsBroken  AdoptionState = "broken"
	AdoptsUnknown AdoptionState = "unknown"
)
