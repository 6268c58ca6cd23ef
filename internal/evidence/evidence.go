// Package evidence holds what was observed, as plain values: the waist of the
// hourglass between collectors (resolver, probe, pipeline) and the judge
// (analysis). It knows no verdicts and imports nothing of this module.
//
// The zero value of every string enum means "not attempted". Text from the
// network is always valid UTF-8 here: collectors pass it through Text, which
// escapes reversibly. Bytes that a verdict depends on are kept, bounded, with a
// Truncated flag beside them.
package evidence

import (
	"net/netip"
	"time"
)

// Target is one name we were asked to scan.
type Target struct {
	Domain             string // A-labels, lower case, no final dot
	Input              string // as first written in a list
	Rank               int64  // of the first list that gives one; 0 = none
	List               string // first list naming it
	Lists              []ListEntry
	TLD                string // last label
	Registrable        string // registrable domain by the ICANN rules of the Public Suffix List
	RegistrablePrivate string // the same by all rules, private section included
}

// ListEntry says where a name stands in one input list.
type ListEntry struct {
	List string
	Rank int64 // 0 = the list has no ranks
	Line int64 // 1-based
}

// Tick is how finely it is told when a name's collection and each of its lookups
// began, and what a lookup took: nothing is judged by these times, every name has a
// dozen of each, and told to the microsecond they are a quarter of all that a silent
// name takes. A power of two of microseconds, as its zeros are bits of the file
// that are all alike. Fetches and sessions, whose
// certificates are judged by the time, are told to the microsecond.
const Tick = 1024 * time.Microsecond

// TickOf is the tick in which t lies, in UTC: what t.Truncate(Tick) is, without its
// division of 128 bits.
func TickOf(t time.Time) time.Time {
	return time.UnixMicro(t.UnixMicro() &^ (Tick.Microseconds() - 1)).UTC()
}

// Span is when an observation was made and what it took.
type Span struct {
	Start    time.Time     // UTC
	Duration time.Duration // of all tries, waiting for budgets not counted
	Tries    int
}

// End is when it was over.
func (s Span) End() time.Time { return s.Start.Add(s.Duration) }

// Op is the step at which something failed.
type Op string

const (
	OpResolve   Op = "resolve"
	OpDial      Op = "dial"
	OpGreet     Op = "greet"
	OpEHLO      Op = "ehlo"
	OpStartTLS  Op = "starttls"
	OpHandshake Op = "handshake"
	OpRequest   Op = "request" // HTTP request written, status line and header awaited
	OpBody      Op = "body"    // HTTP body
)

// Kind is how it failed. The list is closed; neterr is the only place that
// makes one out of a Go error.
type Kind string

const (
	KindTimeout     Kind = "timeout"
	KindRefused     Kind = "refused"
	KindReset       Kind = "reset"
	KindUnreachable Kind = "unreachable" // the far side or a router on the way says so (ICMP host unreachable)
	KindEOF         Kind = "eof"
	KindAlert       Kind = "alert"     // a TLS alert was received; its name stands in TLS.Alert
	KindMalformed   Kind = "malformed" // bytes that are not the protocol's
	KindOversize    Kind = "oversize"  // one of our byte bounds was reached
	KindStatus      Kind = "status"    // the peer answered with a refusal (SMTP code, HTTP status, DNS rcode)
	KindRedirect    Kind = "redirect"
	KindLocal       Kind = "local"    // our own fault: descriptors, memory, permission
	KindNoRoute     Kind = "no_route" // this machine has no route to the address
	KindOther       Kind = "other"

	// Nobody was contacted.
	KindSpecialAddress Kind = "special_address"
	KindOptedOut       Kind = "opted_out"
	KindBudget         Kind = "budget"    // a budget could not serve it in time
	KindCancelled      Kind = "cancelled" // the run was told to stop
)

// Failure is something observed about them (or about us): a value, never an
// error. The zero Failure means that nothing failed.
type Failure struct {
	Op     Op
	Kind   Kind
	Detail string // bounded, escaped free text; never parsed
}

// Failed reports whether f says that something went wrong.
func (f Failure) Failed() bool { return f.Kind != "" }

// Endpoint is a host name with one of its addresses: the key of both network
// probers. Host is what is sent as SNI.
type Endpoint struct {
	Host string // lower-case A-labels, no final dot
	Addr netip.Addr
}

// Certificate is one certificate as it was sent. DER is shared, never changed.
type Certificate struct {
	SHA256 string // lower-case hex of DER
	DER    []byte
}

// TLS is what one handshake showed, completed or not.
type TLS struct {
	Version string        // "TLS1.0" to "TLS1.3"; "" before a ServerHello
	Cipher  string        // IANA name, e.g. "TLS_AES_128_GCM_SHA256"
	SNI     string        // server name we sent
	Chain   []Certificate // as sent, leaf first
	Alert   string        // alert received, by its RFC 8446 name, e.g. "unrecognized_name"
}
