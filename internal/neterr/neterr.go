// Package neterr turns a Go error into an evidence.Failure. It is the only
// place that does, so a kind of failure means the same in every table.
//
// Error values and numbers are asked first; texts last, each listed beside the
// function that makes it. What is not recognised is KindOther with its text, so
// that the list can grow from real scans.
//
// It knows the errors of net, os, syscall, io, context, net/http and of
// crypto/tls with its fork zcrypto/tls (not imported: it does not build on
// every system). It refuses to know what a failure means: whether a refused
// connection is a fault of theirs is for the judge. Inside the module it
// imports evidence only.
package neterr

import (
	"context"
	"errors"
	"io"
	"net"
	"net/textproto"
	"os"
	"strings"
	"syscall"

	"stscan/internal/evidence"
)

// maxDetail bounds Failure.Detail, in bytes before escaping: long enough for
// any text of the standard library with a quoted line of the peer's, short
// enough to stand in every row.
const maxDetail = 200

// Refusal is a contact that we did not make, by a rule of ours: special
// address, opt-out, budget. A dialer returns it; Failure hands on its Kind.
type Refusal struct {
	Kind evidence.Kind // KindSpecialAddress, KindOptedOut, KindBudget
	What string        // what the rule was about, e.g. "127.0.0.0/8"
}

func (r Refusal) Error() string { return string(r.Kind) + ": " + r.What }

// Observation is something wrong that we saw in a peer's bytes and for which Go
// has no error: a reply that is none, a byte bound reached, a refusing code.
type Observation struct {
	Kind evidence.Kind
	What string
}

func (o Observation) Error() string { return string(o.Kind) + ": " + o.What }

// Failure says what err means when it ended the step op. A nil error is the
// zero Failure.
func Failure(op evidence.Op, err error) evidence.Failure {
	if err == nil {
		return evidence.Failure{}
	}
	return evidence.Failure{Op: op, Kind: kind(err), Detail: detail(err)}
}

// kind tries the most specific sources first: a rule of ours wraps nothing, an
// errno is exact, and a timeout is often wrapped in something vaguer.
func kind(err error) evidence.Kind {
	var (
		refusal     Refusal
		observation Observation
		errno       syscall.Errno
	)
	switch {
	case errors.As(err, &refusal):
		return refusal.Kind
	case errors.As(err, &observation):
		return observation.Kind
	// Before the timeouts: the net package makes its own error of a cancelled
	// dial, which is context.Canceled by its Is method.
	case errors.Is(err, context.Canceled):
		return evidence.KindCancelled
	case errors.As(err, &errno):
		if k, ok := errnoKind(errno); ok {
			return k
		}
	}
	switch {
	case timedOut(err):
		return evidence.KindTimeout
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return evidence.KindEOF
	case errors.Is(err, io.ErrClosedPipe):
		return evidence.KindReset // an in-memory peer is gone: EPIPE of a socket
	case errors.Is(err, net.ErrClosed):
		return evidence.KindLocal // only we close our own descriptors
	}
	if k, ok := tlsKind(err); ok {
		return k
	}
	if k, ok := httpKind(err); ok {
		return k
	}
	return evidence.KindOther
}

func timedOut(err error) bool {
	var timeout net.Error
	return errors.Is(err, os.ErrDeadlineExceeded) ||
		errors.Is(err, context.DeadlineExceeded) ||
		errors.As(err, &timeout) && timeout.Timeout()
}

// errnoKind reads the number the kernel gave. The three origins of a number, a
// segment of the peer, an ICMP message on the way, this machine, decide.
func errnoKind(errno syscall.Errno) (evidence.Kind, bool) {
	switch errno {
	case syscall.ECONNREFUSED: // RST to our SYN, or ICMP port unreachable
		return evidence.KindRefused, true
	case syscall.ECONNRESET, syscall.EPIPE, syscall.ECONNABORTED:
		return evidence.KindReset, true
	case syscall.EHOSTUNREACH, syscall.EHOSTDOWN:
		return evidence.KindUnreachable, true
	// EADDRNOTAVAIL: no source address of that family, or no free port.
	case syscall.ENETUNREACH, syscall.EADDRNOTAVAIL, syscall.ENETDOWN, syscall.EAFNOSUPPORT:
		return evidence.KindNoRoute, true
	case syscall.ETIMEDOUT:
		return evidence.KindTimeout, true
	// EACCES and EPERM are our own firewall as a rule. Linux also makes EACCES
	// of ICMPv6 "administratively prohibited"; the two cannot be told apart,
	// and what may be our fault is never theirs.
	case syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.EACCES, syscall.EPERM:
		return evidence.KindLocal, true
	}
	return "", false
}

