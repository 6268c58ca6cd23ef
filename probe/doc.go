// Package probe asks one address one thing, and writes down what came back: the
// policy of a policy host over HTTPS (RFC 8461 section 3.3), and whether an MX
// host speaks TLS after STARTTLS (RFC 3207), with which certificates.
//
// Both probers dial addresses, never names, and only through the DialFunc they
// were given. They judge nothing: TLS is completed with verification off, the
// chain is kept as it was sent, also that of a failed handshake, and what went
// wrong is a value in the evidence. Each probe is one connection without
// retries; every read is bounded in bytes, every step and the whole in time.
// The end of the context ends a probe at once.
//
// Of an MX host's session the fields say how far it came:
//
//   - Failure names the first step that failed; replies before it, and what
//     came of the failing one, stand.
//   - No Failure and a STARTTLS reply: TLS was set up.
//   - No Failure and no STARTTLS reply: the greeting and EHLO (or, refused with
//     5xx, HELO) were accepted, and STARTTLS was not offered.
//   - A code that refuses is KindStatus with the reply kept; bytes in the clear
//     behind a reply, the 220 of STARTTLS above all, are KindMalformed.
//
// Of either handshake: an alert received is KindAlert, bytes that are no TLS are
// KindMalformed, and what is TLS but beyond our library, as an unparseable
// certificate or a version that we did not offer, is KindOther with the
// version, cipher and chain seen; a DHE group or a message beyond our bounds is
// KindOversize. In TLS up to 1.2 the chain is known when the message behind it
// was read, and, verification being off, the library lets a wrong signature of
// the server's key exchange pass: there the chain is what was presented, not
// what the server was shown to hold the key of.
//
// Only EHLO, HELO, STARTTLS and QUIT are ever sent to port 25.
//
// The package knows the protocols' outsides. It refuses to know what a policy
// means, which certificate is good, when a host is asked and how often. Inside
// the module it imports evidence and neterr.
package probe
