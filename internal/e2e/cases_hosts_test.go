//go:build e2e && linux

package e2e

// opinion is what Postfix's TLS client says of a mail host.
type opinion struct {
	secure  string // with the certificate judged by our roots and the host name
	dane    string // with the TLSA records of the zone; "" = not asked
	because string // why it is not what we say, where it is not
}

// Words of opinions, from Postfix's log lines.
const (
	verified  = "Verified"
	untrusted = "Untrusted"
	noTLS     = "no TLS"
	refused   = "refused" // the session ended before STARTTLS
)

// mailHosts are all MX hosts there are. Several networks of a /16, as a refusal on
// port 25 counts only if another network was reached.
var mailHosts = []mailHost{
	{name: "good", address: "127.1.0.1", server: postfix, other: opinion{secure: verified}},
	{name: "expired", address: "127.1.0.2", server: postfix, cert: expiredCert, other: opinion{secure: untrusted}},
	{name: "mismatch", address: "127.1.0.3", server: postfix, cert: mismatchCert, other: opinion{secure: untrusted}},
	{name: "selfsigned", address: "127.1.0.4", server: postfix, cert: selfSignedCert, other: opinion{secure: untrusted}},
	{name: "incomplete", address: "127.1.0.5", server: postfix, cert: incompleteCert, other: opinion{secure: untrusted}},
	{name: "untrusted", address: "127.1.0.6", server: postfix, cert: untrustedCert, other: opinion{secure: untrusted}},
	{name: "cnonly", address: "127.1.0.7", server: postfix, cert: cnOnlyCert, other: opinion{secure: verified,
		because: "Postfix takes the common name of a certificate without DNS names; RFC 8461 section 4.2 wants a SAN"}},
	{name: "wildcard", address: "127.1.0.8", server: postfix, cert: wildcardCert, other: opinion{secure: verified}},
	{name: "plain", address: "127.1.0.9", server: postfix, options: []string{"smtpd_tls_security_level=none"}, other: opinion{secure: noTLS}},
	// No certificate can be read: Postfix goes on without, and no suite is left.
	{name: "nokey", address: "127.1.0.10", server: postfix, options: []string{"smtpd_tls_chain_files=/nonexistent"}, other: opinion{secure: noTLS}},
	// No list of roots can be read: STARTTLS is offered, and refused with 454.
	{name: "tempfail", address: "127.1.0.21", server: postfix, options: []string{"smtpd_tls_CAfile=/nonexistent"}, other: opinion{secure: noTLS}},
	{name: "blocked", address: "127.1.0.11", server: postfix, options: []string{"smtpd_client_restrictions=reject"}, other: opinion{secure: refused}},
	{name: "deferred", address: "127.1.0.12", server: postfix, options: []string{"smtpd_client_restrictions=defer"}, other: opinion{secure: refused}},
	{name: "two", address: "127.1.0.13", server: postfix, other: opinion{secure: verified}},
	{name: "two", address: "127.1.0.14", server: postfix, cert: expiredCert, other: opinion{secure: untrusted,
		because: "a sender goes on to the other address of this host, which is good"}},
	{name: "rsa", address: "127.1.0.15", server: postfix, cert: rsaCert, other: opinion{secure: verified}},
	{name: "inbogus", address: "127.1.0.16", server: postfix, fqdn: "mx.bogus.example"},
	// In an unsigned zone TLSA does not count, though it would match.
	{name: "insecure", address: "127.1.0.17", server: postfix, fqdn: "mx.unsigned.example", cert: untrustedCert, tlsa: tlsaMatch,
		other: opinion{secure: untrusted, dane: untrusted}},
	{name: "dane", address: "127.1.0.18", server: postfix, tlsa: tlsaMatch, other: opinion{secure: verified, dane: verified}},
	{name: "danewrong", address: "127.1.0.19", server: postfix, tlsa: tlsaMismatch, other: opinion{secure: verified, dane: untrusted}},
	{name: "daneonly", address: "127.1.0.20", server: postfix, cert: untrustedCert, tlsa: tlsaMatch,
		other: opinion{secure: untrusted, dane: verified}},
	{name: "daneanchor", address: "127.1.0.22", server: postfix, cert: untrustedCert, tlsa: tlsaAnchor,
		other: opinion{secure: untrusted, dane: verified}},
	{name: "danepkix", address: "127.1.0.23", server: postfix, cert: untrustedCert, tlsa: tlsaPKIX, other: opinion{secure: untrusted, dane: untrusted}},
	{name: "daneplain", address: "127.1.0.24", server: postfix, tlsa: tlsaMatch, options: []string{"smtpd_tls_security_level=none"},
		other: opinion{secure: noTLS, dane: noTLS}},
	{name: "six", address: mail6Address, server: postfix, other: opinion{secure: verified}},
	{name: "both", address: "127.1.0.25", server: postfix, other: opinion{secure: verified}},
	{name: "both", address: "fd00:e2e::1:99", server: nobody}, // refuses
	{name: "guarded", address: "127.1.1.1", server: postscreen, other: opinion{secure: verified}},
	{name: "gnutls", address: "127.2.0.1", server: exim, other: opinion{secure: verified}},
	{name: "gnutlsname", address: "127.2.0.2", server: exim, cert: mismatchCert, other: opinion{secure: untrusted}},
	{name: "gnutlsplain", address: "127.2.0.3", server: exim, cert: noCert, other: opinion{secure: noTLS}},
	{name: "gnutlsdane", address: "127.2.0.4", server: exim, cert: selfSignedCert, tlsa: tlsaMatch,
		other: opinion{secure: untrusted, dane: verified}},
	{name: "tls10", address: "127.3.0.1", server: openssl, options: []string{"-tls1", "-cipher", "DEFAULT@SECLEVEL=0"}, other: opinion{secure: noTLS}},
	{name: "dhe", address: "127.3.0.2", server: openssl, cert: rsaCert, options: []string{"-tls1_2", "-cipher", "DHE"}, other: opinion{secure: verified}},
	{name: "asks", address: "127.3.0.3", server: openssl, options: []string{"-verify", "1"}, other: opinion{secure: verified}},
	{name: "demands", address: "127.3.0.4", server: openssl, options: []string{"-tls1_2", "-Verify", "1"}, other: opinion{secure: noTLS}},
	{name: "aria", address: "127.3.0.5", server: openssl, options: []string{"-tls1_2", "-cipher", "ARIA128"}, other: opinion{secure: verified,
		because: "OpenSSL speaks ARIA, which our offer has not: TAXONOMY counts it as nothing in common with our offer"}},
	{name: "x448", address: "127.3.0.6", server: openssl, options: []string{"-tls1_3", "-groups", "X448"}, other: opinion{secure: verified,
		because: "OpenSSL speaks X448, which our offer has not"}},
	{name: "ed25519", address: "127.3.0.7", server: openssl, cert: ed25519Cert, options: []string{"-tls1_3"}, other: opinion{secure: verified}},
	{name: "null", address: "127.3.0.8", server: openssl, options: []string{"-tls1_2", "-cipher", "NULL@SECLEVEL=0"}, other: opinion{secure: noTLS}},
	{name: "down", address: "127.9.0.1", server: nobody},
}