// TLS packages put an alert into a net.OpError whose Op says who sent it.
const (
	remoteAlert = "remote error"
	localAlert  = "local error"
)

// text is the beginning of an error text whose type says nothing.
type text struct {
	prefix string
	kind   evidence.Kind
}

// tlsTexts are texts of package tls, the same in crypto/tls and zcrypto/tls,
// for bytes that are no TLS.
var tlsTexts = [...]text{
	{"tls: first record does not look like a TLS handshake", evidence.KindMalformed}, // Conn.readRecordOrCCS
	{"tls: unsupported SSLv2 handshake received", evidence.KindMalformed},            // Conn.readRecordOrCCS
	{"tls: received record with version", evidence.KindMalformed},                    // Conn.readRecordOrCCS
	{"tls: oversized record received", evidence.KindMalformed},                       // Conn.readRecordOrCCS
	{"tls: too many ignored records", evidence.KindMalformed},                        // Conn.retryReadRecord
	{"tls: received unexpected handshake message", evidence.KindMalformed},           // unexpectedMessageError
	{"tls: handshake message of length", evidence.KindOversize},                      // Conn.readHandshake
}

// tlsKind reads the errors of package tls.
func tlsKind(err error) (evidence.Kind, bool) {
	var op *net.OpError
	if errors.As(err, &op) {
		switch op.Op {
		case remoteAlert:
			return evidence.KindAlert, true
		case localAlert: // we sent it, over bytes that RFC 8446 section 6.2 calls an error
			return evidence.KindMalformed, true
		}
	}
	return textKind(err, tlsTexts[:])
}

func textKind(err error, table []text) (evidence.Kind, bool) {
	s := err.Error()
	for _, t := range table {
		if strings.HasPrefix(s, t.prefix) {
			return t.kind, true
		}
	}
	return "", false
}

// httpTexts are the beginnings of the texts that net/http makes for bytes that
// are no HTTP/1.x response, or that are one beyond its own bounds; their types
// are not exported.
var httpTexts = [...]text{
	{"malformed HTTP response", evidence.KindMalformed},                              // ReadResponse: no status line
	{"malformed HTTP status code", evidence.KindMalformed},                           // ReadResponse
	{"malformed HTTP version", evidence.KindMalformed},                               // ReadResponse
	{"invalid empty Content-Length", evidence.KindMalformed},                         // parseContentLength
	{"bad Content-Length", evidence.KindMalformed},                                   // parseContentLength
	{"http: message cannot contain multiple Content-Length", evidence.KindMalformed}, // fixLength
	{"unsupported transfer encoding", evidence.KindMalformed},                        // parseTransferEncoding
	{"too many transfer encodings", evidence.KindMalformed},                          // parseTransferEncoding
	{"bad trailer key", evidence.KindMalformed},                                      // fixTrailer
	{"http: suspiciously long trailer", evidence.KindOversize},                       // body.readTrailer
	{"http: unexpected EOF reading trailer", evidence.KindEOF},                       // body.readTrailer
	{"header line too long", evidence.KindOversize},                                  // internal.readChunkLine
	{"malformed chunked encoding", evidence.KindMalformed},                           // internal.chunkedReader
	{"chunked encoding contains too much non-data", evidence.KindOversize},           // internal.chunkedReader
	{"chunked line ends with bare LF", evidence.KindMalformed},                       // internal.readChunkLine
	{"invalid CR in chunked line", evidence.KindMalformed},                           // internal.readChunkLine
	{"empty hex number for chunk length", evidence.KindMalformed},                    // internal.parseHexUint
	{"invalid byte in chunk length", evidence.KindMalformed},                         // internal.parseHexUint
	{"http chunk length too large", evidence.KindMalformed},                          // internal.parseHexUint
}

// httpKind reads the errors of net/http and net/textproto.
func httpKind(err error) (evidence.Kind, bool) {
	var protocol textproto.ProtocolError
	if errors.As(err, &protocol) { // malformed MIME header
		return evidence.KindMalformed, true
	}
	return textKind(err, httpTexts[:])
}

// detail is the text of err without the addresses and ports that net.OpError
// puts before it: they are in the row already, and a port of ours is different
// in each.
func detail(err error) string {
	var (
		op          *net.OpError
		observation Observation
		refusal     Refusal
		text        string
	)
	switch {
	case errors.As(err, &observation):
		text = observation.What
	case errors.As(err, &refusal):
		text = refusal.What
	case errors.As(err, &op) && op.Err != nil:
		text = op.Op + ": " + op.Err.Error()
	default:
		text = err.Error()
	}
	return evidence.Text([]byte(text[:min(len(text), maxDetail)]))
}
