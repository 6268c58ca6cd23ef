// Package mtasts reads the texts of MTA-STS: the TXT record (RFC 8461 section
// 3.1), the policy (section 3.2), its mx patterns and how they match MX host
// names (section 4.1), and the TXT record of SMTP TLS reporting (RFC 8460
// section 3).
//
// A domain first says, in a TXT record at _mta-sts.<domain>, that it has a
// policy and which version of it is current:
//
//	v=STSv1; id=20160831085700Z;
//
// A sender then fetches https://mta-sts.<domain>/.well-known/mta-sts.txt:
//
//	version: STSv1
//	mode: enforce
//	mx: mail.example.com
//	mx: *.example.net
//	max_age: 604800
//
// Every parser takes text and gives, in one pass and in linear time, the value
// and all Issues: each with its code, its place, the section it offends and
// whether a conforming sender goes on in spite of it. A parser never fails and
// never stops at the first defect; what is readable behind a defect is read.
//
// The package knows grammar only. It asks nobody, knows neither DNS nor HTTP
// nor certificates, and imports nothing of this module. How the RFCs are read
// where they leave room is decided here and argued where it is decided; a
// reading that not all senders share marks its issues Contested.
package mtasts

// Sections cited by issues.
const (
	citeRecord   = "RFC 8461 section 3.1"
	citePolicy   = "RFC 8461 section 3.2"
	citeMatching = "RFC 8461 section 4.1"
	citeRemoval  = "RFC 8461 section 8.3"  // opting out with mode none
	citeWeak     = "RFC 8461 section 10.4" // weak policy constraints
	citeTLSRPT   = "RFC 8460 section 3"
)

// MaxMaxAge is the largest max_age a policy may have, in seconds: one year
// (RFC 8461 section 3.2).
const MaxMaxAge = 31557600

// MaxPolicySize is the largest policy, in bytes, that a sender need accept: the
// limit that RFC 8461 section 3.3 suggests. ParsePolicy itself has no limit.
const MaxPolicySize = 64 << 10

// Pair is one extension field: well-formed, without meaning to RFC 8461 or RFC 8460.
type Pair struct{ Key, Value string }
